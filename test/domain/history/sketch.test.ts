// Latencies in short: how far off a percentile may be, and that the order in which days are put together changes nothing.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { largest, pack, unpack } from '../../../functions/domain/history/packed.ts';
import {
  addLatency,
  countIn,
  emptySketch,
  mergeSketches,
  quantileIn,
} from '../../../functions/domain/history/sketch.ts';

const latency = fc.double({ min: 0.1, max: 600_000, noNaN: true });
const parts = [0, 0.01, 0.5, 0.95, 0.99, 1];

const sketchOf = (all: readonly number[]): string => all.reduce(addLatency, emptySketch);
const anySketch = fc.array(latency, { maxLength: 40 }).map(sketchOf);
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.stringMatching(/^[A-Za-z0-9_-]{0,60}$/),
  fc.constantFrom('A'.repeat(10_000), 'AA', 'gA', 'g', 'A', 'zzzzzzzzzzzz', '__proto__'),
);

describe('a sketch of latencies', () => {
  test('tells each percentile with less than five percent of error, from 0.1 ms to ten minutes', () => {
    fc.assert(
      fc.property(fc.array(latency, { minLength: 1, maxLength: 200 }), (all) => {
        const sketch = sketchOf(all);
        const sorted = all.toSorted((a, b) => a - b);
        for (const part of parts) {
          const exact = sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN;
          const told = quantileIn(sketch, part) ?? Number.NaN;
          expect(Math.abs(told - exact) / exact, `${part} of ${exact}, told as ${told}`).toBeLessThan(0.05);
        }
      }),
    );
  });

  test.each([
    ['nothing measured', [], 0, null],
    ['no time at all', [0], 1, 0.1],
    ['less than is told', [0.000_01], 1, 0.1],
    ['what is no latency', [Number.NaN, -1, Number.NEGATIVE_INFINITY], 0, null],
  ])('of %s is clear', (_, all, count, median) => {
    const sketch = sketchOf(all);
    expect(countIn(sketch)).toBe(count);
    expect(quantileIn(sketch, 0.5)).toBe(median);
  });

  test('counts what is longer than ten minutes as those', () => {
    const told = quantileIn(sketchOf([Number.POSITIVE_INFINITY, 1e12]), 1) ?? 0;
    expect(Math.abs(told - 600_000) / 600_000).toBeLessThan(0.1);
  });

  test('of several sketches is the one of all that is in them, in whatever order and grouping', () => {
    fc.assert(
      fc.property(
        fc.array(latency, { maxLength: 30 }),
        fc.array(latency, { maxLength: 30 }),
        fc.array(latency, { maxLength: 30 }),
        (a, b, c) => {
          const [x, y, z] = [sketchOf(a), sketchOf(b), sketchOf(c)];
          const all = sketchOf([...c, ...a, ...b]);
          expect(mergeSketches(mergeSketches(x, y), z)).toBe(all);
          expect(mergeSketches(x, mergeSketches(y, z))).toBe(all);
          expect(mergeSketches(z, mergeSketches(y, x))).toBe(all);
          expect(countIn(all)).toBe(a.length + b.length + c.length);
        },
      ),
    );
  });

  test('changes nothing when it is empty', () => {
    fc.assert(
      fc.property(anySketch, (sketch) => {
        expect(mergeSketches(sketch, emptySketch)).toBe(sketch);
        expect(mergeSketches(emptySketch, sketch)).toBe(sketch);
      }),
    );
  });

  test('of a day of looks stays short', () => {
    const all = Array.from({ length: 1440 }, (_, minute) => 20 + ((minute * 7919) % 400));
    expect(sketchOf(all).length).toBeLessThan(150);
  });

  test('is printable, and its counts stop instead of running over', () => {
    const full = pack([3, largest]);
    expect(mergeSketches(full, full)).toBe(full);
    fc.assert(
      fc.property(anySketch, (sketch) => {
        expect(sketch).toMatch(/^[A-Za-z0-9_-]*$/);
      }),
    );
  });
});

describe('a text that is no sketch', () => {
  test('is as good as an empty one, and never throws', () => {
    fc.assert(
      fc.property(hostile, anySketch, (text, sketch) => {
        const both = mergeSketches(text, sketch);
        expect(countIn(both)).toBe(countIn(text) + countIn(sketch));
        expect(mergeSketches(sketch, text)).toBe(both);
        expect(both).toMatch(/^[A-Za-z0-9_-]*$/);
        expect(both.length).toBeLessThan(2_048);
      }),
    );
  });

  test.each([
    ['other characters', 'A B!'],
    ['an end in the middle of a number', 'Ag'],
    ['one number too few', 'ABC'],
    ['a count of nothing', 'AA'],
    ['a number written longer than it is', 'AhA'],
    ['a number that is too large', 'A______B'],
    ['latencies beyond all bounds', pack([5_000, 1])],
    ['no end', 'AB'.repeat(5_000)],
  ])('because of %s holds nothing', (_, text) => {
    expect(countIn(text)).toBe(0);
    expect(quantileIn(text, 0.5)).toBeNull();
    expect(mergeSketches(text, emptySketch)).toBe(emptySketch);
  });
});

test('whole numbers come back as they were packed', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: largest })), (numbers) => {
      expect(unpack(pack(numbers))).toEqual(numbers);
    }),
  );
});
