// Counts what comes per minute, so that a flood is noticed and cut off; what one instance remembers, and no more.

export type Rate = {
  /** Counts one; false when there were too many in the last minute, and then it does not count. */
  readonly take: (key: string, now: number) => boolean;
};

const minuteMs = 60_000;

/** At most `perMinute` of each key, in a bucket that fills evenly. Keys must come from a closed set, for they are kept. */
export function limitPerMinute(perMinute: number): Rate {
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    take: (key, now) => {
      const bucket = buckets.get(key) ?? { left: perMinute, at: now };
      const refilled = (Math.max(0, now - bucket.at) / minuteMs) * perMinute;
      const left = Math.min(perMinute, bucket.left + refilled);
      buckets.set(key, { left: left >= 1 ? left - 1 : left, at: now });
      return left >= 1;
    },
  };
}
