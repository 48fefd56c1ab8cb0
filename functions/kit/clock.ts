// Where time comes from: everything under functions/ reads it here, so that a lab or a test can run it faster.
import { setTimeout as delay } from 'node:timers/promises';

/** `now` is epoch milliseconds. `sleep` ends early and rejects when the signal aborts. */
export type Clock = {
  readonly now: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
};

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  },
};

/** A clock that starts at `startAt` (epoch ms) and runs `factor` times as fast as the system's. */
export function fasterClock(factor: number, startAt: number): Clock {
  const begun = systemClock.now();
  return {
    now: () => startAt + Math.round((systemClock.now() - begun) * factor),
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
  };
}
