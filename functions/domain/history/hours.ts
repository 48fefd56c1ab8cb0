// The mean latency of each hour of a day, as a line is drawn from it.
import { dayAfter, dayOf, hourMs } from './day.ts';
import type { Hours, SiteHistory } from './history.ts';
import { largest, pack, unpack } from './packed.ts';

const hoursPerDay = 24;
const longestMs = 600_000;

export const emptyHours: Hours = '';

const places = 2 * hoursPerDay;
/** Of 48 numbers none takes more than six characters. */
const longest = 6 * places;

/** Of each hour how often was measured, and the sum of that in ms; nothing at all for a text that is none of ours. */
function numbersIn(hours: Hours): number[] {
  const numbers = hours.length > longest ? null : unpack(hours);
  const isOurs = numbers !== null && numbers.length % 2 === 0 && numbers.length <= places;
  const known = isOurs ? numbers : [];
  while (known.length < places) known.push(0);
  return known;
}

/** What comes after the last hour in which something was measured is left out. */
function packed(numbers: readonly number[]): Hours {
  let length = places;
  while (length > 0 && numbers[length - 2] === 0) length -= 2;
  return pack(numbers.slice(0, length));
}

/** All that was measured in either, of the same day. A text that is none of ours counts as nothing measured. */
export function mergeHours(a: Hours, b: Hours): Hours {
  const others = numbersIn(b);
  return packed(numbersIn(a).map((each, place) => Math.min(largest, each + (others[place] ?? 0))));
}

/** One latency more, ms, measured at that time. */
export function addToHour(hours: Hours, at: number, ms: number): Hours {
  if (!(ms >= 0)) return hours;
  const place = 2 * new Date(at).getUTCHours();
  const numbers = numbersIn(hours);
  numbers[place] = Math.min(largest, (numbers[place] ?? 0) + 1);
  const sum = (numbers[place + 1] ?? 0) + Math.round(Math.min(ms, longestMs));
  numbers[place + 1] = Math.min(largest, sum);
  return packed(numbers);
}

/** Of each hour of a day, whole ms; null for one in which nothing was measured. */
export function meansIn(hours: Hours): (number | null)[] {
  const numbers = numbersIn(hours);
  return Array.from({ length: hoursPerDay }, (_, hour) => {
    const count = numbers[2 * hour] ?? 0;
    return count === 0 ? null : Math.round((numbers[2 * hour + 1] ?? 0) / count);
  });
}

/** What a line needs of a day that is over, in a shorter text: its means are the same, and nothing is to be put to it any more. */
export const meansOnly = (hours: Hours): Hours =>
  packed(meansIn(hours).flatMap((mean) => (mean === null ? [0, 0] : [1, mean])));

const own = <Value>(record: Readonly<Record<string, Value>>, id: string): Value | undefined =>
  Object.hasOwn(record, id) ? record[id] : undefined;

/**
 * Mean ms of the last 24 hours of a target, hour by hour, the running one of `at` last; null for an hour in which nothing was measured, or of
 * which nothing is remembered.
 */
export function lineOf(
  { today, yesterday }: Pick<SiteHistory, 'today' | 'yesterday'>,
  target: string,
  at: number,
): (number | null)[] {
  const [before, now] = [own(yesterday, target), own(today.targets, target)?.hours];
  const days = new Map([
    [dayAfter(today.day, -1), meansIn(before ?? emptyHours)],
    [today.day, meansIn(now ?? emptyHours)],
  ]);
  const running = Math.floor(at / hourMs);
  return Array.from({ length: hoursPerDay }, (_, place) => {
    const hourAt = (running - hoursPerDay + 1 + place) * hourMs;
    return days.get(dayOf(hourAt))?.[new Date(hourAt).getUTCHours()] ?? null;
  });
}
