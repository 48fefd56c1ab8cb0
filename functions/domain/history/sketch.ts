// Latencies in short: how many fell between which bounds, so that those of any number of days can be put together and asked for percentiles.
import type { Sketch } from './history.ts';
import { largest, pack, unpack } from './packed.ts';

/** Each bound is a tenth above the one before, so that what is told of a latency is off by 1/21 of it at most. */
const growth = 1.1;
const leastMs = 0.1;
const mostMs = 600_000;
const binOf = (ms: number): number =>
  ms <= leastMs ? 0 : Math.ceil(Math.log(ms / leastMs) / Math.log(growth));
const lastBin = binOf(mostMs);

/** The latency that is off by the same part from both bounds of a bin. */
const middleOf = (bin: number): number =>
  bin === 0 ? leastMs : (2 * leastMs * growth ** bin) / (1 + growth);

/** More than any sketch is long; a longer text is not even looked at. */
const longest = 2_048;

export const emptySketch: Sketch = '';

type Bin = { readonly bin: number; readonly count: number };

/** Those in which something was counted, in order; none for a text that is no sketch. */
function binsIn(sketch: Sketch): Bin[] {
  const numbers = sketch.length > longest ? null : unpack(sketch);
  if (numbers === null || numbers.length % 2 !== 0) return [];
  const bins: Bin[] = [];
  let bin = -1;
  for (let place = 0; place < numbers.length; place += 2) {
    bin += 1 + (numbers[place] ?? 0);
    const count = numbers[place + 1] ?? 0;
    if (bin > lastBin || count === 0) return [];
    bins.push({ bin, count });
  }
  return bins;
}

/** Of each bin the distance from the one before, and what was counted. */
function sketchOf(bins: readonly Bin[]): Sketch {
  const numbers: number[] = [];
  let before = -1;
  for (const { bin, count } of bins) {
    numbers.push(bin - before - 1, count);
    before = bin;
  }
  return pack(numbers);
}

function both(a: readonly Bin[], b: readonly Bin[]): Bin[] {
  const bins: Bin[] = [];
  let place = 0;
  for (const each of a) {
    let other = b[place];
    for (; other !== undefined && other.bin < each.bin; other = b[(place += 1)]) bins.push(other);
    const isSame = other !== undefined && other.bin === each.bin;
    if (isSame) place += 1;
    const count = Math.min(largest, each.count + (isSame ? (other?.count ?? 0) : 0));
    bins.push({ bin: each.bin, count });
  }
  return [...bins, ...b.slice(place)];
}

/**
 * All that is in either: the same text in whatever order sketches are put together. A text that is no sketch counts as an empty one: what was
 * measured is lost then, and nothing else is.
 */
export const mergeSketches = (a: Sketch, b: Sketch): Sketch => sketchOf(both(binsIn(a), binsIn(b)));

/** One latency more, ms. Less than 0.1 ms counts as that, more than 10 minutes as those; what is no latency is not counted. */
export function addLatency(sketch: Sketch, ms: number): Sketch {
  if (!(ms >= 0)) return sketch;
  return sketchOf(both(binsIn(sketch), [{ bin: Math.min(binOf(ms), lastBin), count: 1 }]));
}

/** How many latencies were counted. */
export const countIn = (sketch: Sketch): number => binsIn(sketch).reduce((sum, { count }) => sum + count, 0);

/**
 * The latency below or at which this part of all lie, `part` from 0 to 1, in ms: off by less than 5 % from the one that is there in order of
 * size. Null when none was counted.
 */
export function quantileIn(sketch: Sketch, part: number): number | null {
  const bins = binsIn(sketch);
  const all = bins.reduce((sum, { count }) => sum + count, 0);
  let left = Math.floor(Math.min(1, Math.max(0, part)) * (all - 1));
  for (const { bin, count } of bins) {
    if (left < count) return middleOf(bin);
    left -= count;
  }
  return null;
}
