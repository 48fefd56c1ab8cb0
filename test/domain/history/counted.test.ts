// Which time was counted: each moment once, and of too many pieces the nearest are joined.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstUncounted, uncounted, withCounted } from '../../../functions/domain/history/counted.ts';
import { mostSpans, type Span } from '../../../functions/domain/history/history.ts';

const span = (from: number, until: number): Span => ({ from, until });
const two = [span(10, 20), span(30, 40)];

test.each<[string, Span, Span[]]>([
  ['before all', span(0, 5), [span(0, 5)]],
  ['after all', span(40, 50), [span(40, 50)]],
  ['within one', span(12, 18), []],
  ['the whole of one', span(10, 20), []],
  ['into one', span(5, 15), [span(5, 10)]],
  ['out of one', span(15, 25), [span(20, 25)]],
  ['over all', span(0, 50), [span(0, 10), span(20, 30), span(40, 50)]],
  ['between two', span(20, 30), [span(20, 30)]],
  ['nothing', span(5, 5), []],
  ['backwards', span(50, 5), []],
])('of a span %s what was not counted is left', (_, given, left) => {
  expect(uncounted(two, given)).toEqual(left);
});

test.each([
  [0, 0],
  [10, 20],
  [19, 20],
  [20, 20],
  [35, 40],
  [99, 99],
])('from %i on the first moment that was not counted is %i', (at, moment) => {
  expect(firstUncounted(two, at)).toBe(moment);
});

describe('what was counted', () => {
  const steps = fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 12 })), { maxLength: 40 });

  test('holds each moment that ever was, in order, in few pieces, and gives none back', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const seen = new Set<number>();
        let counted: readonly Span[] = [];
        for (const [from, length] of all) {
          for (const piece of uncounted(counted, span(from, from + length))) {
            for (let moment = piece.from; moment < piece.until; moment += 1) {
              expect(seen.has(moment), `moment ${moment}`).toBe(false);
              seen.add(moment);
            }
            counted = withCounted(counted, piece);
          }
          expect(counted.length).toBeLessThanOrEqual(mostSpans);
          counted.forEach((each, place) => {
            expect(each.until).toBeGreaterThan(each.from);
            expect(each.from).toBeGreaterThan(counted[place - 1]?.until ?? Number.NEGATIVE_INFINITY);
          });
          for (const moment of seen) expect(firstUncounted(counted, moment)).toBeGreaterThan(moment);
        }
      }),
    );
  });

  test('joins the two pieces between which the least time lies', () => {
    const apart = Array.from({ length: mostSpans }, (_, place) => span(100 * place, 100 * place + 10));
    expect(withCounted(apart, span(715, 716))).toEqual([...apart.slice(0, -1), span(700, 716)]);
    expect(withCounted(apart, span(-9, -1))).toEqual([span(-9, 10), ...apart.slice(1)]);
    // Between 311 and 390 lies less than between any others, although those lie nearer to what comes after.
    const long = [...apart.slice(0, 3), span(300, 311), span(390, 410), ...apart.slice(5)];
    expect(withCounted(long, span(800, 1_000))).toEqual([
      ...apart.slice(0, 3),
      span(300, 410),
      ...apart.slice(5),
      span(800, 1_000),
    ]);
  });
});
