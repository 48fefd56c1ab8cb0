// The arithmetic of the benchmarks: medians, rounding, and whether a target is met.

/** The middle value, or the mean of the two in the middle; NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** Rounded to `digits` behind the point; negative digits are not meant. */
export function rounded(value: number, digits = 0): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}

/** The number below which this part of them lies, 0 to 1; they are in order. */
export const percentile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;

/** Bytes as whole mebibytes. */
export const mebibytes = (bytes: number): number => Math.round(bytes / 1024 / 1024);

/** What a field should be at most. */
export type Limit = { readonly field: string; readonly atMost: number };

/** A sentence for each field that is over its limit or not a number. */
export function missed(fields: Readonly<Record<string, unknown>>, limits: readonly Limit[]): string[] {
  return limits.flatMap(({ field, atMost }) => {
    const value = fields[field];
    const isMet = typeof value === 'number' && value <= atMost;
    return isMet ? [] : [`${field} is ${String(value)}, and should be at most ${atMost}`];
  });
}

/** Uniform numbers in [0, 1) from a seed (mulberry32): the same seed gives the same series. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
