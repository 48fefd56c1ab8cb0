// When a message that could not be sent is tried again.

/** What a channel said of an attempt. */
export type Attempt = {
  /** Whether trying again makes sense at all. */
  readonly again: boolean;
  /** The channel's own wish, e.g. from Retry-After. */
  readonly afterMs?: number;
};

const firstMs = 5_000;
const longestMs = 5 * 60_000;
const longestWishMs = 60 * 60_000;
/** A message that could not be delivered for a day is given up; the status view shows it. */
export const giveUpMs = 24 * 60 * 60_000;

/**
 * The delay until the next attempt after `attempts` failed ones, or null to give up: when the channel says that it is final, or when
 * the message is a day old. Doubles from 5 s to 5 min; a channel's own wish of up to an hour is honoured when it is longer.
 */
export function retryDelayMs(attempt: Attempt, attempts: number, ageMs: number): number | null {
  if (!attempt.again || ageMs >= giveUpMs) return null;
  const own = Math.min(longestMs, firstMs * 2 ** Math.max(0, attempts - 1));
  return Math.max(own, Math.min(attempt.afterMs ?? 0, longestWishMs));
}
