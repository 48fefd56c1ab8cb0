// The mean latency of each hour of a day, as a line is drawn from it.
import { dayAfter, dayOf, hourMs } from './day.ts';
import type { Hours, SiteHistory } from './history.ts';
import { largest, pack, unpack } from './packed.ts';

const hoursPerDay = 24;
const longestMs = 600_000;

export const emptyHours: Hours = '';

/** How often was measured, and the sum of that in ms; not at all for a text that is none of ours. */
type Hour = { readonly count: number; readonly sum: number };
const nothing: Hour = { count: 0, sum: 0 };

function hoursIn(hours: Hours): Hour[] {
  const numbers = hours.length > 2 * 6 * hoursPerDay ? null : unpack(hours);
  const isOurs = numbers !== null && numbers.length % 2 === 0 && numbers.length <= 2 * hoursPerDay;
  const known = isOurs ? numbers : [];
  return Array.from({ length: hoursPerDay }, (_, hour) => ({
    count: known[2 * hour] ?? 0,
    sum: known[2 * hour + 1] ?? 0,
  }));
}

function packed(hours: readonly Hour[]): Hours {
  const last = hours.findLastIndex(({ count }) => count > 0);
  return pack(hours.slice(0, last + 1).flatMap(({ count, sum }) => [count, sum]));
}

/** All that was measured in either, of the same day. A text that is none of ours counts as nothing measured. */
export function mergeHours(a: Hours, b: Hours): Hours {
  const others = hoursIn(b);
  return packed(
    hoursIn(a).map(({ count, sum }, hour) => {
      const other = others[hour] ?? nothing;
      return {
        count: Math.min(largest, count + other.count),
        sum: Math.min(largest, sum + other.sum),
      };
    }),
  );
}

/** One latency more, ms, measured at that time. */
export function addToHour(hours: Hours, at: number, ms: number): Hours {
  if (!(ms >= 0)) return hours;
  const now = Math.floor(at / hourMs) - hoursPerDay * Math.floor(at / hourMs / hoursPerDay);
  const whole = Math.round(Math.min(ms, longestMs));
  return packed(
    hoursIn(hours).map((hour, place) =>
      place === now
        ? { count: Math.min(largest, hour.count + 1), sum: Math.min(largest, hour.sum + whole) }
        : hour,
    ),
  );
}

/** What a line needs of a day that is over, in a shorter text: its means are the same, and nothing is to be put to it any more. */
export const meansOnly = (hours: Hours): Hours =>
  packed(
    hoursIn(hours).map(({ count, sum }) =>
      count === 0 ? nothing : { count: 1, sum: Math.round(sum / count) },
    ),
  );

/** Of each hour of a day, whole ms; null for one in which nothing was measured. */
export const meansIn = (hours: Hours): (number | null)[] =>
  hoursIn(hours).map(({ count, sum }) => (count === 0 ? null : Math.round(sum / count)));

/**
 * Mean ms of the last 24 hours of a target, hour by hour, the running one of `at` last; null for an hour in which nothing was measured, or of
 * which nothing is remembered.
 */
export function lineOf(
  { today, yesterday }: Pick<SiteHistory, 'today' | 'yesterday'>,
  target: string,
  at: number,
): (number | null)[] {
  const own = (hours: Hours | undefined): (number | null)[] => meansIn(hours ?? emptyHours);
  const days = new Map([
    [dayAfter(today.day, -1), own(new Map(Object.entries(yesterday)).get(target))],
    [today.day, own(new Map(Object.entries(today.targets)).get(target)?.hours)],
  ]);
  const running = Math.floor(at / hourMs);
  return Array.from({ length: hoursPerDay }, (_, place) => {
    const hourAt = (running - hoursPerDay + 1 + place) * hourMs;
    return days.get(dayOf(hourAt))?.[new Date(hourAt).getUTCHours()] ?? null;
  });
}
