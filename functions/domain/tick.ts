// Which tick a call stands for: schedulers deliver twice, late, in bursts, and with bad stamps.

/** How far ahead of our clock a stamp may be before it is not believed. */
export const maxAheadMs = 90_000;
const minuteMs = 60_000;
/** Date.parse alone would read `1` as a day in 2001, and a tick that old is a replay. */
const looksLikeTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

export type Tick = {
  /** The scheduled time that the tick counts as, epoch ms. */
  readonly scheduledAt: number;
  /** How late it came; 0 when the stamp was not usable. */
  readonly latenessMs: number;
  /** Why the stamp was not used, null when it was. */
  readonly replaced: 'missing' | 'unreadable' | 'ahead' | null;
};

/**
 * Reads the scheduler's stamp. One that is missing, unreadable or over 90 s ahead is replaced by our own minute, so that no bad
 * stamp can blind the watchdog.
 */
export function readTick(stamp: string | undefined, now: number): Tick {
  const own = Math.floor(now / minuteMs) * minuteMs;
  const instead = (replaced: Tick['replaced']): Tick => ({ scheduledAt: own, latenessMs: 0, replaced });
  if (stamp === undefined || stamp === '') return instead('missing');
  const scheduledAt = looksLikeTime.test(stamp) ? Date.parse(stamp) : Number.NaN;
  if (!Number.isFinite(scheduledAt)) return instead('unreadable');
  if (scheduledAt > now + maxAheadMs) return instead('ahead');
  return { scheduledAt, latenessMs: Math.max(0, now - scheduledAt), replaced: null };
}

/** True for a tick that was taken in already. A remembered time from the future is not believed either. */
export function isReplay(remembered: number | null, scheduledAt: number, now: number): boolean {
  return remembered !== null && scheduledAt <= remembered && remembered <= now + maxAheadMs;
}
