// Days in short, as a long view shows them: how much of each was good, doubtful, bad, or could not be told.
import type { Quality, SignerState } from '../facts.ts';
import type { SiteVerdict } from '../verdict.ts';
import { dayMs } from './day.ts';
import type { Bar, CalendarDay, DayRollup, Tally } from './history.ts';
import { mergeRecords } from './tally.ts';

type Part = keyof Bar;

const ofVerdict: Readonly<Record<SiteVerdict, Part>> = {
  ok: 'good',
  degraded: 'doubt',
  'inbound-lost': 'doubt',
  dark: 'bad',
  'vpn-down': 'bad',
  'not-signing': 'bad',
  blind: 'unknown',
  unknown: 'unknown',
};
const ofQuality: Readonly<Record<Quality, Part>> = { good: 'good', bad: 'bad', unknown: 'unknown' };
const ofSigner: Readonly<Record<SignerState, Part>> = {
  signing: 'good',
  quiet: 'doubt',
  inactive: 'doubt',
  silent: 'bad',
  unknown: 'unknown',
};

const secondsPerDay = dayMs / 1_000;

/** Seconds beyond those of a day come of rounding, and are taken from what was good. */
function fitted({ good, doubt, bad, unknown }: Bar): Bar {
  const told = { doubt: Math.min(doubt, secondsPerDay), bad: Math.min(bad, secondsPerDay) };
  const left = Math.max(0, secondsPerDay - told.doubt - told.bad);
  const fitting = Math.min(good, left);
  return { good: fitting, ...told, unknown: Math.min(unknown, left - fitting) };
}

/** What was bad or doubtful is rounded up, so that it never goes unseen, and what was good or unknown down. */
function barOf({ ms }: Tally, kinds: Readonly<Record<string, Part>>): Bar {
  const sums = new Map<Part, number>();
  for (const [state, some] of Object.entries(ms)) {
    const part = (Object.hasOwn(kinds, state) ? kinds[state] : undefined) ?? 'unknown';
    sums.set(part, (sums.get(part) ?? 0) + some);
  }
  const seconds = (part: Part): number => (sums.get(part) ?? 0) / 1_000;
  return fitted({
    good: Math.floor(seconds('good')),
    doubt: Math.ceil(seconds('doubt')),
    bad: Math.ceil(seconds('bad')),
    unknown: Math.floor(seconds('unknown')),
  });
}

const barsOf = (
  tallies: Readonly<Record<string, Tally>>,
  kinds: Readonly<Record<string, Part>>,
): Record<string, Bar> =>
  Object.fromEntries(Object.entries(tallies).map(([id, tally]) => [id, barOf(tally, kinds)]));

export const siteBar = ({ site }: Pick<DayRollup, 'site'>): Bar => barOf(site, ofVerdict);

export const calendarDayOf = (rollup: DayRollup): CalendarDay => ({
  day: rollup.day,
  site: siteBar(rollup),
  signers: barsOf(rollup.signers, ofSigner),
  targets: barsOf(rollup.targets, ofQuality),
  incidents: rollup.incidents.length + rollup.moreIncidents,
  pages: rollup.pages,
});

const mergeBars = (a: Bar, b: Bar): Bar =>
  fitted({
    good: a.good + b.good,
    doubt: a.doubt + b.doubt,
    bad: a.bad + b.bad,
    unknown: a.unknown + b.unknown,
  });

/** Two parts of one day, in any order, as one. An incident that was open in both counts twice: here they have no names. */
export const mergeCalendarDays = (a: CalendarDay, b: CalendarDay): CalendarDay => ({
  day: a.day,
  site: mergeBars(a.site, b.site),
  signers: mergeRecords(a.signers, b.signers, mergeBars),
  targets: mergeRecords(a.targets, b.targets, mergeBars),
  incidents: a.incidents + b.incidents,
  pages: a.pages + b.pages,
});

/** Seconds of which it is known how it was. */
export const toldOf = ({ good, doubt, bad }: Bar): number => good + doubt + bad;

/** Well, of the time in which it was known how it was, 0 to 1: 1 only when nothing else was ever known. Null when it never was known. */
export function wellOf(bars: readonly (Bar | null)[]): number | null {
  let [good, known] = [0, 0];
  for (const bar of bars) {
    if (bar === null) continue;
    good += bar.good;
    known += toldOf(bar);
  }
  return known === 0 ? null : good / known;
}
