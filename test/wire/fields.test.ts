// The small fields of the clients' APIs at their edges, and what their readers promise of any value.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { bytes, bytesUpTo, integer, moment, natural, quantity, weight } from '../../functions/wire/fields.ts';

const read = (schema: z.ZodType, value: unknown): unknown => {
  const result = schema.safeParse(value);
  return result.success ? result.data : 'refused';
};

const rows: readonly (readonly [string, z.ZodType, unknown, unknown])[] = [
  ['natural', natural, '0', 0],
  ['natural', natural, 0, 0],
  ['natural', natural, -0, 0],
  ['natural', natural, '007', 7],
  ['natural', natural, '9007199254740991', 9_007_199_254_740_991],
  ['natural', natural, '9007199254740992', 'refused'],
  ['natural', natural, '9007199254740993', 'refused'],
  ['natural', natural, 2 ** 53, 'refused'],
  ['natural', natural, '18446744073709551615', 'refused'],
  ['natural', natural, '', 'refused'],
  ['natural', natural, ' 1', 'refused'],
  ['natural', natural, '1 ', 'refused'],
  ['natural', natural, '1\n', 'refused'],
  ['natural', natural, '1e3', 'refused'],
  ['natural', natural, '0x10', 'refused'],
  ['natural', natural, '1.0', 'refused'],
  ['natural', natural, 1.5, 'refused'],
  ['natural', natural, '-0', 'refused'],
  ['natural', natural, '-1', 'refused'],
  ['natural', natural, -1, 'refused'],
  ['natural', natural, '+1', 'refused'],
  ['natural', natural, '١', 'refused'],
  ['natural', natural, Number.NaN, 'refused'],
  ['natural', natural, Number.POSITIVE_INFINITY, 'refused'],
  ['natural', natural, true, 'refused'],
  ['natural', natural, null, 'refused'],
  ['natural', natural, ['1'], 'refused'],
  ['integer', integer, '-12', -12],
  ['integer', integer, -12, -12],
  ['integer', integer, '-0', 0],
  ['integer', integer, '--1', 'refused'],
  ['integer', integer, '-9007199254740992', 'refused'],
  ['weight', weight, '10000000000000000', 1e16],
  ['weight', weight, '9223372036854775807', 2 ** 63],
  ['weight', weight, '9999999999999999999', 'refused'],
  ['weight', weight, '-1', 'refused'],
  ['weight', weight, 0.5, 'refused'],
  ['quantity', quantity, '0x0', 0],
  ['quantity', quantity, '0x00ff', 255],
  ['quantity', quantity, '0xFF', 255],
  ['quantity', quantity, '0x1fffffffffffff', 9_007_199_254_740_991],
  ['quantity', quantity, '0x20000000000000', 'refused'],
  ['quantity', quantity, `0x${'f'.repeat(64)}`, 'refused'],
  ['quantity', quantity, '0x', 'refused'],
  ['quantity', quantity, '0X1', 'refused'],
  ['quantity', quantity, '-0x1', 'refused'],
  ['quantity', quantity, '10', 'refused'],
  ['quantity', quantity, ' 0x1', 'refused'],
  ['quantity', quantity, 16, 'refused'],
  ['bytes', bytes(4), '0xABcdef01', '0xabcdef01'],
  ['bytes', bytes(4), '0xabcdef', 'refused'],
  ['bytes', bytes(4), '0xabcdef0123', 'refused'],
  ['bytes', bytes(4), 'abcdef01', 'refused'],
  ['bytes', bytes(4), '0xabcdefg1', 'refused'],
  ['bytes', bytes(4), '0xabcdef01\n', 'refused'],
  ['bytesUpTo', bytesUpTo(2), '0x', '0x'],
  ['bytesUpTo', bytesUpTo(2), '0xAB01', '0xab01'],
  ['bytesUpTo', bytesUpTo(2), '0xab0', 'refused'],
  ['bytesUpTo', bytesUpTo(2), '0xab0123', 'refused'],
  ['moment', moment, '1970-01-01T00:00:00Z', 0],
  ['moment', moment, '2026-01-02T03:04:05.123456789Z', Date.UTC(2026, 0, 2, 3, 4, 5, 123)],
  ['moment', moment, '2026-01-02T03:04:05+01:00', Date.UTC(2026, 0, 2, 2, 4, 5)],
  ['moment', moment, '0001-01-01T00:00:00Z', -62_135_596_800_000],
  ['moment', moment, '9999-12-31T23:59:59Z', Date.UTC(9999, 11, 31, 23, 59, 59)],
  ['moment', moment, '2026-13-01T00:00:00Z', 'refused'],
  ['moment', moment, '2026-01-32T00:00:00Z', 'refused'],
  ['moment', moment, '2026-01-01T25:00:00Z', 'refused'],
  ['moment', moment, '2026-01-01T00:00:60Z', 'refused'],
  ['moment', moment, '2026-01-01', 'refused'],
  ['moment', moment, '2026-01-01T00:00:00', 'refused'],
  ['moment', moment, '+292277026596-12-04T15:30:07Z', 'refused'],
  ['moment', moment, 'Thu, 01 Jan 2026 00:00:00 GMT', 'refused'],
  ['moment', moment, 1_767_225_600, 'refused'],
];

describe('a field', () => {
  const cases = rows.map(([name, schema, value, expected]) => [name, value, expected, schema] as const);
  test.for(cases)('%s reads %j as %j', ([, value, expected, schema]) => {
    expect(read(schema, value)).toBe(expected);
  });

  const anything = fc.oneof(
    fc.jsonValue(),
    fc.bigInt().map(String),
    fc.bigInt({ min: 0n, max: 2n ** 80n }).map((value) => `0x${value.toString(16)}`),
    fc.stringMatching(/^[-+ 0-9a-fx.eTZ:]{0,40}$/),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.double(),
  );

  test('never throws, and gives numbers that a double holds exactly', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const isExact = (found: unknown): boolean => Number.isSafeInteger(found) && !Object.is(found, -0);
        const isFrom0 = (found: unknown): boolean => typeof found === 'number' && found >= 0;
        const found = [natural, integer, quantity, moment, weight].map((schema) => read(schema, value));
        const [whole, signed, hex, time, power] = found.map((each) => (each === 'refused' ? 0 : each));
        expect([whole, signed, hex, time].map(isExact)).toEqual([true, true, true, true]);
        expect([whole, hex, power].map(isFrom0)).toEqual([true, true, true]);
        expect(Number.isInteger(power)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('reads every number as it is written, as text and as a number', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(read(natural, String(value))).toBe(value);
        expect(read(natural, value)).toBe(value);
        expect(read(quantity, `0x${value.toString(16)}`)).toBe(value);
        expect(read(integer, String(-value))).toBe(0 - value);
      }),
    );
  });

  test('gives as many bytes as it must, in lower case', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 0, max: 40 }), (given, length) => {
        const text = `0x${Buffer.from(given).toString('hex').toUpperCase()}`;
        expect(read(bytes(length), text)).toBe(given.length === length ? text.toLowerCase() : 'refused');
        expect(read(bytesUpTo(length), text)).toBe(given.length <= length ? text.toLowerCase() : 'refused');
      }),
    );
  });
});
