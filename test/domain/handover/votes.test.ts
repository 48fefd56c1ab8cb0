// Live votes that somebody watches: five minutes without one of ours are five minutes of looks without a gap, and a vote that was seen stays seen.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HandoverFacts, VotesWatched } from '../../../functions/domain/handover/facts.ts';
import { judgeCometbft } from '../../../functions/domain/handover/guard-cometbft.ts';
import { guardPolicy } from '../../../functions/domain/handover/condition.ts';
import { extendWatch, voteGapMs, type VoteWord } from '../../../functions/domain/handover/votes.ts';

const second = 1_000;
type Look = readonly [word: VoteWord, at: number];
const after = (...looks: readonly Look[]): VotesWatched | null =>
  looks.reduce<VotesWatched | null>((watched, [word, at]) => extendWatch(watched, word, at * second), null);
const watched = (from: number, through: number, seenAt: number | null = null): VotesWatched => ({
  from: from * second,
  through: through * second,
  seenAt: seenAt === null ? null : seenAt * second,
});

describe('what was watched', () => {
  test.each<[string, readonly Look[], VotesWatched | null]>([
    ['begins with the first look', [['none', 5]], watched(5, 5)],
    [
      'goes on look by look',
      [
        ['none', 5],
        ['none', 7],
        ['none', 9],
      ],
      watched(5, 9),
    ],
    [
      'bears two looks at one moment',
      [
        ['none', 5],
        ['none', 7],
        ['none', 7],
      ],
      watched(5, 7),
    ],
    [
      'bears a gap of fifteen seconds',
      [
        ['none', 5],
        ['none', 20],
      ],
      watched(5, 20),
    ],
    [
      'begins anew after a longer one',
      [
        ['none', 5],
        ['none', 20.001],
      ],
      watched(20.001, 20.001),
    ],
    [
      'begins anew when time went back',
      [
        ['none', 5],
        ['none', 4],
      ],
      watched(4, 4),
    ],
    [
      'is nothing when it could not be told',
      [
        ['none', 5],
        ['unknown', 6],
      ],
      null,
    ],
    [
      'begins anew after that',
      [
        ['none', 5],
        ['unknown', 6],
        ['none', 7],
      ],
      watched(7, 7),
    ],
    [
      'counts from a vote of ours',
      [
        ['none', 5],
        ['ours', 6],
      ],
      watched(6, 6, 6),
    ],
    [
      'counts from there on',
      [
        ['ours', 6],
        ['none', 8],
      ],
      watched(6, 8, 6),
    ],
    [
      'counts from the last of them',
      [
        ['ours', 6],
        ['none', 8],
        ['ours', 9],
        ['none', 10],
      ],
      watched(9, 10, 9),
    ],
    [
      'does not forget it over a gap',
      [
        ['ours', 6],
        ['none', 30],
      ],
      watched(30, 30, 6),
    ],
    [
      'does not forget it when nothing can be told',
      [
        ['ours', 6],
        ['unknown', 8],
      ],
      watched(8, 8, 6),
    ],
    [
      'counts anew from there',
      [
        ['ours', 6],
        ['unknown', 8],
        ['none', 9],
      ],
      watched(8, 9, 6),
    ],
  ])('%s', (_, looks, expected) => {
    expect(after(...looks)).toEqual(expected);
  });

  test('is at no time longer than the looks without a gap that found none', () => {
    const look = fc.record({
      word: fc.constantFrom<VoteWord>('none', 'none', 'none', 'none', 'ours', 'unknown'),
      ms: fc.integer({ min: -5 * second, max: 20 * second }),
    });
    fc.assert(
      fc.property(fc.array(look, { maxLength: 60 }), (looks) => {
        let at = 1_000_000;
        let shown: VotesWatched | null = null;
        const seen: { readonly word: VoteWord; readonly at: number }[] = [];
        for (const { word, ms } of looks) {
          at += ms;
          shown = extendWatch(shown, word, at);
          seen.push({ word, at });
          const last = seen.findLastIndex((each, index) => {
            const before = seen[index - 1]?.at ?? Number.NEGATIVE_INFINITY;
            return each.word !== 'none' || each.at < before || each.at - before > voteGapMs;
          });
          const vote = seen.findLast((each) => each.word === 'ours');
          // After what could not be told the first look that could be begins, as long as no vote was seen.
          const from = seen[last]?.word === 'unknown' && vote === undefined ? last + 1 : last;
          const isNothing = word === 'unknown' && vote === undefined;
          expect(shown).toEqual(
            isNothing ? null : { from: seen[from]?.at, through: at, seenAt: vote?.at ?? null },
          );
        }
      }),
    );
  });
});

const bare: HandoverFacts = {
  at: 1_000 * second,
  signer: { id: 'bera', site: 'home', chain: 'berachain', keys: ['aa'] },
  to: 'cloud',
  flag: { isReadable: false, why: 'not asked' },
  epochs: null,
  sources: [],
  life: [],
  target: { steadySince: null, clock: null, keys: null, machine: null, machineTrouble: null },
  fences: [],
  clock: null,
  votes: null,
  fencing: null,
  protection: null,
};

describe('the guard', () => {
  test.each<[string, VotesWatched | null, string, boolean]>([
    ['waits until somebody watches', null, 'unknown', true],
    ['waits while nobody watches any more', watched(100, 984), 'unknown', true],
    ['does not take looks at a time to come', watched(100, 1_016), 'unknown', true],
    ['waits for five minutes without a vote', watched(701, 1_000), 'not-met', true],
    ['is content after them', watched(700, 1_000), 'met', false],
    ['bears the last look to be fifteen seconds old', watched(600, 985), 'met', false],
    ['does not let a vote that was seen be skipped', watched(990, 1_000, 990), 'not-met', false],
    ['nor when nobody watches any more', watched(500, 900, 500), 'unknown', false],
    ['is content five minutes after the last vote', watched(700, 1_000, 700), 'met', false],
    ['takes nothing that was watched backwards', watched(1_001, 1_000), 'unknown', false],
  ])('%s', (_, votes, state, isWaiting) => {
    const judged = judgeCometbft({ facts: { ...bare, votes }, policy: guardPolicy }, 0);
    expect(judged.find(({ id }) => id === 'votes')).toMatchObject({ state, isWaiting });
  });
});
