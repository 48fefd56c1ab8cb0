// What is counted of a site, day by day: how long each part was in which state. Days are UTC.

/** E.g. `2026-12-01`. */
export type Day = string;

/** Latencies of which any number of days can be put together; see `sketch.ts`. Short printable text. */
export type Sketch = string;

/** The mean latency of each hour of one day in whole ms, as far as it was measured; see `hours.ts`. Short printable text. */
export type Hours = string;

/** How long something was in which state, and how often that changed. */
export type Tally = {
  /** By state, milliseconds. What is missing of the day is no data: nobody looked. */
  readonly ms: Readonly<Record<string, number>>;
  /** Changes between two looks that follow on each other; what changed while nobody looked is not counted. */
  readonly changes: number;
};

/** States are those of `Quality`. */
export type TargetTally = Tally & { readonly latency: Sketch; readonly hours: Hours };

/** An incident that was open on a day, at any time of it. */
export type DayIncident = {
  readonly id: string;
  /** `target/geth-p2p`. */
  readonly subject: string;
  readonly kind: string;
  readonly severity: string;
  readonly openedAt: number;
  /** Null while it is open, as far as this day knows. */
  readonly resolvedAt: number | null;
};

/** `history/{site}_{day}` of the default database, and of today a part of the site's own document. */
export type DayRollup = {
  readonly day: Day;
  /** Of what is counted here, the first moment and the end. No two rollups of a site begin at the same moment. */
  readonly from: number;
  readonly through: number;
  /** Looks. */
  readonly ticks: number;
  readonly worstLatenessMs: number;
  readonly worstGapMs: number;
  /** Messages that woke somebody. */
  readonly pages: number;
  /** States are those of `SiteVerdict`. */
  readonly site: Tally;
  readonly targets: Readonly<Record<string, TargetTally>>;
  /** States are those of `SignerState`. */
  readonly signers: Readonly<Record<string, Tally>>;
  readonly incidents: readonly DayIncident[];
  /** How many more there were. */
  readonly moreIncidents: number;
};

/** From the first moment up to and without the last, epoch ms. */
export type Span = { readonly from: number; readonly until: number };

/** What a site's own document holds of its history. */
export type SiteHistory = {
  readonly today: DayRollup;
  /** By target, the means of the day before today; empty when today does not follow on a day that was looked at. */
  readonly yesterday: Readonly<Record<string, Hours>>;
  /** What was counted so far, earliest first, at most `mostSpans`: no moment of it is counted again, whatever a clock says. */
  readonly counted: readonly Span[];
};

/** How a part was on a day, in whole seconds; what is missing of 86,400 is no data. */
export type Bar = {
  readonly good: number;
  readonly doubt: number;
  readonly bad: number;
  /** It was looked at, and could not be told. */
  readonly unknown: number;
};

/** One day as the long view shows it. */
export type CalendarDay = {
  readonly day: Day;
  readonly site: Bar;
  readonly signers: Readonly<Record<string, Bar>>;
  /** Of a target that is missing, nothing is known of that day. */
  readonly targets: Readonly<Record<string, Bar>>;
  readonly incidents: number;
  readonly pages: number;
};

/**
 * The last `calendarDays` days that are over, oldest first; days on which nobody looked are missing. Others may be among them: of the future
 * where a clock was ahead, and older ones until they are swept.
 */
export type Calendar = { readonly days: readonly CalendarDay[] };

/** What a look shows holds until the next one, but no longer than this: after that it is no data. */
export const heldMs = 90_000;
export const mostSpans = 8;
/** Incidents of a day that are kept by name. */
export const mostDayIncidents = 50;

export const calendarDays = 90;
/** How long a day is kept. */
export const keptDays = 400;
