// The arithmetic that the claims about speed rest on.
import { describe, expect, it } from 'vitest';
import { median, missed, rounded, seeded } from '../../bench/numbers.ts';

describe('median', () => {
  it.each([
    ['one value is its own middle', [7], 7],
    ['an odd number of values has one in the middle, whatever their order', [9, 1, 5], 5],
    ['an even number of values has the mean of the two in the middle', [10, 2, 4, 8], 6],
    ['values are compared as numbers', [100, 20, 3], 20],
  ])('%s', (_, values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('of nothing is no number, which misses every target', () => {
    expect(median([])).toBeNaN();
    expect(missed({ tickMs: median([]) }, [{ field: 'tickMs', atMost: 999 }])).toHaveLength(1);
  });

  it('does not change the order of what it is given', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('missed', () => {
  const limits = [{ field: 'rssMb', atMost: 180 }];

  it('says nothing of a value at its limit', () => {
    expect(missed({ rssMb: 180 }, limits)).toEqual([]);
  });

  it('names the field, the value and the limit of one that is over', () => {
    expect(missed({ rssMb: 181 }, limits)).toEqual(['rssMb is 181, and should be at most 180']);
  });

  it('counts a missing field as missed', () => {
    expect(missed({}, limits)).toHaveLength(1);
  });
});

describe('seeded', () => {
  const take = (seed: number, count: number): number[] => {
    const random = seeded(seed);
    return Array.from({ length: count }, random);
  };

  it('gives the same series for the same seed and another one for another seed', () => {
    expect(take(1, 5)).toEqual(take(1, 5));
    expect(take(1, 5)).not.toEqual(take(2, 5));
  });

  it('loses about one of a hundred at one percent', () => {
    const lost = take(1, 100_000).filter((value) => value < 0.01).length;
    expect(lost).toBeGreaterThan(900);
    expect(lost).toBeLessThan(1100);
  });

  it('stays from 0 up to, and never at, 1', () => {
    expect(take(3, 10_000).every((value) => value >= 0 && value < 1)).toBe(true);
  });
});

describe('rounded', () => {
  it('keeps so many digits behind the point', () => {
    expect(rounded(1.005_1, 2)).toBe(1.01);
    expect(rounded(2.4)).toBe(2);
  });
});
