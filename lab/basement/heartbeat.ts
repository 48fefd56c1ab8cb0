// The heartbeat of the house: once a minute of the lab's time, halfway between the looks of the watchdog.
import type { Clock } from '../../functions/kit/clock.ts';

const beatEveryMs = 60_000;
const phaseMs = 35_000;

export type Heartbeat = { readonly stop: () => Promise<void> };

/** Calls `send` with the time of each beat until it is stopped. What goes wrong with one beat does not stop the next. */
export function startHeartbeat(clock: Clock, send: (sentAt: number) => Promise<void>): Heartbeat {
  const stopping = new AbortController();
  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const now = clock.now();
      const beats = Math.floor((now - phaseMs) / beatEveryMs) + 1;
      try {
        // oxlint-disable-next-line no-await-in-loop -- one beat after another
        await clock.sleep(beats * beatEveryMs + phaseMs - now, stopping.signal);
      } catch {
        return;
      }
      // A beat that is lost on its way is what the watchdog has to live with.
      // oxlint-disable-next-line no-await-in-loop -- one beat after another
      await send(clock.now()).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
