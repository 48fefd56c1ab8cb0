// What is shown of standbys: where each is, what it has cost, what is in the way; nothing that only Compute needs to know.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Drill } from '../../functions/domain/drill/drill.ts';
import type { SiteRules } from '../../functions/domain/policy.ts';
import type { StandbyRules } from '../../functions/domain/standby/rules.ts';
import {
  emptyFleet,
  phases,
  refusals,
  troubles,
  type Fleet,
  type Seen,
  type Standby,
} from '../../functions/domain/standby/standby.ts';
import type { Wanted } from '../../functions/domain/standby/want.ts';
import {
  anyNeedsPerson,
  costWords,
  etaAt,
  isPassing,
  needsPerson,
  problemsOf,
  progressWords,
  reasonWords,
  stayWords,
} from '../../functions/views/standby-words.ts';
import { standbysAnswer, type StandbysAnswer } from '../../functions/views/standbys-answer.ts';
import { standbyStatuses, type StandbyStatus } from '../../functions/views/standbys.ts';
import { statusOf } from '../../functions/views/status.ts';
import { someTime } from '../support/documents.ts';
import { drill, drillRun } from '../support/drills.ts';
import { hour, minute, siteRules } from '../support/site.ts';
import { fleet, nodeReport, orphan, seen, wanted } from '../support/standbys.ts';

const at = someTime + 20 * minute;
const sites: readonly SiteRules[] = [
  siteRules({
    signers: [
      { id: 'eth', chain: 'ethereum', keys: ['7'] },
      { id: 'bera', chain: 'berachain', keys: ['ab'] },
    ],
    standby: { chains: ['ethereum'], expireAfterMs: 7 * 24 * hour },
  }),
];
const rules: StandbyRules = {
  project: 'my-project',
  prefix: 'bw',
  isDryRun: false,
  maxStandbys: 2,
  monthlyCap: 200,
  witness: 'required',
  expireAfterMs: 7 * 24 * hour,
  orphanGraceMs: 24 * hour,
  stuckAfterMs: 45 * minute,
  drill: { mode: 'boot', syncWithinMs: 48 * hour, snapshots: null },
  nodes: {},
  prices: {
    asOf: '2026-11-20',
    currency: 'EUR',
    machineHour: {},
    diskGibMonth: {},
    addressHour: 0.005,
    egressGib: 0.12,
    snapshotGibMonth: 0.05,
  },
};

const nobody = new Map<string, Record<string, Wanted>>();

function one(standby: Partial<Standby>, when = at): StandbyStatus {
  const all = [{ signer: 'eth', wanted: wanted(), seen: seen(), ...standby }];
  const [status] = standbyStatuses(sites, { standbys: all, broken: [] }, { wanted: nobody, at: when });
  if (status === undefined) throw new Error('there must be one');
  return status;
}

function answerOf(
  standbys: readonly Standby[],
  more: {
    readonly fleet?: Fleet | null;
    readonly broken?: readonly string[];
    readonly rules?: StandbyRules | null;
    readonly drills?: readonly Drill[];
  } = {},
  when = at,
): StandbysAnswer {
  const { fleet: whole = emptyFleet, broken = [], rules: given = rules, drills = [] } = more;
  return standbysAnswer(
    { sites, rules: given, wanted: nobody },
    { standbys, drills, fleet: whole, broken },
    when,
  );
}

describe('phase', () => {
  const over = wanted({ release: { at, reason: 'stable', by: null } });
  const former = seen({ phase: 'gone', wantedId: 'eth.20261101T000000Z', node: null, attempt: null });
  const cases: readonly (readonly [string, Wanted | null, Seen | null, StandbyStatus['phase']])[] = [
    ['nothing was seen yet', wanted(), null, 'wanted'],
    ['released before anything was seen', over, null, 'releasing'],
    ['neither wanted nor seen', null, null, 'releasing'],
    ['what is gone belonged to an earlier outage', wanted(), former, 'wanted'],
    ['what is gone belonged to this one', wanted(), seen({ phase: 'gone' }), 'gone'],
    ['gone, and not wanted either', over, former, 'gone'],
    ['a node of an earlier outage that is still there', wanted(), { ...former, phase: 'synced' }, 'synced'],
    ['nobody wants it any more', null, seen(), 'syncing'],
  ];
  test.each(cases)('%s', (_, want, saw, phase) => {
    expect(one({ wanted: want, seen: saw }).phase).toBe(phase);
  });

  test.each(phases)('%s is shown as it was seen', (phase) => {
    expect(one({ seen: seen({ phase }) }).phase).toBe(phase);
  });
});

describe('one standby', () => {
  test('says where it is, how far, and why', () => {
    expect(one({})).toEqual({
      signer: 'eth',
      chain: 'ethereum',
      site: 'home',
      phase: 'syncing',
      phaseSince: someTime + 6 * minute,
      since: someTime,
      reason: 'dark',
      incident: 'home.site.home.20261201T021407Z',
      why: 'the house is dark or cut off for 3 min',
      by: null,
      keep: null,
      release: null,
      expiresAt: someTime + 7 * 24 * hour,
      instance: 'bw-eth-2-0a1b2c3d',
      zone: 'europe-west3-b',
      region: 'europe-west3',
      reportAt: at,
      percent: 41.2,
      etaMs: 130 * minute,
      peers: 34,
      head: 1_234,
      keys: 'absent',
      software: 'geth 1.16.9, lighthouse 7.1',
      note: null,
      refusal: null,
      trouble: null,
      doubt: null,
      hasHeldKeys: false,
      isProtected: false,
      cost: { perHour: 0.5, soFar: 0.5 * (16 / 60), currency: 'USD' },
      tried: [
        {
          zone: 'europe-west3-a',
          region: 'europe-west3',
          code: 'ZONE_RESOURCE_POOL_EXHAUSTED',
          at: someTime + 4 * minute,
        },
      ],
      nextLookAt: someTime + 21 * minute,
    });
  });

  test('is being made where its attempt is, and is nowhere once it is gone', () => {
    expect(one({ seen: seen({ phase: 'creating', node: null, report: null }) })).toMatchObject({
      zone: 'europe-west3-b',
      instance: 'bw-eth-2-0a1b2c3d',
      percent: null,
      keys: null,
    });
    expect(one({ seen: seen({ phase: 'gone' }) })).toMatchObject({
      zone: null,
      region: null,
      instance: null,
    });
  });

  test('of which nobody says any more what it is for takes its place from the configuration, if it has one', () => {
    expect(one({ wanted: null })).toMatchObject({
      site: 'home',
      chain: 'ethereum',
      reason: null,
      since: null,
    });
    expect(one({ signer: 'old', wanted: null })).toMatchObject({ site: null, chain: null });
  });

  test('tells nothing that only Compute needs, and no text without end', () => {
    const long = 'x'.repeat(100_000);
    const noisy = one({
      wanted: wanted({ why: long }),
      seen: seen({
        report: nodeReport({ text: long }),
        trouble: { kind: 'stuck', text: long, lines: [long], since: at },
        deletion: { requestId: 'd1d1d1d1', at, operation: null },
      }),
    });
    const text = JSON.stringify(noisy);
    expect(text.length).toBeLessThan(6_000);
    expect(text).not.toMatch(/requestId|7f8d5c1e|d1d1d1d1|operation-2/);
  });
});

describe('what it has cost', () => {
  test('is what its former nodes have cost, and what this one has', () => {
    expect(one({}, someTime + 4 * minute + 10 * hour).cost?.soFar).toBeCloseTo(5);
    expect(
      one({ seen: seen({ cost: { perHour: 0.5, spent: 3, currency: 'USD' } }) }, at + 10 * hour).cost?.soFar,
    ).toBeCloseTo(3 + 0.5 * (10 + 16 / 60));
  });

  const { attempt } = seen();
  const still: readonly (readonly [string, Partial<Seen>])[] = [
    ['gone', { phase: 'gone' }],
    ['waiting for another zone', { phase: 'waiting' }],
    ['given up', { phase: 'failed' }],
    ['never tried', { phase: 'creating', node: null, attempt: null }],
    [
      'not accepted yet',
      { phase: 'creating', node: null, attempt: attempt === null ? null : { ...attempt, acceptedAt: null } },
    ],
  ];
  test.each(still)('does not grow when it is %s', (_, over) => {
    expect(one({ seen: seen(over) }, at + 10 * hour).cost?.soFar).toBe(0);
  });

  test.each(['creating', 'booting', 'syncing', 'synced', 'releasing'] as const)(
    'grows while it is %s, from when Compute accepted it, whether it is seen or not',
    (phase) => {
      const status = one({ seen: seen({ phase, node: null }) }, someTime + 4 * minute + 2 * hour);
      expect(status.cost?.soFar).toBeCloseTo(1);
    },
  );

  test('is not known without a price', () => {
    expect(one({ seen: seen({ cost: null }) }).cost).toBeNull();
    expect(one({ seen: null }).cost).toBeNull();
  });

  test('in a month counts a drill that runs', () => {
    const { run } = drill({ run: drillRun() });
    const seenOf = run?.seen;
    const spent = answerOf([{ signer: 'eth', wanted: null, seen: seenOf ?? null }]).month.spent;
    expect(spent).toBeGreaterThan(0);
    expect(answerOf([], { drills: [drill({ run })] }).month.spent).toBe(spent);
  });

  test('in a month is what is gone and what runs, each since the month began', () => {
    const created = Date.UTC(2026, 10, 30, 14);
    const old = seen({ attempt: attempt === null ? null : { ...attempt, acceptedAt: created } });
    const standbys = [{ signer: 'eth', wanted: wanted(), seen: old }];
    const spent = fleet({ spent: { '2026-11': 40, '2026-12': 7 } });
    const inDecember = Date.UTC(2026, 11, 1, 10);
    expect(answerOf(standbys, { fleet: spent }, inDecember).month).toEqual({
      month: '2026-12',
      spent: 7 + 10 * 0.5,
      cap: 200,
      currency: 'EUR',
    });
    const before = Date.UTC(2026, 10, 30, 23);
    expect(answerOf(standbys, { fleet: spent }, before).month).toMatchObject({
      month: '2026-11',
      spent: 40 + 9 * 0.5,
    });
  });

  test('never shrinks as time goes on, nor is it ever less than nothing', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -10 * hour, max: 1_000 * hour }),
        fc.nat(100 * hour),
        fc.double({ min: 0, max: 50, noNaN: true }),
        (offset, more, perHour) => {
          const saw = seen({ cost: { perHour, spent: 1, currency: 'USD' } });
          const first = one({ seen: saw }, someTime + offset).cost?.soFar ?? -1;
          const then = one({ seen: saw }, someTime + offset + more).cost?.soFar ?? -1;
          expect(first).toBeGreaterThanOrEqual(1);
          expect(then).toBeGreaterThanOrEqual(first);
        },
      ),
    );
  });
});

describe('a wanted standby without a document', () => {
  const mine = new Map([['home', { eth: wanted() }]]);
  const sentence = 'standbys/eth seen does not parse at phase: invalid value';
  const known = { wanted: mine, at };

  test('is wanted, as long as it was not released', () => {
    expect(standbyStatuses(sites, { standbys: [], broken: [] }, known)).toMatchObject([
      { signer: 'eth', phase: 'wanted', trouble: null, why: 'the house is dark or cut off for 3 min' },
    ]);
    const over = new Map([['home', { eth: wanted({ release: { at, reason: 'person', by: 'anna' } }) }]]);
    expect(standbyStatuses(sites, { standbys: [], broken: [] }, { wanted: over, at })).toEqual([]);
  });

  test('that cannot be read is trouble and never well', () => {
    const [status] = standbyStatuses(sites, { standbys: [], broken: [sentence] }, known);
    expect(status).toMatchObject({
      trouble: { kind: 'unreadable', text: expect.stringContaining(sentence) },
    });
    expect(status === undefined ? null : needsPerson(status)).toBe(true);
  });

  test('is not mistaken for another whose name begins the same', () => {
    const other = 'standbys/eth-2 does not parse at signer: invalid type';
    expect(standbyStatuses(sites, { standbys: [], broken: [other] }, known)).toMatchObject([
      { trouble: null },
    ]);
  });

  test('is shown once when there is a document', () => {
    const standbys = [{ signer: 'eth', wanted: wanted(), seen: seen() }];
    expect(standbyStatuses(sites, { standbys, broken: [] }, known)).toHaveLength(1);
  });
});

describe('all of them', () => {
  test('come by signer, with who can have one and what is configured', () => {
    const standbys = ['z', 'a', 'm'].map((signer) => ({ signer, wanted: wanted({ signer }), seen: null }));
    const answer = answerOf(standbys);
    expect(answer.standbys.map(({ signer }) => signer)).toEqual(['a', 'm', 'z']);
    expect(answer.signers).toEqual([{ signer: 'eth', site: 'home', chain: 'ethereum' }]);
    expect(answer.rules).toEqual({ project: 'my-project', prefix: 'bw', isDryRun: false, maxStandbys: 2 });
    expect(answerOf([], { rules: null })).toMatchObject({
      rules: null,
      month: { cap: null, currency: null },
    });
  });

  test('are not known whole while what concerns all of them cannot be read', () => {
    const broken = ['standbys/_fleet does not parse at spent: invalid type'];
    const answer = answerOf([{ signer: 'eth', wanted: wanted(), seen: seen() }], { fleet: null, broken });
    expect(answer).toMatchObject({ month: { spent: null, cap: 200 }, orphans: [], listedAt: null, broken });
    expect(anyNeedsPerson(answer)).toBe(true);
  });

  test('show orphans without the request that deletes them', () => {
    const { orphans } = answerOf([], { fleet: fleet({ orphans: [orphan({ requestId: 'secret-id' })] }) });
    expect(orphans).toEqual([
      {
        kind: 'instance',
        name: 'bw-old-1-0a1b2c3d',
        zone: 'europe-west3-c',
        signer: 'old',
        firstSeenAt: someTime,
        deletesAt: someTime + 24 * hour,
        text: 'nobody wants it',
      },
    ]);
  });

  const held = ['dry-run', 'too-many', 'over-cap', 'mass-outage', 'witness-silent', 'witness-disputes'];
  test.each(refusals)('%s: the brake holds only where the watchdog keeps itself from spending', (reason) => {
    const refusal = { reason, text: 'because', since: at };
    const { brake } = answerOf([{ signer: 'eth', wanted: wanted(), seen: seen({ refusal }) }]);
    expect(brake).toEqual({ isHeld: held.includes(reason), reasons: held.includes(reason) ? [reason] : [] });
  });

  test('need a person for anything that is in the way, and for nothing else', () => {
    const well = [{ signer: 'eth', wanted: wanted(), seen: seen() }];
    expect(anyNeedsPerson(answerOf(well))).toBe(false);
    expect(anyNeedsPerson(answerOf([]))).toBe(false);
    expect(anyNeedsPerson(answerOf(well, { broken: ['standbys/x does not parse'] }))).toBe(true);
    expect(anyNeedsPerson(answerOf(well, { fleet: fleet({ orphans: [orphan()] }) }))).toBe(true);
    const trouble = { kind: 'permission', text: 'compute.instances.list', lines: [], since: at } as const;
    expect(anyNeedsPerson(answerOf(well, { fleet: fleet({ trouble }) }))).toBe(true);
    const failed = [{ signer: 'eth', wanted: wanted(), seen: seen({ phase: 'failed' }) }];
    expect(anyNeedsPerson(answerOf(failed))).toBe(true);
  });
});

test('a site shows its own', () => {
  const standbys = [one({})];
  const status = statusOf(sites, { memories: new Map(), standbys }, at);
  expect(status.sites[0]?.standbys).toEqual(standbys);
});

describe('in words', () => {
  test('where it is and how far, with the time in both zones', () => {
    expect(progressWords(one({}), at, 'Europe/Berlin')).toBe(
      'syncing 41 % in europe-west3-b as bw-eth-2-0a1b2c3d, synced in about 2 h 10 min, at 2026-12-01 05:44:07 Europe/Berlin (04:44:07 UTC), 34 peers',
    );
    expect(progressWords(one({ seen: null }), at, 'UTC')).toBe('wanted');
    const synced = seen({
      phase: 'synced',
      report: nodeReport({ state: 'synced', percent: 100, peers: 1, etaMs: 0 }),
    });
    expect(progressWords(one({ seen: synced }), at, 'UTC')).toBe(
      'synced in europe-west3-b as bw-eth-2-0a1b2c3d, 1 peer',
    );
  });

  test('99.9 % are not 100 %', () => {
    expect(
      progressWords(one({ seen: seen({ report: nodeReport({ percent: 99.97 }) }) }), at, 'UTC'),
    ).toContain('99 %');
  });

  test('the time to go counts from the report, and not from now', () => {
    const status = one({}, at + 30 * minute);
    expect(etaAt(status)).toBe(at + 130 * minute);
    expect(progressWords(status, at + 30 * minute, 'UTC')).toContain('about 1 h 40 min');
    expect(etaAt(one({ seen: seen({ phase: 'synced' }) }))).toBeNull();
  });

  test('what is in the way, the gravest first', () => {
    const status = one({
      seen: seen({
        doubt: { kind: 'keys-present', text: 'it says that it has keys', since: at },
        trouble: { kind: 'stuck', text: 'no progress', lines: ['panic'], since: at },
        refusal: { reason: 'signs', text: 'it signed', since: at },
      }),
    });
    expect(problemsOf(status)).toEqual([
      { word: 'SAFETY, keys-present', text: 'it says that it has keys', lines: [] },
      { word: 'stuck', text: 'no progress', lines: ['panic'] },
      { word: 'nothing is made, signs', text: 'it signed', lines: [] },
    ]);
  });

  test.each(troubles)('%s needs a person', (kind) => {
    const status = one({ seen: seen({ trouble: { kind, text: 'x', lines: [], since: at } }) });
    expect([needsPerson(status), isPassing(status)]).toEqual([true, false]);
  });

  const passing = [
    'mass-outage',
    'witness-silent',
    'signs',
    'keys-unreadable',
    'compute-silent',
    'no-capacity',
  ];
  test.each(refusals)('%s needs a person, and may pass or not', (reason) => {
    const status = one({ seen: seen({ refusal: { reason, text: 'x', since: at } }) });
    expect([needsPerson(status), isPassing(status)]).toEqual([true, passing.includes(reason)]);
  });

  test('how long it stays', () => {
    const keep = { by: 'anna', at, why: 'the router first' };
    expect(stayWords(one({}), 'UTC')).toBe('until 2026-12-08 02:14:07 UTC');
    expect(stayWords(one({ wanted: wanted({ keep }) }), 'UTC')).toBe('kept by anna: the router first');
    const release = { at, reason: 'person', by: 'bert' } as const;
    expect(stayWords(one({ wanted: wanted({ keep, release }) }), 'UTC')).toBe(
      'not wanted any more: person, bert',
    );
    expect(stayWords(one({ wanted: null }), 'UTC')).toBe('nobody wants it');
  });

  test('why, by whom, and for how much', () => {
    expect(reasonWords(one({}))).toBe('dark: the house is dark or cut off for 3 min');
    expect(reasonWords(one({ wanted: wanted({ reason: 'person', by: 'anna', why: 'the roof' }) }))).toBe(
      'asked for by anna: the roof',
    );
    expect(reasonWords(one({ wanted: null }))).toBe('nobody wants it');
    expect(costWords(one({}))).toBe('0.13 USD so far, 0.50 USD an hour');
    expect(costWords(one({ seen: null }))).toBeNull();
  });
});
