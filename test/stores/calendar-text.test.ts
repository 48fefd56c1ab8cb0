// A day of the long view comes back from its text as it went in, or with less of it known: never with anything made better.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Bar, CalendarDay } from '../../functions/domain/history/history.ts';
import { mostDayBytes, packDay, unpackDay } from '../../functions/stores/calendar-text.ts';

const dayLength = 86_400;
const name = 'history/home days.2026-11-30';
const unpacked = (text: string): CalendarDay => unpackDay(name, '2026-11-30', text);
const bytesOf = (text: string): number => Buffer.byteLength(text);

const well: Bar = { good: dayLength, doubt: 0, bad: 0, unknown: 0 };
const unseen: Bar = { good: 0, doubt: 0, bad: 0, unknown: dayLength };

const anyBar: fc.Arbitrary<Bar> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(well) },
  fc.constant(unseen),
  fc
    .tuple(fc.nat(dayLength), fc.nat(dayLength), fc.nat(dayLength), fc.nat(dayLength))
    .map((cuts) => cuts.toSorted((a, b) => a - b))
    .map(([a = 0, b = 0, c = 0, d = 0]) => ({ good: a, doubt: b - a, bad: c - b, unknown: d - c })),
);

const anyId = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9-]{0,19}$/),
  fc.string({ minLength: 1, unit: 'binary' }).filter((id) => id !== '__proto__'),
);

const barsOf = (most: number): fc.Arbitrary<Record<string, Bar>> =>
  fc.dictionary(anyId, anyBar, { maxKeys: most, noNullPrototype: true });

const anyDay = (most: number): fc.Arbitrary<CalendarDay> =>
  fc.record({
    day: fc.constant('2026-11-30'),
    site: anyBar,
    signers: barsOf(5),
    targets: barsOf(most),
    incidents: fc.nat(50),
    pages: fc.nat(50),
  });

/** This many targets with names as long as they may be, each with a bar of its own when `bar` says so. */
const manyTargets = (count: number, bar: (index: number) => Bar): Record<string, Bar> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`target-${index}`.padEnd(20, 'x'), bar(index)]),
  );

const dayOf = (over: Partial<CalendarDay>): CalendarDay => ({
  day: '2026-11-30',
  site: well,
  signers: {},
  targets: {},
  incidents: 0,
  pages: 0,
  ...over,
});

describe('a day that fits', () => {
  test('comes back as it went in', () => {
    fc.assert(
      fc.property(anyDay(40), (day) => {
        const text = packDay(day);
        fc.pre(bytesOf(text) < mostDayBytes - 200);
        expect(unpacked(text)).toEqual(day);
      }),
    );
  });

  test('says a bar once, however many have it', () => {
    const day = dayOf({ targets: manyTargets(50, () => well), signers: { eth: well, bera: unseen } });
    const text = packDay(day);
    expect(unpacked(text)).toEqual(day);
    expect(text.split(String(dayLength))).toHaveLength(4);
    expect(bytesOf(text)).toBeLessThan(50 * 23 + 300);
  });

  test('of nothing but a site is short', () => {
    const day = dayOf({ site: { good: 1, doubt: 2, bad: 3, unknown: 4 }, incidents: 5, pages: 6 });
    expect(unpacked(packDay(day))).toEqual(day);
    expect(bytesOf(packDay(day))).toBeLessThan(200);
  });
});

describe('a day that does not fit', () => {
  test('never grows over its bound, and what is left of it is as it was', () => {
    fc.assert(
      fc.property(anyDay(30), fc.integer({ min: 350, max: 600 }), (day, count) => {
        const targets = {
          ...day.targets,
          ...manyTargets(count, (index) => ({ good: index, doubt: 0, bad: index % 3, unknown: 0 })),
        };
        const text = packDay({ ...day, targets });
        expect(bytesOf(text)).toBeLessThanOrEqual(mostDayBytes);
        const back = unpacked(text);
        expect(back).toMatchObject({ site: day.site, incidents: day.incidents, pages: day.pages });
        expect(targets).toMatchObject(back.targets);
        expect(day.signers).toMatchObject(back.signers);
        expect(Object.keys(back.targets).length).toBeLessThan(Object.keys(targets).length);
      }),
      { numRuns: 30 },
    );
  });

  test('loses the targets that were best, and keeps the others and all signers', () => {
    const bad: Bar = { good: 86_000, doubt: 0, bad: 400, unknown: 0 };
    const targets = manyTargets(600, (index) => (index % 30 === 7 ? bad : well));
    const signers = { eth: well, bera: unseen };
    const back = unpacked(packDay(dayOf({ targets, signers })));
    expect(back.signers).toEqual(signers);
    expect(Object.values(back.targets).filter((bar) => bar.bad > 0)).toHaveLength(20);
    expect(Object.keys(back.targets).length).toBeGreaterThan(200);
  });

  test('fits its document ninety times, and thirty times more that were not swept yet', () => {
    const targets = manyTargets(600, (index) => ({ good: 80_000, doubt: 0, bad: 1_000 + index, unknown: 0 }));
    const text = packDay(dayOf({ targets }));
    expect(bytesOf(text)).toBeGreaterThan(mostDayBytes - 100);
    // A day's name, and a byte for its length and one for that of its text.
    expect(120 * (bytesOf(text) + '2026-11-30'.length + 2)).toBeLessThan(1_048_576 - 1_000);
  });

  test('keeps as much as there is room for', () => {
    const targets = manyTargets(600, () => well);
    const text = packDay(dayOf({ targets }));
    expect(bytesOf(text)).toBeGreaterThan(mostDayBytes - 50);
  });
});

describe('a number that no day can have', () => {
  test('is brought within a day, so that it keeps no site from being written', () => {
    const site: Bar = { good: 1e9, doubt: -4, bad: 1.5, unknown: 0 };
    expect(unpacked(packDay(dayOf({ site }))).site).toEqual({
      good: dayLength,
      doubt: 0,
      bad: 2,
      unknown: 0,
    });
  });
});

describe('a text that is none of a day', () => {
  const written = packDay(dayOf({ signers: { eth: well } }));

  test.each([
    ['not JSON', '{'],
    ['nothing', ''],
    ['another type', 4],
    ['a list', '[]'],
    ['a bar that is longer than a day', written.replaceAll('86400', '86401')],
    ['a bar of three', written.replace('86400,0,0,0', '86400,0,0')],
    ['a number that is negative', written.replace('86400,0', '86400,-1')],
    ['one with more in it', written.replace('{', '{"more":1,')],
  ])('is refused by its name: %s', (_what, text) => {
    expect(() => unpackDay(name, '2026-11-30', text)).toThrow(
      /^history\/home days\.2026-11-30 does not parse/,
    );
  });

  test('of a later version says so', () => {
    const later = written.replace('"schema":1', '"schema":2');
    expect(() => unpackDay(name, '2026-11-30', later)).toThrow(/newer version/);
  });
});
