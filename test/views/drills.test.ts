// What is shown of drills: how they come along and went, when the next one is due, and what snapshots would cost.
import { describe, expect, test } from 'vitest';
import type { Drill, DrillRecord, DrillRun } from '../../functions/domain/drill/drill.ts';
import { noMarks } from '../../functions/domain/drill/drill.ts';
import type { SiteRules } from '../../functions/domain/policy.ts';
import type { DrillRules, StandbyRules } from '../../functions/domain/standby/rules.ts';
import { emptyFleet, type Fleet } from '../../functions/domain/standby/standby.ts';
import {
  acceptanceLines,
  recordWords,
  runWords,
  snapshotCost,
  stageOf,
} from '../../functions/views/drill-words.ts';
import { drillsAnswer, type DrillRunStatus, type DrillsAnswer } from '../../functions/views/drills-answer.ts';
import { someTime } from '../support/documents.ts';
import { drill, drilled, drillRecord, drillRun, drillWish, marks } from '../support/drills.ts';
import { hour, minute, second, siteRules } from '../support/site.ts';
import { fleet, nodeReport, seen } from '../support/standbys.ts';

const at = someTime + 20 * minute;
const sites: readonly SiteRules[] = [
  siteRules({
    signers: [
      { id: 'eth', chain: 'ethereum', keys: ['7'] },
      { id: 'bera', chain: 'berachain', keys: ['ab'] },
    ],
    standby: { chains: ['ethereum', 'berachain'], expireAfterMs: 7 * 24 * hour },
    drills: { mode: 'boot', chains: ['ethereum'], tells: ['eth'] },
  }),
];
const usual: DrillRules = { mode: 'boot', syncWithinMs: 48 * hour, snapshots: null };

const rulesWith = (given: Partial<DrillRules> = {}): StandbyRules => ({
  project: 'my-project',
  prefix: 'bw',
  isDryRun: false,
  maxStandbys: 2,
  monthlyCap: 200,
  witness: 'required',
  expireAfterMs: 7 * 24 * hour,
  orphanGraceMs: 24 * hour,
  stuckAfterMs: 45 * minute,
  nodes: {
    ethereum: {
      machine: 'm',
      disk: { type: 'd', gib: 2000 },
      egressGibPerDay: 0,
      snapshotGib: 0,
      places: [],
    },
  },
  drill: { ...usual, ...given },
  prices: {
    asOf: '2026-11-20',
    currency: 'USD',
    machineHour: {},
    diskGibMonth: {},
    addressHour: 0.005,
    egressGib: 0.12,
    snapshotGibMonth: 0.05,
  },
});

const answerOf = (
  given: {
    readonly drills?: readonly Drill[];
    readonly fleet?: Fleet | null;
    readonly rules?: StandbyRules | null;
    readonly broken?: readonly string[];
  } = {},
): DrillsAnswer => {
  const { drills = [], fleet: whole = emptyFleet, rules = rulesWith(), broken = [] } = given;
  return drillsAnswer({ sites, rules }, { drills, fleet: whole, broken }, at);
};

describe('the answer', () => {
  test('has each signer that can have a node, and each of which something is known', () => {
    const known = fleet({ drills: { old: drilled() } });
    expect(answerOf({ fleet: known }).drills).toMatchObject([
      { signer: 'bera', site: 'home', chain: 'berachain', canRun: false, weeklyFrom: null, last: null },
      { signer: 'eth', site: 'home', chain: 'ethereum', canRun: true, weeklyFrom: at, last: null },
      { signer: 'old', site: null, chain: null, canRun: false, weeklyFrom: null, last: { id: 'drill-0' } },
    ]);
  });

  test('says when the week asks next', () => {
    const record = drillRecord({ endedAt: at - hour });
    const [, eth] = answerOf({ fleet: fleet({ drills: { eth: drilled(record) } }) }).drills;
    expect(eth?.weeklyFrom).toBe(at - hour + 7 * 24 * hour - 2 * hour);
    expect(answerOf({ fleet: null }).drills.find(({ signer }) => signer === 'eth')?.weeklyFrom).toBeNull();
  });

  test('shows a wish as long as no drill runs for it', () => {
    const wishOf = (over: Partial<Drill>) =>
      answerOf({ drills: [drill(over)] }).drills.find(({ signer }) => signer === 'eth')?.wish?.id ?? null;
    expect(wishOf({ run: null })).toBe('drill-1');
    expect(wishOf({ run: drillRun() })).toBeNull();
    expect(wishOf({ run: drillRun({ wish: drillWish({ id: 'before' }) }) })).toBe('drill-1');
  });

  test('has the snapshots with what each costs in a month, as far as that is known', () => {
    const snapshot = { name: 's', at: someTime, gib: 300, signer: 'eth' };
    const known = fleet({ snapshots: { ethereum: [snapshot, { ...snapshot, name: 't', gib: null }] } });
    expect(answerOf({ fleet: known }).snapshots).toEqual([
      { ...snapshot, chain: 'ethereum', monthlyCost: 15 },
      { ...snapshot, name: 't', gib: null, chain: 'ethereum', monthlyCost: null },
    ]);
    expect(answerOf({ fleet: known, rules: null }).snapshots[0]?.monthlyCost).toBeNull();
  });

  test('holds no text without end, and no request', () => {
    const long = 'x'.repeat(5_000);
    const run = drillRun({
      verdict: { outcome: 'failed', text: long, at },
      saving: { name: 'n', requestId: 'secret-request', at, operation: null },
      seen: seen({ report: nodeReport({ text: long }) }),
    });
    const text = JSON.stringify(
      answerOf({
        drills: [drill({ wish: drillWish({ why: long }), run })],
        fleet: fleet({ drills: { eth: drilled(drillRecord({ text: long })) } }),
        broken: [long],
      }),
    );
    expect(text).not.toContain(long.slice(0, 1_000));
    expect(text).not.toMatch(/secret-request|7f8d5c1e/);
  });
});

const statusOf = (over: Partial<DrillRun>): DrillRunStatus => {
  const run = answerOf({ drills: [drill({ run: drillRun(over) })] }).drills.find(
    ({ signer }) => signer === 'eth',
  )?.run;
  if (run === null || run === undefined) throw new Error('there must be one');
  return run;
};

describe('what it is at', () => {
  const saving = { name: 's', requestId: 'r', at, operation: null };
  const cases: readonly (readonly [string, Partial<DrillRun>])[] = [
    ['waiting', { marks: noMarks, seen: seen({ phase: 'waiting' }) }],
    ['creating', { marks: { ...noMarks, begun: someTime }, seen: seen({ phase: 'creating' }) }],
    ['booting', { marks: marks({ reported: null, syncing: null, synced: null }) }],
    ['starting', { marks: marks({ syncing: null, synced: null }) }],
    ['syncing', { marks: marks({ synced: null }) }],
    ['synced', { marks: marks() }],
    ['saving', { marks: marks({ wiped: at }) }],
    ['saving', { marks: marks(), saving }],
    ['ending', { marks: marks(), verdict: { outcome: 'passed', text: 'it was synced', at } }],
  ];
  test.each(cases)('%s', (stage, over) => {
    expect(stageOf(statusOf(over))).toBe(stage);
  });

  test('in one line says where, how far, until when, and how long each phase took', () => {
    expect(runWords(statusOf({}), at, 'Europe/Berlin')).toBe(
      'syncing 41 % in europe-west3-b as bw-eth-2-0a1b2c3d; synced in about 2 h 10 min, at 2026-12-01 05:44:07 Europe/Berlin (04:44:07 UTC); created in 41 s, booted in 35 s, clients up after 2 min',
    );
    const { attempt } = seen();
    const warm = seen({ attempt: attempt === null ? null : { ...attempt, snapshot: 'bw-snapshot' } });
    const verdict = { outcome: 'failed', text: 'stuck', at } as const;
    expect(runWords(statusOf({ seen: warm, verdict, marks: noMarks }), at, 'UTC')).toBe(
      'failed, and its node is being deleted in europe-west3-b as bw-eth-2-0a1b2c3d; begun from a snapshot',
    );
  });
});

describe('how it went, in words', () => {
  const all =
    'created in 41 s, booted in 35 s, clients up after 2 min, synced after 3 h 12 min; in all 3 h 15 min';
  const cases: readonly (readonly [Partial<DrillRecord>, string])[] = [
    [{}, `passed: ${all}`],
    [{ isWarm: true }, `passed, begun from a snapshot: ${all}`],
    [
      { outcome: 'failed', text: 'no word', marks: marks({ reported: null, syncing: null, synced: null }) },
      'failed while its machine booted, before its agent said anything: no word (created in 41 s; in all 41 s)',
    ],
    [{ outcome: 'gave-way', text: 'a standby is wanted', marks: noMarks }, 'gave way: a standby is wanted'],
  ];
  test.each(cases)('%j', (over, words) => {
    expect(recordWords(drillRecord(over))).toBe(words);
  });
});

describe('what snapshots would cost', () => {
  const snapshots = { keep: 2, monthlyCost: 50, acceptedBy: 'Maria' };
  const saved = (gib: number | null) => ({ ethereum: [{ name: 's', at: someTime, gib, signer: 'eth' }] });
  const booted = drillRecord({ usedGib: 3, mode: 'boot', marks: marks({ syncing: null, synced: null }) });

  test('is counted from what was in use when it was synced, and once more for the time in which both are there', () => {
    const known = fleet({ drills: { eth: drilled(drillRecord({ usedGib: 400 })) }, snapshots: saved(300) });
    expect(snapshotCost('eth', answerOf({ fleet: known }))).toEqual({
      gib: 400,
      of: 'used',
      keep: 1,
      usual: 20,
      most: 40,
    });
    const kept = rulesWith({ snapshots });
    expect(snapshotCost('eth', answerOf({ fleet: known, rules: kept }))).toMatchObject({
      keep: 2,
      usual: 40,
      most: 60,
    });
  });

  test('else from the snapshot that is there, else it is what all disks hold at most', () => {
    const known = fleet({ drills: { eth: drilled(booted) }, snapshots: saved(300) });
    expect(snapshotCost('eth', answerOf({ fleet: known }))).toMatchObject({ gib: 300, of: 'snapshot' });
    const unknown = fleet({ drills: { eth: drilled(booted) }, snapshots: saved(null) });
    expect(snapshotCost('eth', answerOf({ fleet: unknown }))).toMatchObject({
      gib: 2000,
      of: 'disk',
      usual: 100,
    });
  });

  test('is nothing of a signer that is not there, whose chain has no node, or without standbys', () => {
    expect(snapshotCost('geth', answerOf())).toBeNull();
    expect(snapshotCost('bera', answerOf())).toBeNull();
    expect(snapshotCost('eth', answerOf({ rules: null }))).toBeNull();
  });

  test('is accepted by lines that name somebody, rounded up', () => {
    const known = fleet({ drills: { eth: drilled(drillRecord({ usedGib: 412.5 })) } });
    const cost = snapshotCost('eth', answerOf({ fleet: known }));
    if (cost === null) throw new Error('there must be one');
    expect(acceptanceLines(cost, 'Anna "A" B')).toEqual([
      'standbys:',
      '  drill:',
      '    mode: sync',
      '    snapshots:',
      '      keep: 1',
      '      monthlyCost: 42',
      '      acceptedBy: "Anna \\"A\\" B"',
    ]);
  });
});

test('a drill costs nothing that nobody knows, and what its node has cost so far', () => {
  expect(statusOf({ seen: seen({ cost: null }) }).cost).toBeNull();
  expect(statusOf({ seen: seen({ cost: { perHour: 3_600, spent: 1, currency: 'USD' } }) }).cost).toBeCloseTo(
    1 + (16 * minute) / second,
  );
});
