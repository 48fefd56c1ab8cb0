// Days of a site as they are asked for: a range of them in short, or one with all that was counted on it. For the page, the terminal and scripts.
import { calendarDayOf } from '../domain/history/calendar.ts';
import type {
  Bar,
  CalendarDay,
  Day,
  DayIncident,
  DayRollup,
  Tally,
  TargetTally,
} from '../domain/history/history.ts';
import { meansIn } from '../domain/history/hours.ts';
import { mergeDays } from '../domain/history/rollup.ts';
import { countIn, quantileIn } from '../domain/history/sketch.ts';
import type { SiteRules } from '../domain/policy.ts';
import { type Shown, shownParts } from '../domain/shown.ts';
import { type Named, namesFor, publicIncidents } from './public-incidents.ts';

/** How one part was on a day, or on all days of a range together. */
export type PartDays = {
  /** Seconds; of a range those of all its days. What is missing is no data. */
  readonly bar: Bar;
  /** Of the time in which it was known how it was, 0 to 1; null when it never was. 1 only when nothing else was ever known. */
  readonly well: number | null;
  /** By state, milliseconds. */
  readonly ms: Readonly<Record<string, number>>;
  readonly changes: number;
};

export type TargetDays = PartDays & {
  /** Latencies that were measured; what the quantiles are made of, off by less than 5 %. */
  readonly measured: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
};

/** What was counted of one day, or of all days of a range. */
type Counted = {
  readonly ticks: number;
  readonly worstLatenessMs: number;
  readonly worstGapMs: number;
  /** Messages that woke somebody. */
  readonly pages: number;
  /** Incidents that were open at any time of it; of a range each once for every day. */
  readonly incidents: number;
  readonly site: PartDays;
  readonly signers: Readonly<Record<string, PartDays>>;
};

export type DayRow = Counted & {
  readonly day: Day;
  /** The first moment that was counted, and the end. */
  readonly from: number;
  readonly through: number;
};

export type HistoryAnswer = {
  readonly version: 1;
  readonly at: number;
  readonly site: string;
  readonly name: string;
  readonly timezone: string;
  /** The first and the last day that was asked for; UTC. */
  readonly from: Day;
  readonly to: Day;
  /** Days on which somebody looked, oldest first, today among them as far as it has come. */
  readonly days: readonly DayRow[];
  /** All of them together; null when there is none. */
  readonly total: (Counted & { readonly targets: Readonly<Record<string, TargetDays>> }) | null;
  /** Days that cannot be read, a sentence each. */
  readonly broken: readonly string[];
  /** Parts that this reader is not shown. */
  readonly hidden: readonly Shown[];
};

/** Of `latency` ms, hour by hour in UTC; null for an hour without a measurement. */
export type TargetDay = TargetDays & { readonly line: readonly (number | null)[] };

export type DayAnswer = {
  readonly version: 1;
  readonly at: number;
  readonly site: string;
  readonly name: string;
  readonly timezone: string;
  readonly day: Day;
  /** False for today. */
  readonly isOver: boolean;
  /** Null when nobody looked on that day, or it is not kept any more. */
  readonly row: DayRow | null;
  readonly targets: Readonly<Record<string, TargetDay>>;
  /** The first ones; `row.incidents` counts all. Empty when they are not shown. */
  readonly incidents: readonly DayIncident[];
  readonly broken: readonly string[];
  readonly hidden: readonly Shown[];
};

const wellOf = ({ good, doubt, bad }: Bar): number | null => {
  const told = good + doubt + bad;
  return told === 0 ? null : Math.floor((good / told) * 100_000) / 100_000;
};

const emptyBar: Bar = { good: 0, doubt: 0, bad: 0, unknown: 0 };

const partOf = (bar: Bar | undefined, { ms, changes }: Tally): PartDays => {
  const shown = bar ?? emptyBar;
  return { bar: shown, well: wellOf(shown), ms, changes };
};

const ofEach = <Value, Made>(
  record: Readonly<Record<string, Value>>,
  make: (value: Value, id: string) => Made,
): Record<string, Made> =>
  Object.fromEntries(Object.entries(record).map(([id, value]) => [id, make(value, id)]));

const targetOf = (bar: Bar | undefined, tally: TargetTally): TargetDays => ({
  ...partOf(bar, tally),
  measured: countIn(tally.latency),
  p50Ms: quantileIn(tally.latency, 0.5),
  p95Ms: quantileIn(tally.latency, 0.95),
  p99Ms: quantileIn(tally.latency, 0.99),
});

/** Bars of whole days, added up: no day of them has more seconds than it has. */
const added = (a: Bar, b: Bar): Bar => ({
  good: a.good + b.good,
  doubt: a.doubt + b.doubt,
  bad: a.bad + b.bad,
  unknown: a.unknown + b.unknown,
});

type Bars = {
  readonly site: Bar;
  readonly signers: ReadonlyMap<string, Bar>;
  readonly targets: ReadonlyMap<string, Bar>;
};

const barsOf = (rollup: DayRollup): Bars => {
  const { site, signers, targets } = calendarDayOf(rollup);
  return { site, signers: new Map(Object.entries(signers)), targets: new Map(Object.entries(targets)) };
};

function addedEach(a: ReadonlyMap<string, Bar>, b: ReadonlyMap<string, Bar>): Map<string, Bar> {
  const sums = new Map(a);
  for (const [id, bar] of b) sums.set(id, added(sums.get(id) ?? emptyBar, bar));
  return sums;
}

const addedBars = (a: Bars, b: Bars): Bars => ({
  site: added(a.site, b.site),
  signers: addedEach(a.signers, b.signers),
  targets: addedEach(a.targets, b.targets),
});

/** Days put together, in whatever portions they come; what it keeps does not grow with their number. */
export type Sum = { readonly rollup: DayRollup; readonly bars: Bars; readonly incidents: number } | null;

/** One day more. */
export function withDay(sum: Sum, rollup: DayRollup): Sum {
  const bars = barsOf(rollup);
  const incidents = rollup.incidents.length + rollup.moreIncidents;
  // Incidents of many days are counted, and not kept.
  const light: DayRollup = { ...rollup, incidents: [], moreIncidents: 0 };
  if (sum === null) return { rollup: light, bars, incidents };
  return {
    rollup: mergeDays(sum.rollup, light),
    bars: addedBars(sum.bars, bars),
    incidents: sum.incidents + incidents,
  };
}

/** Which parts whoever asks is shown; null shows all. */
export type Show = readonly Shown[] | null;

const namedOf = (incident: DayIncident): Named<DayIncident> => {
  const [kind = '', ...rest] = incident.subject.split('/');
  return { incident, id: incident.id, kind: incident.kind, subject: { kind, id: rest.join('/') } };
};

/** An incident of a day as everybody may see it; its subject is `kind/id`. */
function publicOnes(rollup: DayRollup, site: string, show: readonly Shown[]): DayIncident[] {
  const naming = { show, names: namesFor(show) };
  return publicIncidents(rollup.incidents.map(namedOf), site, naming).map(({ incident, named }) => ({
    ...incident,
    id: named.id,
    subject: `${named.subject.kind}/${named.subject.id}`,
  }));
}

/** What of a day those who are shown these parts may see. Incidents that they may not see are counted among `moreIncidents`. */
export function shownRollup(rollup: DayRollup, site: string, show: Show): DayRollup {
  if (show === null) return rollup;
  const hasWatchdog = show.includes('watchdog');
  const hasIncidents = show.includes('incidents');
  const incidents = hasIncidents ? publicOnes(rollup, site, show) : [];
  const all = rollup.incidents.length + rollup.moreIncidents;
  return {
    ...rollup,
    ticks: hasWatchdog ? rollup.ticks : 0,
    worstLatenessMs: hasWatchdog ? rollup.worstLatenessMs : 0,
    worstGapMs: hasWatchdog ? rollup.worstGapMs : 0,
    pages: hasIncidents ? rollup.pages : 0,
    targets: show.includes('targets') ? rollup.targets : {},
    signers: show.includes('signers') ? rollup.signers : {},
    incidents,
    moreIncidents: hasIncidents ? all - incidents.length : 0,
  };
}

const countedOf = ({ rollup, bars, incidents }: NonNullable<Sum>): Counted => ({
  ticks: rollup.ticks,
  worstLatenessMs: rollup.worstLatenessMs,
  worstGapMs: rollup.worstGapMs,
  pages: rollup.pages,
  incidents,
  site: partOf(bars.site, rollup.site),
  signers: ofEach(rollup.signers, (tally, id) => partOf(bars.signers.get(id), tally)),
});

/** `rollup` as `shownRollup` gives it. */
export const dayRow = (rollup: DayRollup): DayRow => ({
  day: rollup.day,
  from: rollup.from,
  through: rollup.through,
  ...countedOf({
    rollup,
    bars: barsOf(rollup),
    incidents: rollup.incidents.length + rollup.moreIncidents,
  }),
});

/** A day as the long view shows it. */
export const calendarDaysOf = ({ days }: HistoryAnswer): CalendarDay[] =>
  days.map(({ day, site, signers, incidents, pages }) => ({
    day,
    site: site.bar,
    signers: ofEach(signers, ({ bar }) => bar),
    targets: {},
    incidents,
    pages,
  }));

const hiddenFor = (show: Show): Shown[] =>
  show === null ? [] : shownParts.filter((part) => !show.includes(part));

const ofSite = ({
  id: site,
  name,
  timezone,
}: SiteRules): Pick<HistoryAnswer, 'site' | 'name' | 'timezone'> => ({
  site,
  name,
  timezone,
});

/** `rows` oldest first, `sum` of the same days, both of what `shownRollup` gives. */
export function historyAnswer(
  rules: SiteRules,
  found: {
    readonly from: Day;
    readonly to: Day;
    readonly rows: readonly DayRow[];
    readonly sum: Sum;
    readonly broken: readonly string[];
  },
  { show, at }: { readonly show: Show; readonly at: number },
): HistoryAnswer {
  const { from, to, rows, sum, broken } = found;
  return {
    version: 1,
    at,
    ...ofSite(rules),
    from,
    to,
    days: rows,
    total:
      sum === null
        ? null
        : {
            ...countedOf(sum),
            targets: ofEach(sum.rollup.targets, (tally, id) => targetOf(sum.bars.targets.get(id), tally)),
          },
    broken: show === null ? broken : [],
    hidden: hiddenFor(show),
  };
}

/** One day, with `rollup` as `shownRollup` gives it; null when nobody looked on that day, or it is not kept any more. */
export type DayPart = Pick<DayAnswer, 'site' | 'name' | 'timezone' | 'at' | 'day' | 'isOver' | 'broken'> & {
  readonly rollup: DayRollup | null;
  readonly isPublic: boolean;
};

export function dayAnswer(part: DayPart, show: Show): DayAnswer {
  const { site, name, timezone, at, day, isOver, rollup, broken } = part;
  const bars = rollup === null ? null : barsOf(rollup);
  return {
    version: 1,
    at,
    site,
    name,
    timezone,
    day,
    isOver,
    row: rollup === null ? null : dayRow(rollup),
    targets:
      rollup === null
        ? {}
        : ofEach(rollup.targets, (tally, id) => ({
            ...targetOf(bars?.targets.get(id), tally),
            line: meansIn(tally.hours),
          })),
    incidents: rollup?.incidents ?? [],
    broken,
    hidden: hiddenFor(show),
  };
}
