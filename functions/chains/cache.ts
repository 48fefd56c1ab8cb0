// Keeps what does not change, so that a block is read once however many signers, sites and ticks ask for it.

/**
 * Gives what `make` gave when it was last asked for under this key, or is about to give. Losing a value costs requests and nothing
 * else.
 */
export type Cache<Value> = (key: string, make: () => Promise<Value>) => Promise<Value>;

/** Holds at most `limit` values and forgets the longest unasked; a value for which `isLasting` is false is made anew the next time. */
export function createCache<Value>(limit: number, isLasting: (value: Value) => boolean): Cache<Value> {
  const kept = new Map<string, Promise<Value>>();
  return async (key, make) => {
    const known = kept.get(key);
    const value = known ?? make();
    // Asked for now, so it is the last to be forgotten.
    kept.delete(key);
    kept.set(key, value);
    for (const oldest of kept.keys()) {
      if (kept.size <= limit) break;
      kept.delete(oldest);
    }
    const forget = (): void => {
      if (kept.get(key) === value) kept.delete(key);
    };
    try {
      const made = await value;
      if (!isLasting(made)) forget();
      return made;
    } catch (error) {
      forget();
      throw error;
    }
  };
}
