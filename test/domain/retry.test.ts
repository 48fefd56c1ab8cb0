// When a message that could not be sent is tried again.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Attempt, giveUpMs, retryDelayMs } from '../../functions/domain/retry.ts';
import { hour, minute, second } from '../support/site.ts';

const again: Attempt = { again: true };

const table: [string, Attempt, number, number, number | null][] = [
  ['the first failure waits five seconds', again, 1, 0, 5 * second],
  ['the second waits twice as long', again, 2, 0, 10 * second],
  ['the third doubles again', again, 3, 0, 20 * second],
  ['the sixth is the last that doubles', again, 6, 0, 160 * second],
  ['five minutes are the longest', again, 7, 0, 5 * minute],
  ['many failures wait no longer', again, 1_000, 0, 5 * minute],
  ['no failure counted waits as after the first', again, 0, 0, 5 * second],
  ['a final failure is given up', { again: false }, 1, 0, null],
  ['a final failure is given up, whatever the channel wishes', { again: false, afterMs: second }, 1, 0, null],
  ['just under a day old is tried again', again, 1, 24 * hour - 1, 5 * second],
  ['a day old is given up', again, 1, 24 * hour, null],
  ['a longer wish is honoured', { again: true, afterMs: 42 * second }, 1, 0, 42 * second],
  ['a shorter wish is not', { again: true, afterMs: second }, 1, 0, 5 * second],
  ['a wish of an hour is honoured', { again: true, afterMs: hour }, 1, 0, hour],
  ['a wish of a week is cut to an hour', { again: true, afterMs: 7 * 24 * hour }, 1, 0, hour],
  ['a negative wish is none', { again: true, afterMs: -hour }, 1, 0, 5 * second],
];

describe('the delay until the next attempt', () => {
  test.each(table)('%s', (_, attempt, attempts, ageMs, expected) => {
    expect(retryDelayMs(attempt, attempts, ageMs)).toBe(expected);
  });

  test('a day is a day', () => {
    expect(giveUpMs).toBe(24 * hour);
  });

  const wish = fc.option(fc.integer({ min: -minute, max: 10 * hour }), { nil: undefined });

  test('never shrinks from one attempt to the next, and is at least 5 s and at most an hour', () => {
    fc.assert(
      fc.property(wish, fc.nat({ max: 2_000 }), (afterMs, attempts) => {
        const attempt: Attempt = afterMs === undefined ? again : { again: true, afterMs };
        const delay = retryDelayMs(attempt, attempts, 0);
        const next = retryDelayMs(attempt, attempts + 1, 0);
        if (delay === null || next === null) throw new Error('given up too early');
        expect(next).toBeGreaterThanOrEqual(delay);
        expect(delay).toBeGreaterThanOrEqual(5 * second);
        expect(next).toBeLessThanOrEqual(hour);
      }),
    );
  });
});
