// What becomes of the wish for a drill, what is remembered of one, and which snapshots are kept.
import { describe, expect, test } from 'vitest';
import {
  type BeginContext,
  beginning,
  drillRules,
  waitingWishes,
} from '../../../functions/domain/drill/begin.ts';
import { runOf } from '../../../functions/domain/drill/course.ts';
import type { DrillRun } from '../../../functions/domain/drill/drill.ts';
import { recordOf, recordOfNone, remembered } from '../../../functions/domain/drill/record.ts';
import {
  newestReady,
  savingOf,
  type SnapshotSeen,
  sortOut,
  whyNotKept,
} from '../../../functions/domain/drill/snapshots.ts';
import { labels } from '../../../functions/domain/standby/rules.ts';
import { hour, minute, start } from '../../support/site.ts';
import { nodeReport } from '../../support/standbys.ts';
import { attemptOf, seenOf, standbyRules, wishOf } from '../../support/standby-house.ts';

const at = start + hour;
const ended = (endedAt: number, id = 'earlier') => {
  const last = recordOfNone(wishOf({ id }), { outcome: 'passed', text: 'well', at: endedAt });
  return { drills: { alpha: remembered(undefined, last) } };
};

describe('a wish', () => {
  const context = (over: Partial<BeginContext> = {}): BeginContext => ({
    at,
    rules: standbyRules(),
    chain: 'ethereum',
    fleet: { drills: {} },
    roomFor: null,
    running: null,
    ...over,
  });
  const day = 24 * hour;
  test.each<[string, Partial<BeginContext>, object]>([
    ['begins when nothing speaks against it', {}, { do: 'begin' }],
    ['begins although one ended before it was asked for', { fleet: ended(start - 1) }, { do: 'begin' }],
    ['is fulfilled by one that ended since', { fleet: ended(start) }, { do: 'forget' }],
    [
      'is fulfilled by its own, whenever that ended',
      { fleet: ended(start - 9, 'drill-1') },
      { do: 'forget' },
    ],
    ['waits for a standby', { roomFor: 'eth' }, { do: 'wait' }],
    ['waits for another drill', { running: 'beta' }, { do: 'wait' }],
    ['waits until a day is over', { roomFor: 'eth', at: start + day - 1 }, { do: 'wait' }],
    [
      'gives way when it has waited for a day',
      { roomFor: 'eth', at: start + day },
      { do: 'end', outcome: 'gave-way' },
    ],
    ['begins after a day when nothing speaks against it any more', { at: start + day }, { do: 'begin' }],
    ['is over without its signer', { chain: null }, { do: 'end', outcome: 'gave-way' }],
    [
      'is over when its signer is of another chain now',
      { chain: 'berachain' },
      { do: 'end', outcome: 'gave-way' },
    ],
    [
      'fails without a node for its chain',
      { rules: standbyRules({ nodes: {} }) },
      { do: 'end', outcome: 'failed' },
    ],
    [
      'only says so in a dry run',
      { rules: standbyRules({ isDryRun: true }) },
      { do: 'end', outcome: 'gave-way' },
    ],
  ])('%s', (_, over, expected) => {
    expect(beginning(wishOf(), context(over))).toMatchObject(expected);
  });

  test('goes only to places that have a template for it', () => {
    const { nodes } = standbyRules();
    const node = nodes.ethereum;
    if (node === undefined) throw new Error('no node');
    const [first, second] = node.places;
    if (first === undefined || second === undefined) throw new Error('no places');
    const rules = standbyRules({
      nodes: { ethereum: { ...node, places: [{ ...first, drillTemplate: null }, second] } },
    });
    const places = drillRules(rules, 'ethereum').nodes.ethereum?.places;
    expect(places).toEqual([{ ...second, template: 'eth-2-drill' }]);
    expect(drillRules(rules, 'berachain').nodes).toEqual({});
  });

  test('waits its turn', () => {
    const later = wishOf({ signer: 'beta', id: 'b', at: start + 1 });
    const running = {
      signer: 'gamma',
      wish: wishOf({ signer: 'gamma', at: 0 }),
      run: runOf(wishOf(), seenOf()),
    };
    const waiting = waitingWishes([
      { signer: 'beta', wish: later, run: null },
      running,
      { signer: 'alpha', wish: wishOf(), run: null },
      { signer: 'delta', wish: null, run: null },
    ]);
    expect(waiting).toEqual([wishOf(), later]);
    const both = ['zeta', 'beta', 'alpha'].map((signer) => ({ signer, wish: wishOf({ signer }), run: null }));
    expect(waitingWishes(both).map(({ signer }) => signer)).toEqual(['alpha', 'beta', 'zeta']);
  });
});

describe('what is remembered', () => {
  const run = (over: Partial<DrillRun> = {}): DrillRun => ({ ...runOf(wishOf(), seenOf()), ...over });
  const verdict = { outcome: 'passed' as const, text: 'well', at };

  test('is nothing before it is decided and its node is gone', () => {
    const { marks } = run();
    expect(recordOf(run())).toBeNull();
    expect(recordOf(run({ verdict }))).toBeNull();
    expect(recordOf(run({ marks: { ...marks, gone: at } }))).toBeNull();
    expect(recordOf(run({ verdict, marks: { ...marks, gone: at } }))).toMatchObject({
      endedAt: at,
      isWarm: false,
    });
    const seen = seenOf({ attempt: attemptOf({ snapshot: 'disk' }) });
    expect(recordOf(run({ verdict, seen, marks: { ...marks, gone: at } }))).toMatchObject({ isWarm: true });
  });

  test('is the last, the last that says something, and the last that was synced; the same twice is one', () => {
    const none = { outcome: 'gave-way' as const, text: 'no', at };
    const way = recordOfNone(wishOf({ id: 'way' }), none);
    const failed = recordOfNone(wishOf({ id: 'failed' }), { ...none, outcome: 'failed' });
    const done = recordOfNone(wishOf({ id: 'done' }), { ...none, outcome: 'passed' });
    const synced = { ...done, id: 'synced', marks: { ...done.marks, synced: at } };
    const first = remembered(undefined, way);
    expect(first).toEqual({ last: way, told: null, synced: null });
    expect(way).toMatchObject({ cost: 0, isWarm: false, endedAt: at });
    const second = remembered(first, synced);
    expect(second).toEqual({ last: synced, told: synced, synced });
    const third = remembered(second, failed);
    expect(third).toEqual({ last: failed, told: failed, synced });
    expect(remembered(third, way)).toEqual({ last: way, told: failed, synced });
    expect(remembered(third, { ...failed, text: 'again', endedAt: at + 1 })).toBe(third);
  });
});

describe('snapshots', () => {
  const rules = standbyRules({
    drill: { mode: 'sync', syncWithinMs: hour, snapshots: { keep: 2, monthlyCost: 50, acceptedBy: 'Ada' } },
  });
  const snapshot = (name: string, over: Partial<SnapshotSeen> = {}): SnapshotSeen => ({
    name,
    status: 'READY',
    createdAt: start + Number(name) * minute,
    gib: 600,
    labels: {
      [labels.ours]: 'bw',
      [labels.chain]: 'ethereum',
      [labels.signer]: 'alpha',
      [labels.wiped]: '1795399200',
    },
    ...over,
  });
  const without = (label: string) => {
    const { labels: given, ...rest } = snapshot('9');
    return { ...rest, labels: Object.fromEntries(Object.entries(given).filter(([key]) => key !== label)) };
  };
  const strangers = [
    without(labels.wiped),
    without(labels.ours),
    without(labels.chain),
    snapshot('9', { status: 'CREATING' }),
    snapshot('9', { labels: { ...snapshot('9').labels, [labels.wiped]: 'yes' } }),
    snapshot('9', { labels: { ...snapshot('9').labels, [labels.chain]: 'berachain' } }),
  ];

  test('are begun with only when they are ready, of the chain, ours, and wiped', () => {
    expect(newestReady([], rules, 'ethereum')).toBeNull();
    expect(newestReady(strangers, rules, 'ethereum')).toBeNull();
    expect(newestReady([snapshot('2'), ...strangers, snapshot('1')], rules, 'ethereum')?.name).toBe('2');
  });

  test('are kept as many as are wanted, the newest; of all others nothing is deleted', () => {
    const { kept, surplus } = sortOut(
      [snapshot('3'), ...strangers, snapshot('1'), snapshot('2')],
      rules,
      'ethereum',
    );
    expect(kept.map(({ name }) => name)).toEqual(['2', '3']);
    expect(surplus).toEqual(['1']);
    const failed = snapshot('4', { status: 'FAILED' });
    const strange = snapshot('5', { status: 'FAILED', labels: without(labels.wiped).labels });
    expect(sortOut([failed, strange, snapshot('3')], rules, 'ethereum').surplus).toEqual(['4']);
    const off = standbyRules();
    expect(sortOut([snapshot('3'), ...strangers], off, 'ethereum')).toEqual({ kept: [], surplus: ['3'] });
  });

  const wiped = (over: Partial<DrillRun> = {}): DrillRun => {
    const run = runOf(
      wishOf({ mode: 'sync' }),
      seenOf({ report: nodeReport({ state: 'wiped' }), attempt: attemptOf() }),
    );
    return { ...run, usedGib: 400, marks: { ...run.marks, wiped: at }, ...over };
  };
  const fresh = { requestId: 'r', at };

  test('are made of what says that it is wiped and without keys, and of nothing else', () => {
    expect(savingOf(wiped(), rules, fresh)).toEqual({
      name: 'bw-ethereum-20261123t030000z',
      requestId: 'r',
      at,
      operation: null,
    });
    const said = (over: object) => seenOf({ report: nodeReport({ state: 'wiped', ...over }) });
    const not: DrillRun[] = [
      wiped({ marks: { ...wiped().marks, wiped: null } }),
      wiped({ usedGib: null }),
      wiped({ seen: said({ keys: 'unknown' }) }),
      wiped({ seen: said({ keys: 'present' }) }),
      wiped({ seen: said({ state: 'synced' }) }),
      wiped({ seen: seenOf() }),
      wiped({ seen: { ...said({}), hasHeldKeys: true } }),
      wiped({ wish: wishOf() }),
      wiped({ verdict: { outcome: 'failed', text: '', at } }),
    ];
    for (const [index, run] of not.entries()) expect(savingOf(run, rules, fresh), `${index}`).toBeNull();
    expect(savingOf(wiped(), standbyRules(), fresh)).toBeNull();
  });

  test('are not made when nobody has accepted what they cost', () => {
    // 2 of them, at 0.05 a GiB.
    expect(whyNotKept(wiped({ usedGib: 500 }), rules)).toBeNull();
    expect(whyNotKept(wiped({ usedGib: 501 }), rules)).toContain('Ada has accepted 50 USD');
    expect(whyNotKept(wiped({ usedGib: null }), rules)).toContain('does not say');
    expect(
      whyNotKept(
        wiped({ usedGib: null, marks: wiped({ marks: runOf(wishOf(), seenOf()).marks }).marks }),
        rules,
      ),
    ).toBeNull();
    const saving = { name: 's', requestId: 'r', at, operation: null };
    expect(whyNotKept(wiped({ usedGib: 5_000, saving }), rules)).toBeNull();
    expect(whyNotKept(wiped({ usedGib: 5_000 }), standbyRules())).toBeNull();
  });
});
