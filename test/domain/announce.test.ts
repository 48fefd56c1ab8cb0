// Who is told of what, when, and in how many messages.
import { describe, expect, test } from 'vitest';
import { announce } from '../../functions/domain/announce.ts';
import type { Incident } from '../../functions/domain/incident.ts';
import { atOnce, incidentOf, minute, siteRules, start } from '../support/site.ts';
import { said } from '../support/story.ts';

const open = { rules: siteRules(), at: start, isOpen: () => true, costsOf: () => [] };
const on = (id: string, over: Partial<Incident> = {}): Incident =>
  incidentOf({ subject: { kind: 'target', id }, ...over });
const signerIncident = (over: Partial<Incident> = {}): Incident =>
  incidentOf({
    subject: { kind: 'signer', id: 'alpha' },
    kind: 'not-signing',
    severity: 'critical',
    ...over,
  });

const told = { announced: 'warning', told: ['phone', 'mail'], rounds: 1 } as const;

const kinds: [string, Incident, string[]][] = [
  ['an incident of which nobody knows', on('eth'), ['opened warning to phone', 'opened warning to mail']],
  ['one of which all know', on('eth', told), []],
  [
    'one that grew graver',
    on('eth', { ...told, severity: 'critical' }),
    ['raised critical to phone', 'raised critical to mail'],
  ],
  [
    'one that grew milder',
    on('eth', { ...told, severity: 'info' }),
    ['lowered info to phone', 'lowered info to mail'],
  ],
  [
    'one that ended',
    on('eth', { ...told, resolvedAt: start }),
    ['resolved warning to phone', 'resolved warning to mail'],
  ],
  ['one that ended before anybody knew', on('eth', { resolvedAt: start }), []],
];

describe('each thing is said once', () => {
  test.each(kinds)('%s', (_, incident, expected) => {
    const { rows, incidents } = announce([incident], open);
    expect(said(rows)).toEqual(expected.map((line) => `${line} about target/eth unreachable`));
    // Whoever reads the result writes it down; asked again, there is nothing left to say.
    expect(
      announce(
        incidents.filter(({ resolvedAt }) => resolvedAt === null),
        open,
      ).rows,
    ).toEqual([]);
  });

  test('what is recovering is not announced as bad, nor as graver', () => {
    const recovering = { ...open, isOpen: () => false };
    expect(announce([on('eth'), on('ssh', { ...told, severity: 'critical' })], recovering)).toEqual({
      rows: [],
      incidents: [],
    });
  });

  test('what is said is written into the incident', () => {
    const { rows, incidents } = announce([on('eth', { held: 'maintenance' })], open);
    const id = on('eth').id;
    expect(incidents).toEqual([
      on('eth', {
        announced: 'warning',
        held: null,
        thread: id,
        climb: { from: start, told: ['phone', 'mail'], wokenAt: start },
        told: ['phone', 'mail'],
        messages: [`${id}.0.phone`, `${id}.0.mail`],
        rounds: 1,
        lastMessage: { phone: `${id}.0.phone`, mail: `${id}.0.mail` },
        timeline: [...on('eth').timeline, { at: start, event: 'told', text: 'opened: phone, mail' }],
      }),
    ]);
    expect(rows.map((row) => row.id)).toEqual([`${id}.0.phone`, `${id}.0.mail`]);
  });

  test('without any channel the incident says so itself', () => {
    const { rows, incidents } = announce([on('eth')], { ...open, rules: siteRules({ notify: atOnce() }) });
    expect(rows).toEqual([]);
    expect(incidents[0]?.timeline.at(-1)?.text).toBe('opened: no channel is configured');
    expect(incidents[0]?.announced).toBe('warning');
  });

  test('a row waits to be sent now, and carries all that a channel needs', () => {
    const [row] = announce([on('eth', { since: start - minute })], open).rows;
    expect(row).toEqual({
      id: `${on('eth').id}.0.phone`,
      site: 'home',
      channel: 'phone',
      notice: {
        kind: 'opened',
        severity: 'warning',
        site: 'home',
        siteName: 'Home',
        timezone: 'Europe/Berlin',
        at: start,
        thread: on('eth').id,
        isThreadOver: false,
        acknowledgedBy: null,
        told: [],
        before: null,
        items: [
          {
            incident: on('eth').id,
            subject: { kind: 'target', id: 'eth' },
            problem: 'unreachable',
            summary: 'it does not answer',
            evidence: [],
            since: start - minute,
            changes: [],
            costs: [],
            doing: [],
          },
        ],
      },
      after: [],
      createdAt: start,
      state: 'waiting',
      dueAt: start,
      lease: null,
      attempts: 0,
      outcome: null,
      settledAt: null,
    });
  });
});

describe('grouping', () => {
  const one = siteRules({ notify: atOnce('phone') });
  const groups: [string, Incident[], string[]][] = [
    [
      'targets that fail in the same tick share a message',
      [on('eth'), on('rpc'), on('ssh')],
      [
        'opened warning to phone about target/eth unreachable, target/rpc unreachable, target/ssh unreachable',
      ],
    ],
    [
      'targets of different severity do not',
      [on('eth'), on('rpc', { severity: 'critical' })],
      [
        'opened warning to phone about target/eth unreachable',
        'opened critical to phone about target/rpc unreachable',
      ],
    ],
    [
      'a target that ends and one that begins do not',
      [on('eth', { ...told, told: ['phone'], resolvedAt: start }), on('rpc')],
      [
        'resolved warning to phone about target/eth unreachable',
        'opened warning to phone about target/rpc unreachable',
      ],
    ],
    [
      'targets that end together share a message when the same channels were told',
      [
        on('eth', { ...told, told: ['phone'], resolvedAt: start }),
        on('rpc', { ...told, told: ['phone'], resolvedAt: start }),
      ],
      ['resolved warning to phone about target/eth unreachable, target/rpc unreachable'],
    ],
    [
      'and do not when others were told',
      [
        on('eth', { ...told, told: ['phone'], resolvedAt: start }),
        on('rpc', { ...told, told: ['mail'], resolvedAt: start }),
      ],
      [
        'resolved warning to phone about target/eth unreachable',
        'resolved warning to mail about target/rpc unreachable',
      ],
    ],
    [
      'signers speak each for itself',
      [
        signerIncident(),
        signerIncident({ id: 'home.signer.beta.1', subject: { kind: 'signer', id: 'beta' } }),
      ],
      [
        'opened critical to phone about signer/alpha not-signing',
        'opened critical to phone about signer/beta not-signing',
      ],
    ],
  ];

  test.each(groups)('%s', (_, incidents, expected) => {
    const { rows, incidents: changed } = announce(incidents, { ...open, rules: one });
    expect(said(rows)).toEqual(expected);
    expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
    expect(changed).toHaveLength(incidents.length);
  });

  test('the next message about any of a group waits for the last one of each', () => {
    const before = (id: string): Incident =>
      on(id, { ...told, told: ['phone'], lastMessage: { phone: `last-${id}` }, resolvedAt: start });
    const [row] = announce([before('eth'), before('rpc')], { ...open, rules: one }).rows;
    expect(row?.after).toEqual(['last-eth', 'last-rpc']);
  });

  test('a message that both were in is waited for once', () => {
    const before = (id: string): Incident =>
      on(id, { ...told, told: ['phone'], lastMessage: { phone: 'last' }, resolvedAt: start });
    expect(announce([before('eth'), before('rpc')], { ...open, rules: one }).rows[0]?.after).toEqual([
      'last',
    ]);
  });
});

describe('channels that came and went', () => {
  const moved = { ...open, rules: siteRules({ notify: atOnce('pager') }) };
  const table: [string, Incident, string[]][] = [
    [
      'the end goes to those who were told, and to nobody else',
      on('eth', { ...told, resolvedAt: start }),
      ['phone', 'mail'],
    ],
    ['so does what grew milder', on('eth', { ...told, severity: 'info' }), ['phone', 'mail']],
    [
      'what grew graver goes to all',
      on('eth', { ...told, severity: 'critical' }),
      ['phone', 'mail', 'pager'],
    ],
    ['what begins goes to the channels of now', on('eth'), ['pager']],
  ];
  test.each(table)('%s', (_, incident, expected) => {
    const { rows, incidents } = announce([incident], moved);
    expect(rows.map((row) => row.channel)).toEqual(expected);
    expect(incidents[0]?.told).toEqual([...new Set([...incident.told, ...expected])]);
  });

  test('later messages to a channel remember the last one to each', () => {
    const incident = on('eth', { ...told, severity: 'critical', lastMessage: { phone: 'p', mail: 'm' } });
    const { rows, incidents } = announce([incident], moved);
    expect(rows.map((row) => row.after)).toEqual([['p'], ['m'], []]);
    expect(Object.keys(incidents[0]?.lastMessage ?? {})).toEqual(['phone', 'mail', 'pager']);
  });
});
