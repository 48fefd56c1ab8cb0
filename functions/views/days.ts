// The last ninety days of one part, a bar a day: what nobody looked at is no bar, and never a good one.
import { toldOf } from '../domain/history/calendar.ts';
import { dayAfter, dayOf, startOf } from '../domain/history/day.ts';
import { type Bar, calendarDays, type Day } from '../domain/history/history.ts';
import type { Days } from './overview.ts';

const daySeconds = 86_400;

const lookedAtOf = (bar: Bar | null): number => (bar === null ? 0 : toldOf(bar) + bar.unknown);

/** Rounded down to a thousandth of a percent: what was bad for some seconds is not well all the time. */
const share = (part: number, whole: number): number | null =>
  whole <= 0 ? null : Math.min(1, Math.floor((part / whole) * 100_000) / 100_000);

/** The days that are shown at a time, in order, that of the time last. */
export const daysUntil = (at: number): readonly Day[] => {
  const today = dayOf(at);
  return Array.from({ length: calendarDays }, (_, place) => dayAfter(today, place + 1 - calendarDays));
};

/** How many seconds of a day had passed. */
const passedOf = (day: Day, at: number): number => Math.min(daySeconds, (at - startOf(day)) / 1_000);

/** `given` are the days that are shown, in order, each with its bar as far as anybody looked. */
export function daysOf(given: readonly { readonly day: Day; readonly bar: Bar | null }[], at: number): Days {
  const days = given.map(({ day, bar }) => ({ day, bar: lookedAtOf(bar) === 0 ? null : bar }));
  const first = days.findIndex(({ bar }) => bar !== null);
  let [good, told, there] = [0, 0, 0];
  for (const [place, { day, bar }] of days.entries()) {
    const looked = lookedAtOf(bar);
    good += bar?.good ?? 0;
    told += bar === null ? 0 : toldOf(bar);
    // When on the first day the first look was is not known any more.
    if (place === first) there += looked;
    if (first !== -1 && place > first) {
      // Only the last day is not over yet.
      there += place < days.length - 1 ? daySeconds : Math.max(looked, passedOf(day, at));
    }
  }
  return { bars: days.map(({ bar }) => bar), well: share(good, told), known: share(told, there) };
}

/** For those who are not shown any. */
export const noDays: Days = { bars: [], well: null, known: null };
