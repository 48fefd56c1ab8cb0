// Times on a page: the site's zone first, UTC beside it, and to the minute, so that a page is the same until something happens.
import type { Day } from '../../domain/history/history.ts';
import { clockTime, lasts, minuteOf } from '../time.ts';

/** Full minutes. `asOf`: of what is told; earlier than `now` when it is older than the page. */
export type Clock = { readonly timezone: string; readonly now: number; readonly asOf: number };

export const clockOf = (timezone: string, at: number, asOf: number = at): Clock => ({
  timezone,
  now: minuteOf(at),
  asOf: Math.min(minuteOf(asOf), minuteOf(at)),
});

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** E.g. `3 Nov`, and `3 Nov 2025` when that is another year than the one of `than`. */
export function dayWords(day: Day, than: Day): string {
  const month = months[Number(day.slice(5, 7)) - 1] ?? '';
  const year = day.slice(0, 4) === than.slice(0, 4) ? '' : ` ${day.slice(0, 4)}`;
  return `${Number(day.slice(8, 10))} ${month}${year}`;
}

/** E.g. `November 2026`. */
export function monthWords(day: Day): string {
  const names = [
    'January',
    'February',
    'March',
    'April',
    'May',
    'June',
    'July',
    'August',
    'September',
    'October',
    'November',
    'December',
  ];
  return `${names[Number(day.slice(5, 7)) - 1] ?? ''} ${day.slice(0, 4)}`;
}

const iso = (at: number): string => new Date(at).toISOString();

/** E.g. `03:14` of today, `30 Nov 23:53` of another day. */
function inZone(at: number, { timezone, now }: Clock): string {
  const [there, today] = [clockTime(at, timezone), clockTime(now, timezone)];
  const time = there.slice(11, 16);
  return there.slice(0, 10) === today.slice(0, 10) ? time : `${dayWords(there, today)} ${time}`;
}

/** The same moment in UTC, with its day only where that is another one than in the zone. */
function inUtc(at: number, { timezone }: Clock): string {
  const utc = iso(at);
  const there = clockTime(at, timezone);
  const day = utc.slice(0, 10) === there.slice(0, 10) ? '' : `${dayWords(utc, there)} `;
  return `${day}${utc.slice(11, 16)} UTC`;
}

/** Plain text, e.g. `03:14 (02:14 UTC)`. */
export function timeWords(at: number, clock: Clock): string {
  return clock.timezone === 'UTC' ? `${inZone(at, clock)} UTC` : `${inZone(at, clock)} (${inUtc(at, clock)})`;
}

/** Markup, e.g. `03:14 (02:14 UTC)` with UTC in small print. */
export function time(at: number, clock: Clock): string {
  const stamp = `${iso(at).slice(0, 19)}Z`;
  return clock.timezone === 'UTC'
    ? `<time datetime="${stamp}">${inZone(at, clock)} UTC</time>`
    : `<time datetime="${stamp}">${inZone(at, clock)} <small>(${inUtc(at, clock)})</small></time>`;
}

/** How long it was so when it was last looked at: whole minutes, as the times beside it are. */
export const lasted = (at: number, { asOf }: Clock): string => lasts(asOf - minuteOf(at));

/** How long it is to go. */
export const ahead = (at: number, { now }: Clock): string => lasts(minuteOf(at) - now);

/** Markup, e.g. `since 02:53 (01:53 UTC), for 21 min`. */
export const since = (at: number, clock: Clock): string =>
  `since ${time(at, clock)}, for ${lasted(at, clock)}`;

/** Markup, e.g. `03:07 (02:07 UTC), 7 min ago`. */
export const ago = (at: number, clock: Clock): string => `${time(at, clock)}, ${lasted(at, clock)} ago`;
