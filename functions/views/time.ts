// Times for people: the reader's zone first, UTC beside it.
import { briefly } from '../domain/lasting.ts';

/** E.g. `2026-12-01 03:14:07 Europe/Berlin (02:14:07 UTC)`; in UTC without the repetition. */
export function localTime(at: number, timezone: string): string {
  const utc = new Date(at).toISOString();
  if (timezone === 'UTC') return `${utc.slice(0, 10)} ${utc.slice(11, 19)} UTC`;
  return `${clockTime(at, timezone)} ${timezone} (${utc.slice(11, 19)} UTC)`;
}

// Making one costs more than a hundred uses of it. There are few zones: one for each site.
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  formats.set(timeZone, made);
  return made;
}

/** E.g. `2026-12-01 03:14:07`, for tables that name the zone once. */
export function clockTime(at: number, timezone: string): string {
  return formatOf(timezone).format(at);
}

export const minuteMs = 60_000;

/** The full minute that a time is in: what is shown to the minute is also counted by it. */
export const minuteOf = (at: number): number => Math.floor(at / minuteMs) * minuteMs;

/** E.g. `less than a minute`, `12 min`, `3 h 05 min`. */
export const lasts = (ms: number): string => (ms < minuteMs ? 'less than a minute' : briefly(ms));

/** E.g. `45 s`, `12 min`, `3 h 05 min`, `2 d 4 h`. */
export const duration = briefly;
