// Days as bars: the same to who sees them and to who does not, and never better than they were.
import { describe, expect, test } from 'vitest';
import type { Bar } from '../../../functions/domain/history/history.ts';
import {
  dayLevel,
  daysBars,
  daysWords,
  latencyLine,
  levelOf,
  percent,
  wellOf,
} from '../../../functions/views/page/bars.ts';

const bar = (over: Partial<Bar> = {}): Bar => ({ good: 0, doubt: 0, bad: 0, unknown: 0, ...over });
const span = { firstDay: '2026-11-28', lastDay: '2026-12-01' } as const;

test.each([
  ['nobody looked', null, 'n'],
  ['nothing could be told', bar({ unknown: 86_400 }), 'n'],
  ['all of the known time was well', bar({ good: 100, unknown: 86_300 }), 'a'],
  ['a second was not', bar({ good: 86_399, bad: 1 }), 'b'],
  ['a second was in doubt', bar({ good: 86_399, doubt: 1 }), 'b'],
  ['99 % was well', bar({ good: 99, bad: 1 }), 'b'],
  ['90 % was well', bar({ good: 9, bad: 1 }), 'c'],
  ['less was well', bar({ good: 8, bad: 1 }), 'd'],
  ['nothing was well', bar({ bad: 86_400 }), 'd'],
] as const)('a day on which %s', (_, of, level) => {
  expect(levelOf(wellOf(of))).toBe(level);
});

test.each([
  ['nobody looked', null, false, 'n'],
  ['half was looked at, and well', bar({ good: 43_200 }), false, 'a'],
  ['less than half was looked at, and well', bar({ good: 43_199 }), false, 'n'],
  ['most could not be told', bar({ good: 43_199, unknown: 43_201 }), false, 'n'],
  ['a minute and a half was looked at, and bad', bar({ bad: 90 }), false, 'd'],
  ['little was looked at, and that in part well', bar({ good: 900, bad: 100 }), false, 'c'],
  ['has only just begun', bar({ good: 90 }), true, 'a'],
] as const)('the bar of a day that %s', (_, of, isRunning, level) => {
  expect(dayLevel(of, isRunning)).toBe(level);
});

test.each([
  [1, '100 %'],
  [0.999_99, '99.99 %'],
  [0.972, '97.2 %'],
  [0.57, '57 %'],
  [0, '0 %'],
] as const)('%d in words is %s', (part, words) => {
  expect(percent(part)).toBe(words);
});

describe('days', () => {
  const days = {
    bars: [null, bar({ good: 86_400 }), bar({ good: 80_000, bad: 6_400 }), bar({ good: 8_000 })],
    well: 0.964,
    known: 0.7,
  };
  test('in words', () => {
    expect(daysWords(days, span)).toBe(
      '4 days: 96.4 % well of the known time, 70 % of the time is known, 1 day without data, worst 30 Nov: 92.59 %',
    );
    const hardly = { ...days, bars: [bar({ good: 90 }), ...days.bars.slice(1)], known: 0.996 };
    expect(daysWords(hardly, span)).toBe(
      '4 days: 96.4 % well of the known time, 1 day of which less than half is known, worst 30 Nov: 92.59 %',
    );
    expect(daysWords({ bars: [null, null], well: null, known: null }, span)).toBe('2 days: no data');
  });
  test('as paths, one for each level, in which days of one level on end are one piece', () => {
    const svg = daysBars({ ...days, bars: [...days.bars, bar({ good: 50_000 }), bar({ good: 1 })] }, span);
    expect(svg.match(/<path[^>]*>/g)).toEqual([
      '<path class="n" d="M0 19h1M3 19h1"/>',
      '<path class="a" d="M1 10h1M4 10h2"/>',
      '<path class="c" d="M2 14.5h1"/>',
    ]);
  });
});

describe('the line of hours', () => {
  test('has gaps where nothing was measured, and a mark for an hour that stands alone', () => {
    expect(latencyLine([10, 20, null, 40, null])).toContain('d="M0 14h.01L1 10M3 2h.01"');
  });
  test('says what it shows', () => {
    expect(latencyLine([10, 20, null])).toContain(
      'aria-label="last 3 h: 10 to 20 ms, 1 h without a measurement"',
    );
    expect(latencyLine([null, null])).toContain('aria-label="last 2 h: nothing measured"');
    expect(latencyLine([null, null])).not.toContain('<path');
  });
});
