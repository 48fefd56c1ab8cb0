// A clock that several processes share although it runs faster than the system's.
import { type Clock, systemClock } from '../functions/kit/clock.ts';

/** Shows `epoch` (epoch ms) when the system's does, and runs `speed` times as fast from then on. */
export function sharedClock(epoch: number, speed: number): Clock {
  return {
    now: () => Math.round(epoch + (systemClock.now() - epoch) * speed),
    sleep: (ms, signal) => systemClock.sleep(ms / speed, signal),
  };
}
