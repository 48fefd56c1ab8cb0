// The order of values across types, numbers to the last digit, and the transforms that build on both.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyTransforms, parseTransform } from '../../../local/firestore/transforms.ts';
import { compareValues } from '../../../local/firestore/values/order.ts';
import type { FieldTransform, Value } from '../../../local/firestore/wire.ts';

const nothing: Value = { valueType: 'nullValue', nullValue: 'NULL_VALUE' };
const bool = (booleanValue: boolean): Value => ({ valueType: 'booleanValue', booleanValue });
const int = (integer: bigint | number): Value => ({
  valueType: 'integerValue',
  integerValue: String(integer),
});
const double = (doubleValue: number): Value => ({ valueType: 'doubleValue', doubleValue });
const text = (stringValue: string): Value => ({ valueType: 'stringValue', stringValue });
const time = (seconds: number, nanos = 0): Value => ({
  valueType: 'timestampValue',
  timestampValue: { seconds: String(seconds), nanos },
});
const bytes = (...list: readonly number[]): Value => ({
  valueType: 'bytesValue',
  bytesValue: Uint8Array.from(list),
});
const link = (path: string): Value => ({
  valueType: 'referenceValue',
  referenceValue: `projects/p/databases/d/documents/${path}`,
});
const point = (latitude: number, longitude: number): Value => ({
  valueType: 'geoPointValue',
  geoPointValue: { latitude, longitude },
});
const array = (...values: readonly Value[]): Value => ({ valueType: 'arrayValue', arrayValue: { values } });
const map = (fields: Readonly<Record<string, Value>>): Value => ({
  valueType: 'mapValue',
  mapValue: { fields },
});
const vector = (...numbers: readonly number[]): Value =>
  map({ __type__: text('__vector__'), value: array(...numbers.map(double)) });

const scalar: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(nothing),
  fc.boolean().map(bool),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(int),
  fc.integer({ min: -3, max: 3 }).map(int),
  fc.double().map(double),
  fc.integer({ min: -3, max: 3 }).map(double),
  // Doubles at the edge of what integers can tell apart.
  fc
    .bigInt({ min: 2n ** 53n - 2n, max: 2n ** 53n + 4n })
    .chain((n) => fc.constantFrom(int(n), double(Number(n)))),
  fc.string({ unit: 'grapheme', maxLength: 4 }).map(text),
  fc
    .tuple(fc.integer(), fc.integer({ min: 0, max: 999_999 }))
    .map(([seconds, micros]) => time(seconds, micros * 1000)),
  fc.uint8Array({ maxLength: 3 }).map((list) => bytes(...list)),
  fc.constantFrom('a/b', 'a/c', 'a/b/c/d', 'a/__id7__', 'a/__id10__').map(link),
  fc.tuple(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -2, max: 2 })).map(([a, b]) => point(a, b)),
  fc.array(fc.integer({ min: -1, max: 1 }), { maxLength: 2 }).map((numbers) => vector(...numbers)),
);

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }).map((values) => array(...values)),
    fc.dictionary(fc.constantFrom('a', 'b', '\uffff', '🐎'), tie('value'), { maxKeys: 3 }).map(map),
  ),
})).value;

describe('the order of values', () => {
  test('is the published one, type by type', () => {
    const ascending = [
      nothing,
      bool(false),
      bool(true),
      double(Number.NaN),
      double(Number.NEGATIVE_INFINITY),
      int(-(2n ** 63n)),
      double(-1.5),
      int(0),
      double(0.1),
      double(2 ** 53),
      int(2n ** 53n + 1n),
      int(2n ** 63n - 1n),
      double(2 ** 63),
      double(Number.POSITIVE_INFINITY),
      time(-1, 500_000_000),
      time(0),
      time(0, 1000),
      text(''),
      text('Z'),
      text('a'),
      text('\uffff'),
      text('🐎'),
      bytes(),
      bytes(0),
      bytes(0, 1),
      bytes(255),
      link('a/__id2__'),
      link('a/__id10__'),
      link('a/b'),
      link('a/b/c/d'),
      link('b/a'),
      point(-1, 5),
      point(1, -5),
      point(1, 5),
      array(),
      array(int(1)),
      array(int(1), int(1)),
      array(int(2)),
      vector(9),
      vector(1, 1),
      map({}),
      map({ a: int(1) }),
      map({ a: int(1), b: int(0) }),
      map({ a: int(2) }),
      map({ b: int(0) }),
    ];
    for (const [row, left] of ascending.entries()) {
      for (const [column, right] of ascending.entries()) {
        const message = `${JSON.stringify(left)} against ${JSON.stringify(right)}`;
        expect(Math.sign(compareValues(left, right)), message).toBe(Math.sign(row - column));
      }
    }
  });

  test('is total: reflexive, antisymmetric and transitive', () => {
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        expect(compareValues(a, a)).toBe(0);
        expect(Math.sign(compareValues(a, b)) + Math.sign(compareValues(b, a))).toBe(0);
        const [low = a, middle = b, high = c] = [a, b, c].toSorted(compareValues);
        expect(compareValues(low, middle)).toBeLessThanOrEqual(0);
        expect(compareValues(middle, high)).toBeLessThanOrEqual(0);
        expect(compareValues(low, high)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    [int(3), double(3)],
    [int(0), double(-0)],
    [double(Number.NaN), double(Number.NaN)],
  ])('takes equivalent numbers of different types as equal', (left, right) => {
    expect(compareValues(left, right)).toBe(0);
  });
});

describe('a transform', () => {
  const rows: readonly (readonly [string, Value | undefined, FieldTransform, Value])[] = [
    ['adds integers', int(2), { increment: int(3) }, int(5)],
    ['adds a double to an integer as doubles', int(2), { increment: double(0.5) }, double(2.5)],
    ['sets what was missing', undefined, { increment: int(3) }, int(3)],
    ['sets what was no number', text('x'), { increment: int(3) }, int(3)],
    ['stops at the largest integer', int(2n ** 63n - 2n), { increment: int(5) }, int(2n ** 63n - 1n)],
    ['stops at the smallest integer', int(-(2n ** 63n)), { increment: int(-1) }, int(-(2n ** 63n))],
    ['takes the larger with its type', int(2), { maximum: double(2.5) }, double(2.5)],
    ['leaves an equivalent maximum alone', int(3), { maximum: double(3) }, int(3)],
    ['lets NaN win a maximum', int(3), { maximum: double(Number.NaN) }, double(Number.NaN)],
    ['lets NaN win a minimum', double(Number.NaN), { minimum: int(1) }, double(Number.NaN)],
    ['takes the smaller', int(2), { minimum: int(1) }, int(1)],
    [
      'appends what is missing, once',
      array(int(1), text('a')),
      { appendMissingElements: { values: [double(1), int(2), double(2)] } },
      array(int(1), text('a'), int(2)),
    ],
    [
      'makes an array of what was none',
      int(1),
      { appendMissingElements: { values: [int(1)] } },
      array(int(1)),
    ],
    [
      'removes every equivalent element',
      array(int(1), double(1), int(2), nothing),
      { removeAllFromArray: { values: [int(1), nothing] } },
      array(int(2)),
    ],
  ];

  test.each(rows)('%s', (_, old, transform, expected) => {
    const parsed = parseTransform({ fieldPath: 'f', ...transform });
    const { fields } = applyTransforms(old === undefined ? {} : { f: old }, [parsed], 0);
    expect(fields).toEqual({ f: expected });
  });

  test('gives every field of a commit one server time, cut to milliseconds', () => {
    const transforms = ['a', 'b.c'].map((fieldPath) =>
      parseTransform({ fieldPath, setToServerValue: 'REQUEST_TIME' }),
    );
    const { fields } = applyTransforms({}, transforms, 1_234_567_890);
    expect(fields).toEqual({ a: time(1234, 567_000_000), b: map({ c: time(1234, 567_000_000) }) });
  });
});
