// How long something was in which state, put together from spans.
import { emptyHours, mergeHours } from './hours.ts';
import type { Tally, TargetTally } from './history.ts';
import { emptySketch, mergeSketches } from './sketch.ts';

export const emptyTally: Tally = { ms: {}, changes: 0 };
export const emptyTargetTally: TargetTally = { ...emptyTally, latency: emptySketch, hours: emptyHours };

/** So many milliseconds more in that state. */
export function addMs<Some extends Tally>(tally: Some, state: string, ms: number): Some {
  const before = Object.hasOwn(tally.ms, state) ? (tally.ms[state] ?? 0) : 0;
  return { ...tally, ms: { ...tally.ms, [state]: before + ms } };
}

export const addChange = <Some extends Tally>(tally: Some): Some => ({
  ...tally,
  changes: tally.changes + 1,
});

/** How long it was looked at, ms, whatever it was. */
export const countedMs = ({ ms }: Tally): number => Object.values(ms).reduce((sum, each) => sum + each, 0);

export const mergeTallies = (a: Tally, b: Tally): Tally => ({
  ms: Object.entries(b.ms).reduce((sum, [state, ms]) => addMs(sum, state, ms), a).ms,
  changes: a.changes + b.changes,
});

export const mergeTargetTallies = (a: TargetTally, b: TargetTally): TargetTally => ({
  ...mergeTallies(a, b),
  latency: mergeSketches(a.latency, b.latency),
  hours: mergeHours(a.hours, b.hours),
});

/** What either has, and of what both have `merge` makes of the two. */
export function mergeRecords<Value>(
  a: Readonly<Record<string, Value>>,
  b: Readonly<Record<string, Value>>,
  merge: (a: Value, b: Value) => Value,
): Record<string, Value> {
  const all = new Map(Object.entries(a));
  for (const [id, value] of Object.entries(b)) {
    const before = all.get(id);
    all.set(id, before === undefined ? value : merge(before, value));
  }
  return Object.fromEntries(all);
}
