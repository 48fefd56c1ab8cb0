// The mean latency of each hour, and the line that is drawn of the last 24.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayOf } from '../../../functions/domain/history/day.ts';
import {
  addToHour,
  emptyHours,
  lineOf,
  meansIn,
  mergeHours,
} from '../../../functions/domain/history/hours.ts';
import { emptyTargetTally } from '../../../functions/domain/history/tally.ts';
import { rollup } from '../../support/rollups.ts';
import { hour, minute } from '../../support/site.ts';

const midnight = Date.UTC(2026, 10, 24);
const within = (hours: Readonly<Record<number, number>>): (number | null)[] =>
  Array.from({ length: 24 }, (_, each) => hours[each] ?? null);
const measured = (...all: readonly (readonly [at: number, ms: number])[]): string =>
  all.reduce((hours, [at, ms]) => addToHour(hours, at, ms), emptyHours);

describe('the hours of a day', () => {
  test.each<[string, (readonly [number, number])[], Record<number, number>]>([
    ['nothing', [], {}],
    ['one latency', [[midnight, 20]], { 0: 20 }],
    [
      'latencies of one hour',
      [
        [midnight, 10],
        [midnight + hour - 1, 21],
      ],
      { 0: 16 },
    ],
    ['the last hour', [[midnight + 24 * hour - 1, 7]], { 23: 7 }],
    [
      'hours with a hole between them',
      [
        [midnight + hour, 5],
        [midnight + 9 * hour, 6],
      ],
      { 1: 5, 9: 6 },
    ],
    ['a time before all times', [[-1, 5]], { 23: 5 }],
    [
      'what is no latency',
      [
        [midnight, Number.NaN],
        [midnight, -1],
      ],
      {},
    ],
    ['longer than any look', [[midnight, 1e12]], { 0: 600_000 }],
  ])('of %s are their means', (_, all, means) => {
    expect(meansIn(measured(...all))).toEqual(within(means));
  });

  test('of two parts of a day are those of all that was measured, in either order', () => {
    const some = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 24 * hour - 1 }), fc.integer({ min: 0, max: 60_000 })),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(some, some, (a, b) => {
        const both = measured(...a, ...b);
        expect(mergeHours(measured(...a), measured(...b))).toBe(both);
        expect(mergeHours(measured(...b), measured(...a))).toBe(both);
      }),
    );
  });

  test('stay short', () => {
    const all = Array.from(
      { length: 1440 },
      (_, each) => [midnight + each * minute, 40 + (each % 90)] as const,
    );
    expect(measured(...all).length).toBeLessThan(150);
  });

  test('of a text that is none of ours are empty', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (noise) => {
        expect(meansIn(`${noise}!`)).toEqual(within({}));
        expect(mergeHours(`${noise}!`, emptyHours)).toBe(emptyHours);
      }),
    );
    expect(meansIn('AB'.repeat(10_000))).toEqual(within({}));
  });
});

describe('the line of the last 24 hours', () => {
  const history = {
    today: rollup({
      day: dayOf(midnight),
      targets: {
        eth: { ...emptyTargetTally, hours: measured([midnight, 30], [midnight + 2 * hour, 32]) },
      },
    }),
    yesterday: { eth: measured([midnight - hour, 23], [midnight - 22 * hour, 2], [midnight - 21 * hour, 3]) },
  };

  test('goes over midnight, with the running hour last', () => {
    expect(lineOf(history, 'eth', midnight + 2 * hour + minute)).toEqual([
      3,
      ...Array.from({ length: 19 }, () => null),
      23,
      30,
      null,
      32,
    ]);
  });

  test('is empty for a target that was never measured, whatever it is called', () => {
    for (const id of ['rpc', 'constructor', '__proto__', 'toString']) {
      expect(lineOf(history, id, midnight + hour), id).toEqual(within({}));
    }
  });

  test('of a site that nobody looks at any more shows the time since then as what it is', () => {
    expect(lineOf(history, 'eth', midnight + 25 * hour)).toEqual([
      32,
      ...Array.from({ length: 23 }, () => null),
    ]);
    expect(lineOf(history, 'eth', midnight + 40 * 24 * hour)).toEqual(within({}));
    expect(lineOf(history, 'eth', midnight - 3 * 24 * hour)).toEqual(within({}));
  });
});
