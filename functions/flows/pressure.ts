// Remembers that `heartbeat` refuses what is sent, so that whoever is missing meanwhile counts as unknown and not as silent.
import { describeError } from '../kit/error.ts';
import type { Log } from '../kit/log.ts';
import { redactText } from '../kit/redact.ts';
import { floodKey, senderKey } from '../domain/refused.ts';
import type { PressureStore } from '../stores/store.ts';

type Refused = { readonly site: string; readonly source: string };

export type Pressure = {
  /** A call was refused in the name of this sender, or of none that there is. Never rejects. */
  readonly refused: (sender: Refused | null, at: number) => Promise<void>;
};

/** So many refused calls a minute are a flood, in which any sender may drown. */
const floodPerMinute = 120;
/** How often one instance writes the same down: whoever floods must not cost us a write for each call. */
const everyMs = 30_000;
const minuteMs = 60_000;

export function notePressure(store: PressureStore, log: Log): Pressure {
  const written = new Map<string, number>();
  let minute = { from: 0, count: 0 };
  const write = async (key: string, at: number): Promise<void> => {
    const last = written.get(key);
    if (last !== undefined && at - last < everyMs && at >= last) return;
    written.set(key, at);
    try {
      await store.notePressure(key, at);
    } catch (error) {
      const detail = redactText(describeError(error));
      log.warn({ detail }, 'that calls are refused could not be written down');
    }
  };
  return {
    refused: async (sender, at) => {
      if (at - minute.from >= minuteMs || at < minute.from) minute = { from: at, count: 0 };
      minute.count += 1;
      const isFlood = minute.count >= floodPerMinute;
      await Promise.all([
        isFlood ? write(floodKey, at) : null,
        sender === null ? null : write(senderKey(sender), at),
      ]);
    },
  };
}
