// What standbys cost: the table of prices, hours, and months that end in the middle.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addSpent,
  costByMonth,
  costPerHour,
  costSoFar,
  costThisMonth,
  endedSpan,
} from '../../../functions/domain/standby/cost.ts';
import { hour, start } from '../../support/site.ts';
import { attemptOf, hourly, seenOf, standbyRules } from '../../support/standby-house.ts';

const cost = { perHour: 2, spent: 5, currency: 'USD' };
const running = seenOf({ phase: 'synced', attempt: attemptOf(), cost });

describe('an hour of a node', () => {
  test('is machine, disks, address, what it sends and what is kept', () => {
    const { nodes, prices } = standbyRules();
    expect(nodes.ethereum && costPerHour(nodes.ethereum, prices)).toBeCloseTo(hourly, 10);
  });
});

describe('a span', () => {
  test('is split where a month ends, in UTC', () => {
    const from = Date.UTC(2026, 11, 31, 22);
    expect(costByMonth({ from, until: from + 5 * hour, perHour: 2 })).toEqual({
      '2026-12': 4,
      '2027-01': 6,
    });
  });

  test('of a clock that went back costs nothing', () => {
    expect(costByMonth({ from: start, until: start - hour, perHour: 2 })).toEqual({});
  });

  test('costs the same however it is split', () => {
    fc.assert(
      fc.property(fc.nat(4_000), fc.nat(4_000), (first, second) => {
        const span = (from: number, hours: number) => ({
          from: from,
          until: from + hours * hour,
          perHour: 0.37,
        });
        const whole = costByMonth(span(start, first + second));
        const parts = addSpent(
          costByMonth(span(start, first)),
          costByMonth(span(start + first * hour, second)),
        );
        for (const [month, value] of Object.entries(whole)) expect(parts[month]).toBeCloseTo(value, 6);
      }),
    );
  });
});

describe('a standby', () => {
  test('costs from the moment at which Compute accepted it, beside what was spent before', () => {
    expect(costSoFar(running, start + 3 * hour)).toBeCloseTo(11, 10);
  });

  test.each([
    ['that is gone', seenOf({ phase: 'gone', attempt: attemptOf(), cost })],
    [
      'that Compute has not accepted',
      seenOf({ phase: 'creating', attempt: attemptOf({ acceptedAt: null }), cost }),
    ],
  ])('%s costs what was spent', (_, seen) => {
    expect(costSoFar(seen, start + 3 * hour)).toBe(5);
  });

  test('ends one span, once, when it is proven gone', () => {
    const gone = { ...running, phase: 'gone' as const };
    expect(endedSpan(running, gone, start + hour)).toEqual({ from: start, until: start + hour, perHour: 2 });
    expect(endedSpan(running, { ...running, phase: 'releasing' }, start + hour)).toBeNull();
    expect(endedSpan(gone, gone, start + hour)).toBeNull();
  });

  test('counts in a month only what is of that month', () => {
    const span = { from: Date.UTC(2026, 10, 30, 20), until: Date.UTC(2026, 11, 1, 2), perHour: 1 };
    expect(costThisMonth([span, span], span.until)).toBeCloseTo(4, 10);
  });
});

test('thirteen months are kept', () => {
  const months = Object.fromEntries(
    Array.from({ length: 13 }, (_, index) => [
      new Date(Date.UTC(2025, index, 2)).toISOString().slice(0, 7),
      1,
    ]),
  );
  const after = addSpent(months, { '2026-02': 3 });
  expect(Object.keys(after)).toHaveLength(13);
  expect(after['2025-01']).toBeUndefined();
  expect(after['2026-02']).toBe(3);
});
