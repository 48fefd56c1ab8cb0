// Days of a site as they are filed.
import { dayAfter, dayMs, startOf } from '../../functions/domain/history/day.ts';
import type { Day, DayRollup, Tally, TargetTally } from '../../functions/domain/history/history.ts';

export const tally = (ms: Readonly<Record<string, number>>, changes = 0): Tally => ({ ms, changes });

export const targetTally = (ms: Readonly<Record<string, number>>): TargetTally => ({
  ...tally(ms),
  latency: '',
  hours: '',
});

/** A whole day on which all was well. */
export function rollup(over: Partial<DayRollup> = {}): DayRollup {
  const day = over.day ?? '2026-11-30';
  return {
    day,
    from: startOf(day),
    through: startOf(day) + dayMs,
    ticks: 1_440,
    worstLatenessMs: 900,
    worstGapMs: 61_000,
    pages: 0,
    site: tally({ ok: dayMs }),
    targets: { rpc: targetTally({ good: dayMs }), ssh: targetTally({ good: dayMs }) },
    signers: { eth: tally({ signing: dayMs }) },
    incidents: [],
    moreIncidents: 0,
    ...over,
  };
}

/** This many whole days on end, the last of them `last`, oldest first. */
export const rollups = (last: Day, count: number): DayRollup[] =>
  Array.from({ length: count }, (_, index) => rollup({ day: dayAfter(last, index + 1 - count) }));
