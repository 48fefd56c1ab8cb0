// Microsecond timestamps: the store's own strictly growing commit times, and their form on the wire.
import type { Clock } from '../../functions/kit/clock.ts';
import { invalid } from './refused.ts';
import type { Timestamp } from './wire.ts';

/** Microseconds since the epoch; exact in a double until the year 2255. */
export type Micros = number;

/** `read` never runs behind a time handed out before; `next` is later than every one of them. */
export type Ticker = { readonly read: () => Micros; readonly next: () => Micros };

export function ticker(clock: Clock, lastAt: Micros): Ticker {
  let last = lastAt;
  const now = (): Micros => Math.round(clock.now() * 1000);
  return {
    read: () => {
      last = Math.max(last, now());
      return last;
    },
    next: () => {
      last = Math.max(last + 1, now());
      return last;
    },
  };
}

export function toWire(at: Micros): Timestamp {
  const seconds = Math.floor(at / 1_000_000);
  return { seconds: String(seconds), nanos: (at - seconds * 1_000_000) * 1000 };
}

/** Preconditions and read times must be aligned to a microsecond, as the service demands. */
export function fromWire(timestamp: Timestamp): Micros {
  const nanos = timestamp.nanos ?? 0;
  if (nanos % 1000 !== 0) throw invalid('timestamp must be microsecond aligned.');
  return Number(timestamp.seconds ?? '0') * 1_000_000 + nanos / 1000;
}
