// Which sites one of several scheduler jobs carries.

/** Part `index` (from 0) of `count`. */
export type Shard = { readonly index: number; readonly count: number };

export const wholeFleet: Shard = { index: 0, count: 1 };

/** Reads `i/n`, with 0 ≤ i < n ≤ 100; null when it is anything else. */
export function parseShard(text: string): Shard | null {
  const match = /^(\d{1,2})\/(\d{1,3})$/.exec(text);
  if (match === null) return null;
  const index = Number(match[1]);
  const count = Number(match[2]);
  return count <= 100 && index < count ? { index, count } : null;
}

// FNV-1a: spreads short ids well and needs no library.
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) {
    value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return value;
}

/** Every site is in exactly one of the `count` shards. */
export function isInShard(site: string, shard: Shard): boolean {
  return hash(site) % shard.count === shard.index;
}
