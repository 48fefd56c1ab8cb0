// The words of messages, as somebody reads them at three in the morning.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { problemKinds } from '../../functions/domain/incident.ts';
import { type Notice, noticeKinds } from '../../functions/domain/notice.ts';
import { severities } from '../../functions/domain/severity.ts';
import { renderNotice } from '../../functions/views/message.ts';
import { anyNotice } from '../stores/arbitraries.ts';
import { notice, noticeItem, someTime } from '../support/documents.ts';

const minute = 60_000;
const target = (id: string): Notice['items'][number] =>
  noticeItem({
    incident: `home.target.${id}.20261201T021407Z`,
    subject: { kind: 'target', id },
    problem: 'unreachable',
    summary: `${id} does not answer as it should`,
    evidence: [`${id}: timeout, no answer within 5000 ms`],
    since: someTime - minute,
  });

const incident = 'home.site.home.20261201T021407Z';
const since = '2026-12-01 03:13:07 Europe/Berlin (02:13:07 UTC)';
const goesOn = 'The watchdog keeps looking every minute and tells you when this changes.';

const alone = `${goesOn} It starts nothing that signs: that is for a person to do.`;

const cases: [string, Partial<Notice>, string, string[]][] = [
  [
    'a blackout at its first tick',
    { at: someTime, items: [noticeItem({ since: someTime })] },
    'CRITICAL Home: dark or cut off',
    [
      'Dark or cut off: nothing answers and nothing shows life.',
      'Since 2026-12-01 03:14:07 Europe/Berlin (02:14:07 UTC).',
      '',
      'What was seen:',
      '- inbound 0/1 good',
      '- no life sign since',
      '',
      alone,
      '',
      'Site: Home (home)',
      `Incident: ${incident}`,
    ],
  ],
  [
    'an outage that is none',
    {
      kind: 'lowered',
      severity: 'warning',
      items: [
        noticeItem({
          problem: 'inbound-lost',
          summary: 'the way in is broken, but the house lives: not an outage',
          evidence: ['life signs since: heartbeat alertmanager'],
        }),
      ],
    },
    'LOWERED TO WARNING Home: the way in is broken, the house lives',
    [
      'Not an outage any more: the house shows life. Now a warning.',
      'The way in is broken, but the house lives: not an outage.',
      `Since ${since}, for 1 min.`,
      '',
      'What was seen:',
      '- life signs since: heartbeat alertmanager',
      '',
      'You will be told when it is over.',
      '',
      'Site: Home (home)',
      `Incident: ${incident}`,
    ],
  ],
  [
    'something that got worse',
    { kind: 'raised', items: [noticeItem({ evidence: [] })] },
    'NOW CRITICAL Home: dark or cut off',
    [
      'This got worse: now critical.',
      'Dark or cut off: nothing answers and nothing shows life.',
      `Since ${since}, for 1 min.`,
      '',
      alone,
      '',
      'Site: Home (home)',
      `Incident: ${incident}`,
    ],
  ],
  [
    'the end of a blackout',
    { kind: 'resolved', isThreadOver: true, at: someTime + 120 * minute },
    'RESOLVED Home: dark or cut off, after 2 h 01 min',
    [
      'This is over.',
      'It was: dark or cut off: nothing answers and nothing shows life.',
      `Began ${since}.`,
      'Closed 2026-12-01 05:14:07 Europe/Berlin (04:14:07 UTC), after 2 h 01 min; this includes the wait to see that it stays well.',
      '',
      'What was seen last:',
      '- inbound 0/1 good',
      '- no life sign since',
      '',
      'Nothing more will follow about this.',
      '',
      'Site: Home (home)',
      `Incident: ${incident}`,
    ],
  ],
  [
    'three forwards of one machine',
    { severity: 'warning', items: ['rpc', 'beacon', 'p2p'].map(target) },
    'WARNING Home: 3 targets do not answer as they should: rpc, beacon, p2p',
    [
      `- rpc: timeout, no answer within 5000 ms, since ${since}`,
      `- beacon: timeout, no answer within 5000 ms, since ${since}`,
      `- p2p: timeout, no answer within 5000 ms, since ${since}`,
      '',
      goesOn,
      '',
      'Site: Home (home)',
      'Incident: home.target.rpc.20261201T021407Z and 2 more',
    ],
  ],
  [
    'two forwards that are well again',
    {
      kind: 'resolved',
      severity: 'warning',
      isThreadOver: true,
      at: someTime + 9 * minute,
      items: ['rpc', 'p2p'].map(target),
    },
    'RESOLVED Home: 2 targets are well again: rpc, p2p',
    [
      'These are over.',
      `- rpc: began ${since}, closed after 10 min`,
      `- p2p: began ${since}, closed after 10 min`,
      '',
      'Nothing more will follow about this.',
      '',
      'Site: Home (home)',
      'Incident: home.target.rpc.20261201T021407Z and 1 more',
    ],
  ],
  [
    'a part of a page that is well again before the others',
    { kind: 'resolved', severity: 'warning', items: [target('rpc')] },
    'RESOLVED Home: rpc does not answer as it should, after 1 min',
    [
      'This is over.',
      'It was: rpc does not answer as it should.',
      `Began ${since}.`,
      'Closed 2026-12-01 03:14:07 Europe/Berlin (02:14:07 UTC), after 1 min; this includes the wait to see that it stays well.',
      '',
      'What was seen last:',
      '- rpc: timeout, no answer within 5000 ms',
      '',
      'Other parts of the same page are not well yet; they are told of by themselves.',
      '',
      'Site: Home (home)',
      'Incident: home.target.rpc.20261201T021407Z',
    ],
  ],
  [
    'a reminder, with what waiting costs and with more evidence than anybody reads',
    {
      kind: 'reminder',
      at: someTime + 15 * minute,
      before: 'critical',
      told: ['pager', 'phone'],
      items: [
        noticeItem({
          changes: ['dark: the UPS told of power going', 'well again; watching whether it stays so'],
          evidence: ['inbound 0/3 good', 'eth: timeout', 'rpc: timeout', 'no life sign since'],
          costs: [
            { chain: 'ethereum', lowGwei: 60_000, highGwei: 83_000 },
            { chain: 'berachain', lowBlocks: 12, highBlocks: 19 },
          ],
        }),
      ],
    },
    'STILL CRITICAL Home: dark or cut off',
    [
      'This still holds, and nobody is known to be looking at it. Told so far: pager, phone.',
      'Since the last message: dark: the UPS told of power going; well again; watching whether it stays so.',
      'Dark or cut off: nothing answers and nothing shows life.',
      `Since ${since}, for 16 min.`,
      '',
      'What was seen:',
      '- inbound 0/3 good',
      '- eth: timeout',
      `- and 2 more: watchdog incident ${incident}`,
      '',
      'Waiting costs about 0.000060 to 0.000083 ETH an hour in missed rewards and penalties. Nobody is slashed for waiting.',
      'Waiting costs the rewards of about 12 to 19 blocks an hour and no penalty. Nobody is slashed for waiting.',
      '',
      alone,
      '',
      'Site: Home (home)',
      `Incident: ${incident}`,
    ],
  ],
  [
    'whoever is told later, because nobody reacted',
    { kind: 'escalated', told: ['pager'], items: [noticeItem({ evidence: [] })] },
    'UNANSWERED CRITICAL Home: dark or cut off',
    [
      'Nobody has acknowledged this yet, so you are told as well. Told so far: pager.',
      'Dark or cut off: nothing answers and nothing shows life.',
      `Since ${since}, for 1 min.`,
      '',
      alone,
      '',
      'Site: Home (home)',
      `Incident: ${incident}`,
    ],
  ],
  [
    'an acknowledgement, by name',
    { kind: 'acknowledged', acknowledgedBy: 'Maria' },
    'ACKNOWLEDGED CRITICAL Home: dark or cut off',
    [
      'Maria has taken this on. Nobody is woken for it any more unless it gets worse.',
      'Dark or cut off: nothing answers and nothing shows life.',
      `Since ${since}, for 1 min.`,
      '',
      'You will be told when it is over.',
      '',
      'Site: Home (home)',
      `Incident: ${incident}`,
    ],
  ],
  [
    'one forward of a site that has no other name, in UTC',
    { kind: 'lowered', severity: 'info', siteName: 'home', timezone: 'UTC', items: [target('rpc')] },
    'LOWERED TO INFO home: rpc does not answer as it should',
    [
      'This is less grave than before: now for information only.',
      'rpc does not answer as it should.',
      'Since 2026-12-01 02:13:07 UTC, for 1 min.',
      '',
      'What was seen:',
      '- rpc: timeout, no answer within 5000 ms',
      '',
      'You will be told when it is over.',
      '',
      'Site: home',
      'Incident: home.target.rpc.20261201T021407Z',
    ],
  ],
];

test('a code stands before all that may be cut', () => {
  const { body } = renderNotice(notice(), '7Q2MK-9F3TX');
  expect(body.split('\n').slice(0, 3)).toEqual([
    'Dark or cut off: nothing answers and nothing shows life.',
    `Since ${since}, for 1 min.`,
    'Code to acknowledge: 7Q2MK-9F3TX',
  ]);
  const many = renderNotice(notice({ items: ['rpc', 'p2p'].map(target) }), '7Q2MK-9F3TX');
  expect(many.body.startsWith('Code to acknowledge: 7Q2MK-9F3TX\n- rpc')).toBe(true);
});

describe('the words for', () => {
  test.each(cases)('%s', (_, over, title, body) => {
    const words = renderNotice(notice(over));
    expect(words.title).toBe(title);
    expect(words.body.split('\n')).toEqual(body);
  });
});

describe('the title of', () => {
  test.each([
    ['dark', 'dark or cut off'],
    ['vpn-down', 'dark or cut off, the VPN exit is unreachable'],
    ['inbound-lost', 'the way in is broken, the house lives'],
    ['not-signing', 'signer thing is not signing'],
    ['unreachable', 'thing does not answer as it should'],
    ['exit-unreachable', 'VPN exit thing does not answer'],
    ['inactive', 'signer thing is not active any more'],
    ['signing-unknown', 'cannot tell whether signer thing signs'],
    ['chain-stalled', 'chain thing stands still'],
    ['chain-unseen', 'no source shows chain thing'],
    ['disputed', 'thing is disputed: it answers one of us, and not the other'],
    ['on-battery', 'on battery, the house has lost power'],
    ['heartbeat-missed', 'no word from thing'],
    ['heartbeat-refused', 'what thing sends is refused'],
    ['job-failed', 'thing failed'],
    ['clock-off', 'the clock of thing is wrong'],
    ['alert', 'thing'],
    ['new-exit', 'sends from a new address of its VPN provider'],
    ['vpn-leak', 'VPN LEAK, the home address may be showing'],
    ['two-fences', 'TWO INSTANCES RUN for signer thing'],
    ['override-used', 'THE GUARD WAS SKIPPED for the keys of thing'],
    ['zombie', 'ZOMBIE: a client of thing RUNS and does not hold its keys'],
    ['zombie-held', 'BACK: a machine of thing is on again, and its fence holds it'],
    ['break-glass-used', 'GLASS BROKEN: thing was started without the gate'],
    ['signed-unheld', 'thing SIGNS although NOBODY holds its keys'],
    ['foreign-voting-power', 'A NODE HAS THE KEY of thing and does not hold it'],
    ['slashed', 'SLASHED: STOP EVERY CLIENT, keys of thing'],
    ['standby-running', 'a standby of thing runs'],
    ['standby-failing', 'the standby of thing needs you'],
    ['keys-on-standby', 'KEYS ON THE STANDBY of thing'],
    ['standby-doubt', 'THE STANDBY of thing CANNOT BE BELIEVED'],
    ['standby-orphan', 'thing runs in the cloud and nobody wants it'],
    ['drill-failed', 'the failover of thing is in doubt'],
    ['late', 'the watchdog was late'],
    ['undelivered', 'messages are not delivered'],
    ['channel-failing', 'nothing arrives by thing'],
    ['store-failing', 'the watchdog cannot remember, its store fails'],
    ['report', 'weekly report, the watchdog is there'],
    ['blind', 'the watchdog is blind'],
    ['unknown', 'the watchdog cannot tell how it is'],
  ] as const)('%s says what is wrong', (problem, words) => {
    const item = noticeItem({ problem, subject: { kind: 'target', id: 'thing' } });
    expect(renderNotice(notice({ items: [item] })).title).toBe(`CRITICAL Home: ${words}`);
  });

  test('each problem is tried above', () => {
    expect(problemKinds).toHaveLength(40);
  });

  test('an alert is its name, without what tells it from others of that name', () => {
    const subject = { kind: 'alert' as const, id: 'KubeNodeNotReady-1a2b3c4d5e6f7a8b' };
    const item = noticeItem({ problem: 'alert', subject, summary: 'node nuc-2 is not ready' });
    expect(renderNotice(notice({ items: [item] })).title).toBe('CRITICAL Home: KubeNodeNotReady');
    const other = { ...item, subject: { ...subject, id: 'DiskFull-1a2b3c4d5e6f7a8c' } };
    expect(renderNotice(notice({ items: [item, other] })).title).toBe(
      'CRITICAL Home: 2 alerts of the house: KubeNodeNotReady, DiskFull',
    );
    expect(renderNotice(notice({ items: [item, other] })).body).toContain(
      '- KubeNodeNotReady: node nuc-2 is not ready, since',
    );
  });

  test('many targets is cut to 100 characters, and its body to 20 lines of them', () => {
    const items = Array.from({ length: 30 }, (_, index) => target(`machine-${index}`));
    const { title, body } = renderNotice(notice({ items }));
    expect(title).toHaveLength(100);
    expect(title.endsWith('…')).toBe(true);
    expect(body).toContain('- machine-19: timeout');
    expect(body).not.toContain('machine-20');
    expect(body).toContain('- and 10 more');
  });
});

test('any notice becomes a title of one line and at most 100 characters that begins with how loud it is', () => {
  fc.assert(
    fc.property(anyNotice, (any) => {
      const { title, body } = renderNotice(any);
      expect(title.length).toBeLessThanOrEqual(100);
      expect(title.isWellFormed()).toBe(true);
      const words: Partial<Record<Notice['kind'], string>> = { resolved: 'RESOLVED', report: 'REPORT' };
      const loudness = words[any.kind] ?? any.severity.toUpperCase();
      expect(title).toContain(loudness);
      expect(body).toContain(any.site);
      const hasIncident = any.kind !== 'report' && any.kind !== 'direct';
      expect(body.includes(`\nIncident: ${any.items[0]?.incident}`)).toBe(hasIncident);
      expect(`${title}${body}`).not.toMatch(/undefined|NaN|\[object/);
    }),
  );
});

test('every kind at every severity has another beginning', () => {
  const begins = noticeKinds.flatMap((kind) =>
    severities.map((severity) => renderNotice(notice({ kind, severity, siteName: '|' })).title.split('|')[0]),
  );
  expect(new Set(begins).size).toBe(26);
});
