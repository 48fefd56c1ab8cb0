// The time before which no guard allows: held against the guards themselves.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Condition, guardPolicy } from '../../../functions/domain/handover/condition.ts';
import { earliestTake } from '../../../functions/domain/handover/earliest.ts';
import { epochMs, epochStart } from '../../../functions/domain/handover/epochs.ts';
import type { HandoverFacts } from '../../../functions/domain/handover/facts.ts';
import { judgeHandover } from '../../../functions/domain/handover/guard.ts';
import {
  cometFacts,
  epochs,
  ethereumFacts,
  first,
  heightsBegunAt,
  withHeights,
} from '../../support/handover.ts';
import { minute } from '../../support/site.ts';

/** As if the keys had been taken from everybody at another time, and it were another time now. */
function atTime(facts: HandoverFacts, begun: number, at: number): HandoverFacts {
  const { flag } = facts;
  if (!flag.isReadable || flag.flag === null) return facts;
  return { ...facts, at, flag: { isReadable: true, flag: { ...flag.flag, since: begun } } };
}

const silences = (facts: HandoverFacts): Condition[] =>
  judgeHandover(facts).conditions.filter(({ id }) => id === 'silence');
const silence = (facts: HandoverFacts): Condition['state'][] => silences(facts).map(({ state }) => state);

describe('Ethereum', () => {
  /** Into the epoch before the first one that counts. */
  const phase = fc.integer({ min: 0, max: epochMs(epochs) - 1 });
  const begunAt = (into: number): number => epochStart(epochs, first - 1) + into;

  test('the guard waits for the last epoch at least until then, however far the running one has come', () => {
    fc.assert(
      fc.property(phase, fc.integer({ min: 1, max: 20 * minute }), (into, before) => {
        const begun = begunAt(into);
        const earliest = earliestTake('ethereum', begun);
        const facts = atTime(ethereumFacts(), begun, earliest - before);
        expect(silence(facts)).toContain('not-met');
        const last = Math.max(...silences(facts).flatMap(({ notBefore }) => notBefore ?? []));
        expect(last).toBeGreaterThanOrEqual(earliest);
        expect(last).toBeLessThanOrEqual(earliest + epochMs(epochs));
      }),
    );
  });

  test('and no longer than it must, when the next epoch begins at once', () => {
    const begun = begunAt(epochMs(epochs) - 1);
    expect(silence(atTime(ethereumFacts(), begun, earliestTake('ethereum', begun) + 1))).toEqual([
      'met',
      'met',
      'met',
    ]);
  });
});

describe('heights', () => {
  const shownUntil = (throughAt: number, at: number): HandoverFacts =>
    ['orchard', 'harbour', 'target'].reduce(
      (facts, source) =>
        withHeights(facts, source, () => ({
          run: { from: 1, fromAt: heightsBegunAt + 1, through: 2_000, throughAt },
        })),
      atTime(cometFacts(), heightsBegunAt, at),
    );
  const earliest = earliestTake('berachain', heightsBegunAt);

  test('are too few at any time before, also on a chain whose clock is as far ahead of ours as it may be', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 * minute }),
        fc.integer({ min: 0, max: guardPolicy.headMs }),
        (before, ahead) => {
          const at = earliest - before;
          expect(silence(shownUntil(at + ahead, at))).toEqual(['not-met', 'not-met']);
        },
      ),
    );
  });

  test('can be enough from then on', () => {
    const at = earliest + 1;
    expect(silence(shownUntil(at + guardPolicy.headMs, at))).toEqual(['met', 'met']);
    expect(earliestTake('cometbft', heightsBegunAt)).toBe(earliest);
  });
});
