// How often something may come in a minute.
import { expect, test } from 'vitest';
import { limitPerMinute } from '../../functions/kit/rate.ts';

test('lets so many through at once, then as many as the time that goes by allows', () => {
  const rate = limitPerMinute(6);
  const taken = (now: number, count: number): number =>
    Array.from({ length: count }, () => rate.take('a', now)).filter(Boolean).length;
  expect(taken(0, 10)).toBe(6);
  expect(taken(9_999, 10)).toBe(0);
  expect(taken(20_000, 10)).toBe(2);
  expect(taken(3_600_000, 10)).toBe(6);
});

test('counts each key by itself, and a clock that goes back gives nothing away', () => {
  const rate = limitPerMinute(1);
  expect([rate.take('a', 1_000), rate.take('b', 1_000), rate.take('a', 1_000)]).toEqual([true, true, false]);
  expect(rate.take('a', 0)).toBe(false);
});
