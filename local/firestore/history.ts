// Superseded versions of documents, so that a read can see an earlier state and a transaction can see what changed since.
import type { Stored } from './storage.ts';
import type { Micros } from './time.ts';

/** `before` was the state of `path` up to, and not including, `until`; undefined when there was no document. */
type Superseded = {
  readonly path: string;
  readonly before: Stored | undefined;
  readonly until: Micros;
};

export type History = {
  readonly push: (entry: Superseded) => void;
  /** Entries that ended after `at`, newest first. */
  readonly since: (at: Micros) => Iterable<Superseded>;
  /** Whether every version since `at` is still kept. */
  readonly reaches: (at: Micros) => boolean;
};

export type HistoryLimits = { readonly entries: number; readonly bytes: number; readonly ageMs: number };

// The service keeps an hour; the other two bound the memory of an emulator that runs a fast clock.
const defaults: HistoryLimits = { entries: 20_000, bytes: 64 * 1024 * 1024, ageMs: 3_600_000 };

/** `floor` is the time of the last commit that was loaded: nothing before it is known. */
export function history(floor: Micros, limits: HistoryLimits = defaults): History {
  let entries: Superseded[] = [];
  let first = 0;
  let bytes = 0;
  let kept = floor;

  const cost = (entry: Superseded): number => 100 + (entry.before?.size ?? 0);
  const isTooMuch = (oldest: Superseded, newest: Superseded): boolean =>
    entries.length - first > limits.entries ||
    bytes > limits.bytes ||
    newest.until - oldest.until > limits.ageMs * 1000;

  const prune = (newest: Superseded): void => {
    for (
      let oldest = entries[first];
      oldest !== undefined && isTooMuch(oldest, newest);
      oldest = entries[first]
    ) {
      bytes -= cost(oldest);
      kept = oldest.until;
      first += 1;
    }
    if (first > 1000 && first * 2 > entries.length) {
      entries = entries.slice(first);
      first = 0;
    }
  };

  return {
    push: (entry) => {
      entries.push(entry);
      bytes += cost(entry);
      prune(entry);
    },
    since: function* since(at) {
      for (let index = entries.length - 1; index >= first; index -= 1) {
        const entry = entries[index];
        if (entry === undefined || entry.until <= at) return;
        yield entry;
      }
    },
    reaches: (at) => at >= kept,
  };
}
