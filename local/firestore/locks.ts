// Who may read and who may write: shared locks of transactions, commits that wait for them, and no deadlock left standing.
import { contention } from './refused.ts';
import { collectionOf, lastSegment } from './names.ts';
import type { Scope } from './documents.ts';

/** A party that may hold locks. `isRetry`: an earlier attempt was aborted, so this one is let through in its turn. */
export type Holder = { readonly isRetry: boolean; readonly keys: Set<string> };

type Wait = { readonly ms: number; readonly signal: AbortSignal };

export type Locks = {
  /** Resolves when the holder may read these keys, which it then shares until `release`. */
  readonly share: (holder: Holder, keys: readonly string[], wait: Wait) => Promise<void>;
  /**
   * Runs `apply` at a moment when nobody else shares these keys; `holder` is released with it, whatever the outcome.
   * Rejects with ABORTED at once when two commits wait for each other, and after the wait's limit.
   */
  readonly write: <T>(
    holder: Holder | undefined,
    keys: readonly string[],
    apply: () => T,
    wait: Wait,
  ) => Promise<T>;
  readonly release: (holder: Holder) => void;
  /** Rejects everybody who waits. */
  readonly close: () => void;
};

/** Keys that a write of a document conflicts with: itself, its collection, its collection id anywhere, the database. */
export function writeKeys(path: string): readonly string[] {
  const collection = collectionOf(path);
  return [`d:${path}`, `c:${collection}`, `g:${lastSegment(collection)}`, '*'];
}

export function documentKey(path: string): string {
  return `d:${path}`;
}

/** Queries lock coarsely: the collection, the collection id, or everything. */
export function scopeKey(scope: Scope): string {
  if (scope.collectionId === '') return '*';
  if (scope.allDescendants) return `g:${scope.collectionId}`;
  return scope.parent === '' ? `c:${scope.collectionId}` : `c:${scope.parent}/${scope.collectionId}`;
}

type Waiting = {
  readonly holder: Holder | undefined;
  readonly keys: readonly string[];
  readonly isWrite: boolean;
  /** Tries to go ahead; false while something stands in the way. */
  readonly attempt: () => boolean;
  readonly refuse: (error: Error) => void;
};

// A reservation is a courtesy among retries, not a lock: who thinks for longer than this is overtaken.
const patienceMs = 1000;

/** With `isShared` false (optimistic mode) nothing blocks a write, and only retries queue for each other. */
export function locks(isShared: boolean): Locks {
  const holders = new Map<string, Set<Holder>>();
  // A retry reserves what it read first: two retries of the same document would only abort each other again.
  const reserved = new Map<string, Holder>();
  const overtaking = new Map<Holder, NodeJS.Timeout>();
  const queue = new Set<Waiting>();

  const othersOn = (keys: readonly string[], holder: Holder | undefined): readonly Holder[] =>
    keys.flatMap((key) => [...(holders.get(key) ?? [])].filter((other) => other !== holder));

  const mayWrite = (keys: readonly string[], holder: Holder | undefined): boolean =>
    !keys.some((key) => {
      const sharing = holders.get(key);
      return sharing !== undefined && sharing.size > (holder !== undefined && sharing.has(holder) ? 1 : 0);
    });

  /** Who holds something already never waits to read more: so waiting readers can be part of no deadlock. */
  const mayShare = (holder: Holder, keys: readonly string[]): boolean => {
    if (holder.keys.size > 0) return true;
    if (holder.isRetry && keys.some((key) => reserved.has(key) && reserved.get(key) !== holder)) return false;
    return !(
      isShared && [...queue].some((other) => other.isWrite && other.keys.some((key) => keys.includes(key)))
    );
  };

  const unreserve = (holder: Holder): void => {
    clearTimeout(overtaking.get(holder));
    overtaking.delete(holder);
    for (const key of holder.keys) {
      if (reserved.get(key) === holder) reserved.delete(key);
    }
  };

  const reserve = (holder: Holder, keys: readonly string[]): void => {
    for (const key of keys) reserved.set(key, holder);
    const overtake = (): void => {
      unreserve(holder);
      settle();
    };
    overtaking.set(holder, setTimeout(overtake, patienceMs));
  };

  const hold = (holder: Holder, keys: readonly string[]): void => {
    if (holder.isRetry && holder.keys.size === 0) reserve(holder, keys);
    for (const key of keys) {
      holder.keys.add(key);
      if (!isShared) continue;
      const sharing = holders.get(key) ?? new Set();
      holders.set(key, sharing.add(holder));
    }
  };

  const drop = (holder: Holder): void => {
    unreserve(holder);
    for (const key of holder.keys) {
      const sharing = holders.get(key);
      sharing?.delete(holder);
      if (sharing?.size === 0) holders.delete(key);
    }
    holder.keys.clear();
  };

  let isSettling = false;
  let isDirty = false;
  const settle = (): void => {
    isDirty = true;
    if (isSettling) return;
    isSettling = true;
    while (isDirty) {
      isDirty = false;
      for (const waiting of queue) {
        if (queue.has(waiting) && waiting.attempt()) isDirty = true;
      }
    }
    isSettling = false;
  };

  const release = (holder: Holder): void => {
    drop(holder);
    settle();
  };

  /** The commits that wait for each other in a ring through `start`, or nothing. */
  const ring = (start: Waiting): readonly Waiting[] => {
    const seen = new Set<Waiting>();
    const walk = (from: Waiting): readonly Waiting[] | undefined => {
      const blockers = new Set(othersOn(from.keys, from.holder));
      for (const next of queue) {
        if (!next.isWrite || next.holder === undefined || !blockers.has(next.holder)) continue;
        if (next === start) return [from];
        if (seen.has(next)) continue;
        seen.add(next);
        const rest = walk(next);
        if (rest !== undefined) return [from, ...rest];
      }
      return undefined;
    };
    return walk(start) ?? [];
  };

  /** One of a ring gives way at once: the newcomer, unless it is a retry and somebody in the ring is not. */
  const breakRings = (newcomer: Waiting): void => {
    while (queue.has(newcomer)) {
      const members = ring(newcomer);
      if (members.length === 0) return;
      const isSpared = newcomer.holder?.isRetry === true;
      const victim =
        (isSpared ? members.find((member) => member.holder?.isRetry === false) : undefined) ?? newcomer;
      victim.refuse(contention());
    }
  };

  const enqueue = <T>(
    request: {
      readonly holder: Holder | undefined;
      readonly keys: readonly string[];
      readonly isWrite: boolean;
    },
    go: () => { readonly value: T } | undefined,
    wait: Wait,
  ): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        wait.signal.removeEventListener('abort', onAbort);
        queue.delete(waiting);
      };
      const refuse = (error: unknown): void => {
        leave();
        reject(error);
        if (request.isWrite && request.holder !== undefined) drop(request.holder);
        settle();
      };
      const waiting: Waiting = {
        ...request,
        refuse,
        attempt: () => {
          try {
            const done = go();
            if (done === undefined) return false;
            leave();
            resolve(done.value);
          } catch (error) {
            refuse(error);
          }
          return true;
        },
      };
      const onAbort = (): void => refuse(contention('The caller went away.'));
      const timer = setTimeout(() => refuse(contention('Transaction lock timeout.')), wait.ms);
      wait.signal.addEventListener('abort', onAbort);
      queue.add(waiting);
      if (request.isWrite) breakRings(waiting);
      settle();
    });

  return {
    release,
    share: async (holder, keys, wait) => {
      const go = (): { readonly value: undefined } | undefined => {
        if (!mayShare(holder, keys)) return undefined;
        hold(holder, keys);
        return { value: undefined };
      };
      if (go() === undefined) await enqueue({ holder, keys, isWrite: false }, go, wait);
    },
    write: async (holder, keys, apply, wait) => {
      const finish = (): void => (holder === undefined ? undefined : release(holder));
      if (mayWrite(keys, holder)) {
        try {
          return apply();
        } finally {
          finish();
        }
      }
      const go = (): { readonly value: ReturnType<typeof apply> } | undefined => {
        if (!mayWrite(keys, holder)) return undefined;
        const value = apply();
        finish();
        return { value };
      };
      return enqueue({ holder, keys, isWrite: true }, go, wait);
    },
    close: () => {
      for (const waiting of queue) waiting.refuse(contention('The emulator is closing.'));
    },
  };
}
