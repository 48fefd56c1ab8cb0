// What people read of standbys: whole messages, as they are sent.
import { expect, test } from 'vitest';
import type { OutboxRow } from '../../functions/domain/outbox.ts';
import { emptyFleet, type Seen } from '../../functions/domain/standby/standby.ts';
import { renderNotice } from '../../functions/views/message.ts';
import { all, atOnce, type Found, hour, signer, siteRules } from '../support/site.ts';
import { nodeReport, seen } from '../support/standbys.ts';
import { storyOf, type Story } from '../support/story.ts';

const rules = siteRules({
  id: 'basement',
  name: 'Basement, Berlin',
  notify: atOnce('phone'),
  signers: [{ id: 'eth-1', chain: 'ethereum', keys: ['7'] }],
  standby: { chains: ['ethereum'], expireAfterMs: 7 * 24 * hour },
});
const dark: Found = { qualities: all(rules, 'inbound', 'bad') };

function told(rows: readonly OutboxRow[]): string[] {
  const [row] = rows;
  if (row === undefined) throw new Error('nothing was said');
  const { title, body } = renderNotice(row.notice);
  return [title, ...body.split('\n').filter((line) => line !== '')];
}

function tick(story: Story, found: Found, shown: Partial<Seen>): string[][] {
  const wanted = story.memory()?.state.wanted['eth-1'] ?? null;
  const now = seen({ wantedId: wanted?.id ?? null, ...shown });
  const standbys = { bySigner: { 'eth-1': { wanted, seen: now } }, fleet: null };
  return story.tick({ ...found, standbys }).rows.map((row) => told([row]));
}

const wellNow = (story: Story): Found => ({
  beats: { cluster: story.nextAt() },
  signers: [signer('signing', story.nextAt(), 'eth-1')],
});

const { attempt } = seen();
if (attempt === null) throw new Error('the fixture has an attempt');
const notYet = { node: null, report: null } as const;
const inZone = (zone: string): Partial<Seen> => ({
  ...notYet,
  phase: 'creating',
  attempt: { ...attempt, zone },
});

test('a night with a standby, from its first zone to what it has cost', () => {
  const story = storyOf(rules);
  story.tick();
  story.ticks(4, dark);
  expect(tick(story, dark, { ...inZone('europe-west3-a'), tried: [] })).toEqual([
    [
      'UPDATE CRITICAL Basement, Berlin: standby of eth-1 is being created in europe-west3-a',
      'Since the last message: standby of eth-1 is wanted, and nothing is made yet.',
      'What the watchdog is doing about it:',
      '- standby of eth-1 is being created in europe-west3-a',
      'Dark or cut off: nothing answers and nothing shows life.',
      'Since 2026-11-23 03:01:00 Europe/Berlin (02:01:00 UTC), for 4 min.',
      'You will be told when it is over.',
      'Site: Basement, Berlin (basement)',
      'Incident: basement.site.basement.20261123T020100Z',
    ],
  ]);
  expect(tick(story, dark, inZone('europe-west3-b'))).toEqual([]);
  expect(tick(story, dark, { phase: 'booting', report: null })).toEqual([]);
  expect(tick(story, dark, {})).toEqual([
    [
      'UPDATE CRITICAL Basement, Berlin: standby of eth-1 is syncing, 41 %, about 2 h 10 min left',
      'Since the last message: standby of eth-1: no capacity in europe-west3-a, now trying europe-west3-b; standby of eth-1 is booting in europe-west3-b (no capacity in europe-west3-a).',
      'What the watchdog is doing about it:',
      '- standby of eth-1 is syncing, 41 %, about 2 h 10 min left',
      'Dark or cut off: nothing answers and nothing shows life.',
      'Since 2026-11-23 03:01:00 Europe/Berlin (02:01:00 UTC), for 7 min.',
      'You will be told when it is over.',
      'Site: Basement, Berlin (basement)',
      'Incident: basement.site.basement.20261123T020100Z',
    ],
  ]);
  for (let minutes = 0; minutes < 7; minutes += 1) expect(tick(story, dark, {})).toEqual([]);
  const further = { report: nodeReport({ percent: 44, etaMs: 2 * hour }) };
  expect(tick(story, dark, further)[0], 'each page says what is done').toEqual([
    'STILL CRITICAL Basement, Berlin: dark or cut off',
    'This still holds, and nobody is known to be looking at it. Told so far: phone.',
    'Nothing has changed since the last message.',
    'Dark or cut off: nothing answers and nothing shows life.',
    'Since 2026-11-23 03:01:00 Europe/Berlin (02:01:00 UTC), for 15 min.',
    'What was seen:',
    '- inbound 0/3 good',
    '- eth: timeout, no answer within 5000 ms',
    '- and 3 more: watchdog incident basement.site.basement.20261123T020100Z',
    'What the watchdog is doing about it:',
    '- standby of eth-1 is syncing, 44 %, about 2 h 00 min left',
    'The watchdog keeps looking every minute and tells you when this changes. It starts nothing that signs: that is for a person to do.',
    'Site: Basement, Berlin (basement)',
    'Incident: basement.site.basement.20261123T020100Z',
  ]);
  const synced: Partial<Seen> = {
    phase: 'synced',
    attempt: { ...attempt, acceptedAt: story.nextAt() - hour },
  };
  expect(tick(story, dark, synced)[0]?.[0]).toBe(
    'UPDATE CRITICAL Basement, Berlin: standby of eth-1 is synced',
  );
  for (let minutes = 0; minutes < 3; minutes += 1) tick(story, wellNow(story), synced);
  expect(tick(story, wellNow(story), synced)).toEqual([
    [
      'RESOLVED Basement, Berlin: dark or cut off, after 20 min',
      'This is over.',
      'It was: dark or cut off: nothing answers and nothing shows life.',
      'Began 2026-11-23 03:01:00 Europe/Berlin (02:01:00 UTC).',
      'Closed 2026-11-23 03:21:00 Europe/Berlin (02:21:00 UTC), after 20 min; this includes the wait to see that it stays well.',
      'What was seen last:',
      '- inbound 0/3 good',
      '- eth: timeout, no answer within 5000 ms',
      '- and 3 more: watchdog incident basement.site.basement.20261123T020100Z',
      'What the watchdog did about it:',
      '- standby of eth-1 is synced',
      'Nothing more will follow about this. A standby that is still there is told of by itself.',
      'Site: Basement, Berlin (basement)',
      'Incident: basement.site.basement.20261123T020100Z',
    ],
    [
      'INFO Basement, Berlin: a standby of eth-1 runs',
      'The outage is over, and its node for eth-1 is still there.',
      'Since 2026-11-23 03:21:00 Europe/Berlin (02:21:00 UTC).',
      'What was seen:',
      '- it has cost 0.53 USD so far, at 0.50 USD an hour',
      '- it is released once the house has been well for 30 minutes; to keep it: watchdog standby keep eth-1 --why "…"',
      '- and 1 more: watchdog incident basement.standby.eth-1.20261123T022100Z',
      'What the watchdog is doing about it:',
      '- standby of eth-1 is synced',
      'The watchdog keeps looking every minute and tells you when this changes.',
      'Site: Basement, Berlin (basement)',
      'Incident: basement.standby.eth-1.20261123T022100Z',
    ],
  ]);
  const gone: Partial<Seen> = {
    phase: 'gone',
    node: null,
    cost: { perHour: 0.5, spent: 0.79, currency: 'USD' },
  };
  expect(tick(story, wellNow(story), gone)).toEqual([
    [
      'RESOLVED Basement, Berlin: the standby of eth-1 is gone',
      'This is over.',
      'It was: the outage is over, and its node for eth-1 is still there.',
      'Began 2026-11-23 03:21:00 Europe/Berlin (02:21:00 UTC).',
      'Closed 2026-11-23 03:22:00 Europe/Berlin (02:22:00 UTC), after 1 min.',
      'What was seen last:',
      '- the node is deleted; it has cost 0.79 USD',
      'Nothing more will follow about this.',
      'Site: Basement, Berlin (basement)',
      'Incident: basement.standby.eth-1.20261123T022100Z',
    ],
  ]);
});

test('a refusal says why, and trouble says what to do, once', () => {
  const story = storyOf(rules);
  story.ticks(4, dark);
  const refusal = {
    reason: 'witness-silent',
    text: 'the witness has not said that it sees the house dark as well',
    since: 0,
  } as const;
  expect(tick(story, dark, { ...notYet, phase: 'waiting', refusal })[0]?.slice(0, 4)).toEqual([
    'UPDATE CRITICAL Basement, Berlin: standby of eth-1 is not made: the witness has not said that it se…',
    'Since the last message: standby of eth-1 is wanted, and nothing is made yet.',
    'What the watchdog is doing about it:',
    '- standby of eth-1 is not made: the witness has not said that it sees the house dark as well',
  ]);
  const trouble = {
    kind: 'permission',
    text: 'the permission compute.instances.create is missing: grant it to the service account of provision',
    lines: [],
    since: 0,
  } as const;
  expect(tick(story, dark, { ...notYet, phase: 'failed', trouble })).toEqual([
    [
      'CRITICAL Basement, Berlin: the standby of eth-1 needs you',
      'The permission compute.instances.create is missing: grant it to the service account of provision.',
      'Since 2026-11-23 03:05:00 Europe/Berlin (02:05:00 UTC).',
      'The watchdog keeps looking every minute and tells you when this changes. It starts nothing that signs: that is for a person to do.',
      'Site: Basement, Berlin (basement)',
      'Incident: basement.standby.eth-1.20261123T020500Z',
    ],
  ]);
});

test('keys on a standby: a page that does not end by itself', () => {
  const story = storyOf(rules);
  story.ticks(4, dark);
  const doubt = {
    kind: 'keys-present',
    text: 'its agent found key material on it, where none may be',
    since: story.nextAt(),
  } as const;
  const rows = tick(story, dark, { phase: 'synced', doubt });
  expect(rows.find(([title]) => title?.includes('KEYS'))).toEqual([
    'CRITICAL Basement, Berlin: KEYS ON THE STANDBY of eth-1',
    'Its agent found key material on it, where none may be.',
    'Since 2026-11-23 03:04:00 Europe/Berlin (02:04:00 UTC).',
    'What was seen:',
    '- node bw-eth-2-0a1b2c3d in europe-west3-b, running',
    '- it is neither used nor deleted by software from now on',
    'This does not end by itself, and you are told again until its cause is stated: watchdog clear basement.standby.eth-1.20261123T020400Z --why "…"',
    'Site: Basement, Berlin (basement)',
    'Incident: basement.standby.eth-1.20261123T020400Z',
  ]);
});

test('several signers share a message, what is news first', () => {
  const two = {
    ...rules,
    signers: ['eth-1', 'eth-2'].map((id) => ({ id, chain: 'ethereum' as const, keys: ['7'] })),
  };
  const story = storyOf(two);
  story.ticks(4, dark);
  const wanted = story.memory()?.state.wanted ?? {};
  const lookAt = (one: Partial<Seen>, other: Partial<Seen>): Found => ({
    ...dark,
    standbys: {
      fleet: null,
      bySigner: {
        'eth-1': {
          wanted: wanted['eth-1'] ?? null,
          seen: seen({ wantedId: wanted['eth-1']?.id ?? null, ...one }),
        },
        'eth-2': {
          wanted: wanted['eth-2'] ?? null,
          seen: seen({ wantedId: wanted['eth-2']?.id ?? null, ...other }),
        },
      },
    },
  });
  expect(told(story.tick(lookAt({}, inZone('europe-west3-a'))).rows)[0]).toBe(
    'UPDATE CRITICAL Basement, Berlin: standby of eth-1 is syncing, 41 %, about 2 h 10 min left (and 1 m…',
  );
  story.ticks(3, lookAt({}, inZone('europe-west3-a')));
  expect(told(story.tick(lookAt({}, { phase: 'synced' })).rows).slice(0, 4)).toEqual([
    'UPDATE CRITICAL Basement, Berlin: standby of eth-2 is synced (and 1 more)',
    'What the watchdog is doing about it:',
    '- standby of eth-2 is synced',
    '- standby of eth-1 is syncing, 41 %, about 2 h 10 min left',
  ]);
});

test('what fails for several signers, and what outlives an outage for several, is told in one message', () => {
  const ids = ['eth-1', 'eth-2'];
  const two = { ...rules, signers: ids.map((id) => ({ id, chain: 'ethereum' as const, keys: ['7'] })) };
  const story = storyOf(two);
  story.ticks(4, dark);
  const wanted = story.memory()?.state.wanted ?? {};
  const both = (shown: Partial<Seen>): Found['standbys'] => ({
    fleet: null,
    bySigner: Object.fromEntries(
      ids.map((id) => [
        id,
        { wanted: wanted[id] ?? null, seen: seen({ wantedId: wanted[id]?.id ?? null, ...shown }) },
      ]),
    ),
  });
  const trouble = {
    kind: 'permission',
    text: 'compute.instances.create is missing',
    lines: [],
    since: 0,
  } as const;
  const failing = story.tick({ ...dark, standbys: both({ phase: 'failed', node: null, trouble }) }).rows;
  expect(failing.map((row) => told([row]).slice(0, 3))).toEqual([
    [
      'CRITICAL Basement, Berlin: 2 standbys need you: eth-1, eth-2',
      expect.stringMatching(/^- eth-1: compute\.instances\.create is missing, since /),
      expect.stringMatching(/^- eth-2: compute\.instances\.create is missing, since /),
    ],
  ]);
  const synced = both({ phase: 'synced' });
  const rows = Array.from(
    { length: 6 },
    () => story.tick({ ...wellNow(story), standbys: synced }).rows,
  ).flat();
  const about = rows.filter(({ notice }) => notice.items[0]?.subject.kind === 'standby');
  expect(about.map(({ notice }) => [notice.kind, notice.items.length])).toEqual([['lowered', 2]]);
  expect(told(about).slice(0, 4)).toEqual([
    'LOWERED TO INFO Basement, Berlin: 2 standbys still run: eth-1, eth-2',
    'This is less grave than before: now for information only.',
    expect.stringContaining('- eth-1: it has cost '),
    expect.stringContaining('to keep it: watchdog standby keep eth-2'),
  ]);
});

test('what concerns all standbys, and what nobody wants', () => {
  const story = storyOf(rules);
  const trouble = {
    kind: 'permission',
    text: 'the permission compute.instances.list is missing',
    lines: [],
    since: 0,
  } as const;
  const orphan = {
    kind: 'instance',
    name: 'bw-old-1-0a1b2c3d',
    zone: 'europe-west3-c',
    signer: null,
    firstSeenAt: 0,
    deletesAt: null,
    text: 'it is not deleted, for the flag of old cannot be read',
    requestId: null,
  } as const;
  const fleet = { ...emptyFleet, orphans: [orphan], trouble };
  const { rows } = story.tick({ standbys: { bySigner: {}, fleet } });
  expect(rows.map((row) => told([row]).slice(0, 5))).toEqual([
    [
      'WARNING Basement, Berlin: standbys need you',
      'The permission compute.instances.list is missing.',
      'Since 2026-11-23 03:00:00 Europe/Berlin (02:00:00 UTC).',
      'The watchdog keeps looking every minute and tells you when this changes.',
      'Site: Basement, Berlin (basement)',
    ],
    [
      'WARNING Basement, Berlin: bw-old-1-0a1b2c3d runs in the cloud and nobody wants it',
      'A machine of ours is in the cloud that nobody wants, and it costs money.',
      'Since 2026-11-23 03:00:00 Europe/Berlin (02:00:00 UTC).',
      'What was seen:',
      '- instance in europe-west3-c: it is not deleted, for the flag of old cannot be read',
    ],
  ]);
});
