// What parts of a day come to, until the domain says it.
import type { Bar, CalendarDay, DayRollup, Tally, TargetTally } from '../domain/history/history.ts';

const keysOf = (a: object, b: object): string[] => [...new Set([...Object.keys(a), ...Object.keys(b)])];

const addUp = (a: Tally, b: Tally): Tally => ({
  ms: Object.fromEntries(keysOf(a.ms, b.ms).map((key) => [key, (a.ms[key] ?? 0) + (b.ms[key] ?? 0)])),
  changes: a.changes + b.changes,
});

const addTargets = (a: TargetTally, b: TargetTally): TargetTally => ({ ...a, ...addUp(a, b) });

function addEach<Part>(
  a: Readonly<Record<string, Part>>,
  b: Readonly<Record<string, Part>>,
  add: (a: Part, b: Part) => Part,
): Record<string, Part> {
  const parts = new Map(Object.entries(a));
  for (const [id, part] of Object.entries(b)) {
    const before = parts.get(id);
    parts.set(id, before === undefined ? part : add(before, part));
  }
  return Object.fromEntries(parts);
}

export const mergeDays = (a: DayRollup, b: DayRollup): DayRollup => ({
  day: a.day,
  from: Math.min(a.from, b.from),
  through: Math.max(a.through, b.through),
  ticks: a.ticks + b.ticks,
  worstLatenessMs: Math.max(a.worstLatenessMs, b.worstLatenessMs),
  worstGapMs: Math.max(a.worstGapMs, b.worstGapMs),
  pages: a.pages + b.pages,
  site: addUp(a.site, b.site),
  targets: addEach(a.targets, b.targets, addTargets),
  signers: addEach(a.signers, b.signers, addUp),
  incidents: [...new Map([...a.incidents, ...b.incidents].map((each) => [each.id, each])).values()],
  moreIncidents: a.moreIncidents + b.moreIncidents,
});

const doubtful = new Set(['quiet', 'degraded']);
const unknown = new Set(['unknown', 'blind']);
const good = new Set(['good', 'ok', 'signing']);

function barOf({ ms }: Tally): Bar {
  const secondsIn = (isOne: (state: string) => boolean): number =>
    Object.entries(ms).reduce(
      (sum, [state, spent]) => sum + (isOne(state) ? Math.floor(spent / 1_000) : 0),
      0,
    );
  return {
    good: secondsIn((state) => good.has(state)),
    doubt: secondsIn((state) => doubtful.has(state)),
    unknown: secondsIn((state) => unknown.has(state)),
    bad: secondsIn((state) => !good.has(state) && !doubtful.has(state) && !unknown.has(state)),
  };
}

const barsOf = (tallies: Readonly<Record<string, Tally>>): Record<string, Bar> =>
  Object.fromEntries(Object.entries(tallies).map(([id, tally]) => [id, barOf(tally)]));

export const calendarDayOf = (rollup: DayRollup): CalendarDay => ({
  day: rollup.day,
  site: barOf(rollup.site),
  signers: barsOf(rollup.signers),
  targets: barsOf(rollup.targets),
  incidents: rollup.incidents.length + rollup.moreIncidents,
  pages: rollup.pages,
});

const addBars = (a: Bar, b: Bar): Bar => ({
  good: a.good + b.good,
  doubt: a.doubt + b.doubt,
  bad: a.bad + b.bad,
  unknown: a.unknown + b.unknown,
});

export const mergeCalendarDays = (a: CalendarDay, b: CalendarDay): CalendarDay => ({
  day: a.day,
  site: addBars(a.site, b.site),
  signers: addEach(a.signers, b.signers, addBars),
  targets: addEach(a.targets, b.targets, addBars),
  incidents: Math.max(a.incidents, b.incidents),
  pages: a.pages + b.pages,
});
