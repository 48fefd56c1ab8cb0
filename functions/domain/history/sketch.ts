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

/** Counts by bin; none for a text that is no sketch. */
function countsIn(sketch: Sketch): Map<number, number> {
  const numbers = sketch.length > longest ? null : unpack(sketch);
  const counts = new Map<number, number>();
  if (numbers === null || numbers.length % 2 !== 0) return counts;
  let bin = -1;
  for (let place = 0; place < numbers.length; place += 2) {
    bin += 1 + (numbers[place] ?? 0);
    const count = numbers[place + 1] ?? 0;
    if (bin > lastBin || count === 0) return new Map();
    counts.set(bin, count);
  }
  return counts;
}

function sketchOf(counts: ReadonlyMap<number, number>): Sketch {
  let before = -1;
  const numbers = [...counts]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([bin, count]) => {
      const gap = bin - before - 1;
      before = bin;
      return [gap, count];
    });
  return pack(numbers);
}

/**
 * All that is in either: the same text in whatever order sketches are put together. A text that is no sketch counts as an empty one: what was
 * measured is lost then, and nothing else is.
 */
export function mergeSketches(a: Sketch, b: Sketch): Sketch {
  const counts = countsIn(a);
  for (const [bin, count] of countsIn(b)) {
    counts.set(bin, Math.min(largest, (counts.get(bin) ?? 0) + count));
  }
  return sketchOf(counts);
}

/** One latency more, ms. Less than 0.1 ms counts as that, more than 10 minutes as those; what is no latency is not counted. */
export function addLatency(sketch: Sketch, ms: number): Sketch {
  if (!(ms >= 0)) return sketch;
  return mergeSketches(sketch, sketchOf(new Map([[Math.min(binOf(ms), lastBin), 1]])));
}

/** How many latencies were counted. */
export const countIn = (sketch: Sketch): number =>
  [...countsIn(sketch).values()].reduce((sum, count) => sum + count, 0);

/**
 * The latency below or at which this part of all lie, `part` from 0 to 1, in ms: off by less than 5 % from the one that is there in order of
 * size. Null when none was counted.
 */
export function quantileIn(sketch: Sketch, part: number): number | null {
  const counts = [...countsIn(sketch)];
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  let left = Math.floor(Math.min(1, Math.max(0, part)) * (all - 1));
  for (const [bin, count] of counts) {
    if (left < count) return middleOf(bin);
    left -= count;
  }
  return null;
}
