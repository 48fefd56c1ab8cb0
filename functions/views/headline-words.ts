// Small words that headlines are made of: since when, who, and names that a stranger may have given.
import { clockTime, duration, lasts, minuteMs, minuteOf } from './time.ts';
import { cut } from './message-title.ts';

/** For whom times are told, and when. */
export type Reading = { readonly at: number; readonly timezone: string };

/** E.g. `03:12`, and with its date when that is not today's: `23:58 on 2026-11-30`. */
export function atTime(time: number, { at, timezone }: Reading): string {
  const [day = '', clock = ''] = clockTime(time, timezone).split(' ');
  const today = clockTime(at, timezone).slice(0, 10);
  return day === today ? clock.slice(0, 5) : `${clock.slice(0, 5)} on ${day}`;
}

/** E.g. `less than a minute`, `14 min`: between the minutes in which both are shown. */
export const lastedWords = (from: number, until: number): string => lasts(minuteOf(until) - minuteOf(from));

/** E.g. `since 03:12, for 14 min`. */
export function sinceTime(time: number, reading: Reading): string {
  const lasted = minuteOf(reading.at) - minuteOf(time);
  const since = `since ${atTime(time, reading)}`;
  return lasted < minuteMs ? since : `${since}, for ${duration(lasted)}`;
}

/** E.g. `eth-1`, `eth-1 and eth-2`, `eth-1, eth-2 and 3 more`. */
export function listed(names: readonly string[], most = 3): string {
  const shown = names.length <= most ? names : names.slice(0, most - 1);
  const rest = names.length - shown.length;
  const all = rest > 0 ? [...shown, `${rest} more`] : shown;
  const last = all.at(-1) ?? '';
  return all.length <= 1 ? last : `${all.slice(0, -1).join(', ')} and ${last}`;
}

const longestName = 40;
const longestText = 200;
/** What breaks a line, and what turns the direction of all that follows. */
const unruly = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu;

const tame = (text: string): string => text.replace(unruly, ' ').trim();

/** A name as somebody gave it, which may be of any length and in any script. */
export const nameWords = (name: string): string => cut(tame(name), longestName);

/** Words of somebody, as a part of a sentence: without its end. */
export const phrase = (text: string): string => cut(tame(text), longestText).replace(/[.!?]$/, '');

export const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** A sentence of its own: begins with a capital, ends with a full stop. */
export function sentenceOf(text: string): string {
  const begun = capital(text);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}
