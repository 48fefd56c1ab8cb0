// Days of a site as they are filed.
import type { Day, DayRollup, Tally, TargetTally } from '../../functions/domain/history/history.ts';

const dayMs = 86_400_000;

export const startOf = (day: Day): number => Date.parse(`${day}T00:00:00Z`);

/** The day this many days after another. */
export const daysAfter = (day: Day, days: number): Day =>
  new Date(startOf(day) + days * dayMs).toISOString().slice(0, 10);

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
  Array.from({ length: count }, (_, index) => rollup({ day: daysAfter(last, index + 1 - count) }));
