// How a drill comes along: each mark once, each end by its own reason, and a verdict that stays.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { course, type CourseContext, runOf, wantedOf } from '../../../functions/domain/drill/course.ts';
import type { DrillRun } from '../../../functions/domain/drill/drill.ts';
import { activeWanting } from '../../../functions/domain/standby/phase.ts';
import type { Seen } from '../../../functions/domain/standby/standby.ts';
import { anySeen } from '../../stores/standby-arbitraries.ts';
import { hour, minute, start } from '../../support/site.ts';
import { nodeReport } from '../../support/standbys.ts';
import { attemptOf, nodeOf, seenOf, standbyRules, wishOf } from '../../support/standby-house.ts';

const rules = standbyRules();
const keeping = standbyRules({
  drill: {
    mode: 'sync',
    syncWithinMs: 48 * hour,
    snapshots: { keep: 1, monthlyCost: 40, acceptedBy: 'Ada' },
  },
});
const at = start + 30 * minute;
const context = (over: Partial<CourseContext> = {}): CourseContext => ({
  at,
  rules,
  roomFor: null,
  notKept: null,
  ...over,
});
const booting = (over: Partial<Seen> = {}): Seen =>
  seenOf({ phase: 'booting', attempt: attemptOf(), node: nodeOf(), ...over });
const boot = runOf(wishOf(), booting());
const sync = runOf(wishOf({ mode: 'sync' }), booting());
const reported = (state: ReturnType<typeof nodeReport>['state'], over: object = {}): Partial<Seen> => ({
  report: nodeReport({ at: at - 30_000, state, ...over }),
});
const verdictOf = (run: DrillRun, seen: Seen, over: Partial<CourseContext> = {}) => {
  const { verdict } = course(run, seen, context(over));
  return verdict === null ? null : `${verdict.outcome}: ${verdict.text}`;
};

describe('marks', () => {
  test.each<[string, Partial<Seen>, object]>([
    ['nothing was tried', { phase: 'waiting', attempt: null, node: null }, {}],
    ['an attempt is written down', { phase: 'creating', node: null }, { begun: start }],
    ['Compute makes the node', { phase: 'creating', node: nodeOf({ status: 'STAGING' }) }, { begun: start }],
    ['it runs', {}, { begun: start, running: at }],
    [
      'its agent reports',
      reported('starting'),
      { begun: start, running: at - 30_000, reported: at - 30_000 },
    ],
    [
      'both clients answer',
      reported('syncing'),
      { begun: start, running: at - 30_000, reported: at - 30_000, syncing: at - 30_000 },
    ],
    [
      'all of it is seen at once',
      reported('wiped'),
      {
        begun: start,
        running: at - 30_000,
        reported: at - 30_000,
        syncing: at - 30_000,
        synced: at - 30_000,
        wiped: at - 30_000,
      },
    ],
  ])('when %s', (_, seen, marks) => {
    const none = { ...boot.marks };
    expect(course(sync, booting(seen), context({ rules: keeping })).marks).toEqual({ ...none, ...marks });
  });

  test('of wiping come only of a report without keys', () => {
    for (const keys of ['present', 'unknown'] as const) {
      const { marks } = course(sync, booting(reported('wiped', { keys })), context({ rules: keeping }));
      expect(marks.wiped, keys).toBeNull();
    }
  });

  test('are not later than the look, whatever clock the agent has, nor earlier than the attempt', () => {
    for (const said of [start - 9 * hour, at + hour]) {
      const { marks } = course(boot, booting(reported('syncing', { at: said })), context());
      expect(marks.reported).toBeGreaterThanOrEqual(start);
      expect(marks.reported).toBeLessThanOrEqual(at);
    }
  });

  test('stay as they are once they are set, and nothing takes a verdict back', () => {
    fc.assert(
      fc.property(fc.array(anySeen, { maxLength: 8 }), fc.boolean(), (looks, isKept) => {
        let run = isKept ? sync : boot;
        let now = at;
        for (const seen of looks) {
          const next = course(run, seen, context({ at: (now += minute), rules: isKept ? keeping : rules }));
          // It came to run no later than it spoke.
          const kept = Object.entries(run.marks).filter(
            ([name, mark]) => mark !== null && name !== 'running',
          );
          expect({ ...next.marks, ...Object.fromEntries(kept) }).toEqual(next.marks);
          expect(run.verdict ?? next.verdict).toBe(next.verdict);
          // That its node is gone counts once it is decided, which may be in this very look.
          const again = course(next, seen, context({ at: now, rules: isKept ? keeping : rules }));
          const { gone } = again.marks;
          expect(again).toEqual({ ...next, marks: { ...next.marks, gone } });
          expect(gone === null || seen.phase === 'gone' || next.marks.gone === gone).toBe(true);
          run = next;
        }
      }),
    );
  });
});

describe('a drill to boot', () => {
  const starting = (sinceMs: number) => ({
    ...boot,
    marks: { ...boot.marks, reported: at - sinceMs },
  });
  test.each<[string, DrillRun, Partial<Seen>, string | null]>([
    ['goes on while nobody reports', boot, {}, null],
    ['goes on while its clients start', boot, reported('starting'), null],
    [
      'passes when both clients answer',
      boot,
      reported('syncing'),
      'passed: the node booted, and both clients',
    ],
    [
      'passes when it is synced already',
      boot,
      reported('synced'),
      'passed: the node booted, and both clients',
    ],
    [
      'passes when they still start ten minutes later',
      starting(10 * minute),
      reported('starting'),
      'passed: the node booted and',
    ],
    ['does not pass before', starting(10 * minute - 1), reported('starting'), null],
    [
      'passes on a word of three minutes ago',
      starting(10 * minute),
      reported('starting', { at: at - 3 * minute }),
      'passed: the node booted and',
    ],
    [
      'does not pass on an older one',
      starting(10 * minute),
      reported('starting', { at: at - 3 * minute - 1 }),
      null,
    ],
    ['does not pass while something fails', starting(10 * minute), reported('failing'), null],
  ])('%s', (_, run, seen, expected) => {
    const found = verdictOf(run, booting(seen));
    expect(found ?? '').toMatch(expected ?? /^$/);
  });
});

describe('a drill to sync', () => {
  const synced = (over: Partial<DrillRun['marks']> = {}): DrillRun => ({
    ...sync,
    marks: { ...sync.marks, begun: start, synced: at - 10 * minute, ...over },
  });
  const save = { name: 's', requestId: 'r', at: at - 12 * hour, operation: null };
  test.each<[string, DrillRun, Partial<Seen>, Partial<CourseContext>, string | null]>([
    ['goes on while it syncs', sync, reported('syncing'), {}, null],
    ['passes when it is synced', sync, reported('synced'), {}, 'passed: the node was synced'],
    ['goes on until its disk is kept', synced(), reported('synced'), { rules: keeping }, null],
    ['goes on while it is wiped', synced(), reported('wiped'), { rules: keeping }, null],
    [
      'passes when its disk is kept',
      synced({ wiped: at, saved: at }),
      reported('wiped'),
      { rules: keeping },
      'its disk is kept',
    ],
    [
      'passes when its disk is not kept for a reason',
      synced(),
      reported('synced'),
      { rules: keeping, notKept: 'too dear' },
      'not kept: too dear',
    ],
    [
      'goes on until that hour is over',
      synced({ synced: at - hour + 1 }),
      reported('synced'),
      { rules: keeping },
      null,
    ],
    [
      'goes on until that half a day is over',
      { ...synced({ wiped: at - 13 * hour }), saving: { ...save, at: at - 12 * hour + 1 } },
      reported('wiped'),
      { rules: keeping },
      null,
    ],
    [
      'fails when it does not wipe itself for an hour',
      synced({ synced: at - hour }),
      reported('synced'),
      { rules: keeping },
      'failed: it was synced, and did not wipe itself',
    ],
    [
      'fails when the snapshot is not there after half a day',
      { ...synced({ wiped: at - 13 * hour }), saving: save },
      reported('wiped'),
      { rules: keeping },
      'failed: the snapshot',
    ],
    [
      'fails when it is not synced in its time',
      sync,
      { attempt: attemptOf({ at: at - 48 * hour }) },
      {},
      'failed: it was not synced within',
    ],
    [
      'fails when it never came to an attempt in that time',
      { ...sync, wish: wishOf({ mode: 'sync', at: at - 48 * hour }) },
      { phase: 'waiting', attempt: null, node: null },
      {},
      'failed: it was not synced within',
    ],
  ])('%s', (_, run, seen, over, expected) => {
    const found = verdictOf(run, booting(seen), over);
    expect(found ?? '').toMatch(expected ?? /^$/);
  });
});

describe('whatever it is tried for, a drill', () => {
  const trouble = { kind: 'stuck' as const, text: 'it came no further', lines: [], since: at };
  const doubt = { kind: 'keys-present' as const, text: 'key material is on it', since: at };
  const refusal = (reason: NonNullable<Seen['refusal']>['reason'], since = at) => ({
    phase: 'waiting' as const,
    node: null,
    refusal: { reason, text: `because ${reason}`, since },
  });
  const vanished = [{ zone: 'z', region: 'r', code: 'VANISHED', at }];
  test.each<[string, Partial<Seen>, Partial<CourseContext>, string | null]>([
    ['fails by the trouble of its node', { trouble }, {}, 'failed: it came no further'],
    ['fails by a doubt', { doubt }, {}, 'failed: key material is on it'],
    ['fails when its node went away', { tried: vanished }, {}, 'failed: its node went away'],
    ['waits for room', refusal('no-capacity', at - hour + 1), {}, null],
    ['fails when no zone has room for an hour', refusal('no-capacity', at - hour), {}, 'failed: no zone'],
    ['waits for Compute', refusal('compute-silent', at - hour + 1), {}, null],
    [
      'fails when Compute is silent for an hour',
      refusal('compute-silent', at - hour),
      {},
      'failed: because compute-silent',
    ],
    ['gives way to money', refusal('over-cap'), {}, 'gave-way: because over-cap'],
    ['gives way to others', refusal('too-many'), {}, 'gave-way: because too-many'],
    [
      'gives way to who needs the room, even when it has come through',
      reported('synced'),
      { roomFor: 'eth-1' },
      'gave-way: the standby of eth-1 comes first',
    ],
    [
      'gives way when it is not wanted by the configuration',
      { phase: 'releasing' },
      {},
      'gave-way: its signer',
    ],
  ])('%s', (_, seen, over, expected) => {
    for (const run of [boot, sync]) {
      const found = verdictOf(run, booting(seen), over);
      expect(found ?? '').toMatch(expected ?? /^$/);
    }
  });

  test('fails by what its agent says, once it has said so for a quarter of an hour without a break', () => {
    const failing = booting(reported('failing', { text: 'failed: no image' }));
    const first = course(sync, failing, context());
    expect(first).toMatchObject({ failingSince: at, verdict: null });
    const almost = course(first, failing, context({ at: at + 15 * minute - 1 }));
    expect(almost.verdict).toBeNull();
    const well = course(almost, booting(reported('syncing')), context({ at: at + 15 * minute }));
    expect(well).toMatchObject({ failingSince: null, verdict: null });
    const end = course(almost, failing, context({ at: at + 15 * minute }));
    expect(end.verdict).toMatchObject({ outcome: 'failed', text: 'failed: no image' });
  });

  test('is gone only after it was decided', () => {
    const gone = seenOf({ phase: 'gone', attempt: attemptOf() });
    const first = course(boot, gone, context());
    expect(first.marks.gone).toBeNull();
    expect(course(first, gone, context({ at: at + 1 })).marks.gone).toBe(at + 1);
  });
});

test('its node is wanted for as long as any drill may take, and nothing but its end releases it', () => {
  const { holds, expiresAt, reason, keep } = wantedOf(sync, keeping);
  expect({ holds, reason, keep }).toEqual({ holds: true, reason: 'person', keep: null });
  // A day until it is begun, its time to sync, half a day for the snapshot, and a day for everything between.
  expect(expiresAt).toBe(start + (48 + 12 + 48) * hour);
});

test('its node is wanted until it is decided, and never again', () => {
  for (const mode of ['boot', 'sync'] as const) {
    const run = runOf(wishOf({ mode }), booting());
    const known = { chain: 'ethereum' as const, rules, at: at + rules.drill.syncWithinMs };
    expect(activeWanting({ ...known, wanted: wantedOf(run, rules) })).not.toBeNull();
    const verdict = { outcome: 'passed' as const, text: '', at };
    expect(activeWanting({ ...known, wanted: wantedOf({ ...run, verdict }, rules) })).toBeNull();
  }
});
