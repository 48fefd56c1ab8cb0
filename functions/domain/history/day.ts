// The days that history is kept by: those of UTC, which are all of one length.
import type { Day, Span } from './history.ts';

export const dayMs = 86_400_000;
export const hourMs = 3_600_000;

/** When the day of a time began, epoch ms. */
const dayStartAt = (at: number): number => Math.floor(at / dayMs) * dayMs;

export const dayOf = (at: number): Day => new Date(at).toISOString().slice(0, 10);

/** When a day begins, epoch ms. */
export const startOf = (day: Day): number => Date.parse(`${day}T00:00:00Z`);

/** The day so many days later, or earlier when that is negative. */
export const dayAfter = (day: Day, days = 1): Day => dayOf(startOf(day) + days * dayMs);

/** The days from one to another, both among them; none when the second is earlier. */
export function daysBetween(from: Day, to: Day): Day[] {
  const days: Day[] = [];
  for (let day = from; day <= to; day = dayAfter(day)) days.push(day);
  return days;
}

/** The parts of a span, each within one day, in order. */
export function byDay({ from, until }: Span): Span[] {
  const parts: Span[] = [];
  for (let begun = from; begun < until;) {
    const end = Math.min(until, dayStartAt(begun) + dayMs);
    parts.push({ from: begun, until: end });
    begun = end;
  }
  return parts;
}
