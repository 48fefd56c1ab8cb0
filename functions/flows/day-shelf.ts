// Days that were read, remembered while they are fresh and as far as there is room for them.
import type { DayRollup } from '../domain/history/history.ts';

/** What was read of one day. `rollup` is null when there is none. */
export type Kept = {
  readonly at: number;
  readonly freshMs: number;
  /** What was counted when it was read, of what may still be filed; null of a day that is over. */
  readonly beside: string | null;
  readonly rollup: DayRollup | null;
  readonly broken: readonly string[];
};

/** About what it takes in memory, bytes. */
function weightOf({ rollup, broken }: Kept): number {
  const texts = broken.reduce((sum, text) => sum + text.length, 256);
  if (rollup === null) return texts;
  const targets = Object.entries(rollup.targets);
  const ofTargets = targets.reduce(
    (sum, [id, { latency, hours }]) => sum + 240 + id.length + latency.length + hours.length,
    0,
  );
  return texts + 512 + ofTargets + 240 * Object.keys(rollup.signers).length + 512 * rollup.incidents.length;
}

const isFresh = ({ at, freshMs }: Kept, now: number): boolean => now >= at && now - at < freshMs;

/**
 * Days that were read, at most `most` bytes of them as `weightOf` counts. When it is full nothing that is fresh gives way: days are asked for
 * in order, and of the last used ones each new one would push out the very one that is asked for next.
 */
export function shelfOfDays(most: number) {
  const kept = new Map<string, Kept>();
  let bytes = 0;
  const drop = (key: string): void => {
    const known = kept.get(key);
    if (known === undefined) return;
    bytes -= weightOf(known);
    kept.delete(key);
  };
  return {
    get: (key: string, now: number, beside: string): Kept | null => {
      const known = kept.get(key);
      if (known === undefined || !isFresh(known, now)) return null;
      return known.beside === null || known.beside === beside ? known : null;
    },
    put: (key: string, value: Kept): void => {
      drop(key);
      const weight = weightOf(value);
      if (bytes + weight > most) {
        for (const [other, each] of kept) if (!isFresh(each, value.at)) drop(other);
      }
      if (bytes + weight > most) return;
      kept.set(key, value);
      bytes += weight;
    },
  };
}

export type Shelf = ReturnType<typeof shelfOfDays>;
