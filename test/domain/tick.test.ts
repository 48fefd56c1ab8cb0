// Which tick a call stands for, and when it was taken in already.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isReplay, maxAheadMs, readTick, type Tick } from '../../functions/domain/tick.ts';
import { minute, second, start } from '../support/site.ts';

const now = start + 20 * second;
const iso = (at: number): string => new Date(at).toISOString();

const stamps: [string, string | undefined, Tick][] = [
  ['a usual stamp', iso(start), { scheduledAt: start, latenessMs: 20 * second, replaced: null }],
  [
    'a stamp with an offset',
    '2026-11-23T03:00:00+01:00',
    { scheduledAt: start, latenessMs: 20 * second, replaced: null },
  ],
  [
    'a late stamp',
    iso(start - 10 * minute),
    { scheduledAt: start - 10 * minute, latenessMs: 620 * second, replaced: null },
  ],
  [
    'a stamp a little ahead is not late',
    iso(now + minute),
    { scheduledAt: now + minute, latenessMs: 0, replaced: null },
  ],
  [
    'a stamp as far ahead as may be',
    iso(now + 90 * second),
    { scheduledAt: now + 90 * second, latenessMs: 0, replaced: null },
  ],
  [
    'a stamp further ahead',
    iso(now + 90 * second + 1),
    { scheduledAt: start, latenessMs: 0, replaced: 'ahead' },
  ],
  [
    'a stamp in another year',
    '2099-01-01T00:00:00Z',
    { scheduledAt: start, latenessMs: 0, replaced: 'ahead' },
  ],
  ['no stamp', undefined, { scheduledAt: start, latenessMs: 0, replaced: 'missing' }],
  ['an empty stamp', '', { scheduledAt: start, latenessMs: 0, replaced: 'missing' }],
  ['a word', 'soon', { scheduledAt: start, latenessMs: 0, replaced: 'unreadable' }],
  ['a number, which is no year', '1', { scheduledAt: start, latenessMs: 0, replaced: 'unreadable' }],
  ['a day without a time', '2026-11-22', { scheduledAt: start, latenessMs: 0, replaced: 'unreadable' }],
  [
    'a time that does not exist',
    '2026-13-45T99:00:00Z',
    { scheduledAt: start, latenessMs: 0, replaced: 'unreadable' },
  ],
  [
    'something before a time',
    'at 2026-11-23T02:00:00Z',
    { scheduledAt: start, latenessMs: 0, replaced: 'unreadable' },
  ],
];

describe('reading the stamp of a tick', () => {
  test.each(stamps)('%s', (_, stamp, expected) => {
    expect(readTick(stamp, now)).toEqual(expected);
  });

  test('whatever the stamp is, the tick is not over 90 s ahead and not late by less than nothing', () => {
    const stamp = fc.oneof(
      fc.string(),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    );
    fc.assert(
      fc.property(stamp, (text) => {
        const tick = readTick(text, now);
        expect(tick.scheduledAt).toBeLessThanOrEqual(now + maxAheadMs);
        expect(tick.latenessMs).toBeGreaterThanOrEqual(0);
        expect(tick.replaced === null || tick.scheduledAt === start).toBe(true);
      }),
    );
  });
});

const replays: [string, number | null, number, boolean][] = [
  ['the first tick of a site', null, start, false],
  ['the next minute', start - minute, start, false],
  ['the same minute again', start, start, true],
  ['an earlier minute', start, start - minute, true],
  ['a millisecond later', start, start + 1, false],
  ['a remembered time as far ahead as may be', now + 90 * second, start, true],
  ['a remembered time further ahead is not believed', now + 90 * second + 1, start, false],
];

describe('a replay', () => {
  test.each(replays)('%s', (_, remembered, scheduledAt, expected) => {
    expect(isReplay(remembered, scheduledAt, now)).toBe(expected);
  });
});

/** A site that remembers the last tick that it took in. */
function site(): { readonly take: (stamp: string | undefined, at: number) => boolean } {
  let remembered: number | null = null;
  return {
    take: (stamp, at) => {
      const { scheduledAt } = readTick(stamp, at);
      if (isReplay(remembered, scheduledAt, at)) return false;
      remembered = scheduledAt;
      return true;
    },
  };
}

describe('bad stamps', () => {
  const farAhead = fc.integer({ min: maxAheadMs + 1, max: 10 * 365 * 24 * 60 * minute });

  test('a stamp from the future blinds nothing: the tick of the next minute is taken in', () => {
    fc.assert(
      fc.property(farAhead, fc.nat({ max: minute - 1 }), (aheadMs, late) => {
        const { take } = site();
        expect(take(iso(start), start)).toBe(true);
        take(iso(start + late + aheadMs), start + late);
        expect(take(iso(start + minute), start + minute + second)).toBe(true);
      }),
    );
  });

  test('a remembered time from the future, however it came there, blinds nothing', () => {
    fc.assert(
      fc.property(farAhead, (aheadMs) => {
        expect(isReplay(start + aheadMs, start, start)).toBe(false);
      }),
    );
  });

  test('a stamp ahead by less than 90 s costs one tick at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: maxAheadMs }), (aheadMs) => {
        const { take } = site();
        take(iso(start + aheadMs), start);
        const taken = [1, 2].map((tick) => take(iso(start + tick * minute), start + tick * minute + second));
        expect(taken).toContain(true);
      }),
    );
  });

  // One that is over 90 s ahead only the first time is two ticks, which is harmless.
  test('any stamp that was taken in is a replay the second time', () => {
    const stamp = fc.oneof(
      fc.constant(undefined),
      fc.string(),
      fc.integer({ min: -minute, max: maxAheadMs }).map((ms) => iso(start + ms)),
    );
    fc.assert(
      fc.property(stamp, (text) => {
        const { take } = site();
        expect(take(text, start)).toBe(true);
        expect(take(text, start + second)).toBe(false);
      }),
    );
  });
});
