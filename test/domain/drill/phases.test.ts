// How long each phase of a drill took, in words that somebody can compare with the week before.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Marks, noMarks } from '../../../functions/domain/drill/drill.ts';
import { phaseTimes, phaseWords, recoveryMs, stageWords } from '../../../functions/domain/drill/phases.ts';
import { someTime } from '../../support/documents.ts';
import { marks } from '../../support/drills.ts';
import { minute, second } from '../../support/site.ts';

describe('the words', () => {
  const synced = marks().synced ?? 0;
  const cases: readonly (readonly [string, Marks, string | null])[] = [
    [
      'of one that was synced',
      marks(),
      'created in 41 s, booted in 35 s, clients up after 2 min, synced after 3 h 12 min; in all 3 h 15 min',
    ],
    [
      'of one that was to boot',
      marks({ syncing: null, synced: null }),
      'created in 41 s, booted in 35 s; in all 1 min',
    ],
    ['of one whose machine never ran', { ...noMarks, begun: someTime }, null],
    ['of one that never began', noMarks, null],
    [
      'leave out what was never seen, and count it with the next',
      marks({ reported: null, syncing: null }),
      'created in 41 s, synced after 3 h 14 min; in all 3 h 15 min',
    ],
    [
      'keep what comes after the clients were synced apart',
      marks({ wiped: synced + 40 * second, saved: synced + 6 * minute, gone: synced + 9 * minute }),
      'created in 41 s, booted in 35 s, clients up after 2 min, synced after 3 h 12 min; in all 3 h 15 min; then wiped in 40 s, saved in 5 min',
    ],
    [
      'of a clock that went back are none below zero',
      marks({ running: someTime - minute, syncing: null, synced: null }),
      'created in 0 s, booted in 1 min; in all 1 min',
    ],
  ];
  test.each(cases)('%s', (_, given, words) => {
    expect(phaseWords(given)).toBe(words);
  });
});

test('the parts add up to the whole, whatever was seen and whenever', () => {
  const mark = fc.option(fc.integer({ min: 0, max: 1_000_000 }), { nil: null });
  const any: fc.Arbitrary<Marks> = fc.record({
    begun: mark,
    running: mark,
    reported: mark,
    syncing: mark,
    synced: mark,
    wiped: mark,
    saved: mark,
    gone: mark,
  });
  fc.assert(
    fc.property(any, (given) => {
      const times = phaseTimes(given);
      expect(times.every(({ ms }) => ms >= 0)).toBe(true);
      expect(given.begun === null && times.length > 0).toBe(false);
      const { begun, running, reported, syncing, synced } = given;
      const last = Math.max(...[running, reported, syncing, synced].map((each) => each ?? 0), begun ?? 0);
      const isAny = [running, reported, syncing, synced].some((each) => each !== null);
      expect(recoveryMs(given)).toBe(begun === null || !isAny ? null : last - begun);
    }),
  );
});

test('what it was at is what comes after the last mark', () => {
  const steps: (keyof Marks)[] = ['begun', 'running', 'reported', 'syncing', 'synced', 'wiped', 'saved'];
  const words = steps.map((_, index) =>
    stageWords({
      ...noMarks,
      ...Object.fromEntries(steps.slice(0, index + 1).map((step) => [step, someTime])),
    }),
  );
  expect([stageWords(noMarks), ...words]).toEqual([
    'before anything was made',
    'while its machine was being made',
    'while its machine booted, before its agent said anything',
    'while its clients started',
    'while it synced',
    'after it was synced',
    'after its disk was wiped, while its snapshot was made',
    'after its snapshot was made',
  ]);
});
