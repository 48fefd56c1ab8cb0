// Durations as people write them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { duration, parseDuration } from '../../functions/kit/duration.ts';

describe('durations', () => {
  test.each([
    ['0s', 0],
    ['250ms', 250],
    ['90s', 90_000],
    ['3m', 180_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(['', '5', 's', '1.5h', '-3m', '+3m', '1m30s', '5 s', '5S', '5min', '1e3s', '٣m', '1234567890s'])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );

  test('any whole number with a unit is exact, and no text throws', () => {
    const unit = fc.constantFrom(['ms', 1] as const, ['s', 1000] as const, ['h', 3_600_000] as const);
    fc.assert(
      fc.property(fc.nat(999_999_999), unit, (count, [name, ms]) => {
        expect(parseDuration(`${count}${name}`)).toBe(count * ms);
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(Number.isSafeInteger(parseDuration(text) ?? 0)).toBe(true);
      }),
    );
  });

  test('both bounds are allowed, and what lies outside of them is told with them', () => {
    const schema = duration({ min: '1s', max: '1m' });
    expect([schema.parse('1s'), schema.parse('60s')]).toEqual([1000, 60_000]);
    for (const text of ['999ms', '61s']) {
      expect(schema.safeParse(text).error?.issues[0]?.message).toBe(`is ${text}; it must be from 1s to 1m`);
    }
  });

  test('a bound that is no duration is a bug', () => {
    expect(() => duration({ min: '1', max: '1m' })).toThrow(TypeError);
  });
});
