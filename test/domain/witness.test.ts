// What a witness's word is worth: by how many of those who looked, for how long a dispute lasts, and that nothing else can change a verdict.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Quality, WitnessWord } from '../../functions/domain/facts.ts';
import { agreements, type Agreement } from '../../functions/domain/policy.ts';
import { witnessed, type Witnessed } from '../../functions/domain/witness.ts';
import { minute, start } from '../support/site.ts';

const disputedMs = 5 * minute;
const look = (
  ours: Quality,
  others: readonly Quality[] | undefined,
  given: { readonly agree?: Agreement; readonly before?: Witnessed | undefined; readonly at?: number } = {},
): Witnessed => {
  const { agree = 'majority', before, at = start } = given;
  return witnessed(ours, others, { before, policy: { agree, disputedMs }, at });
};

type Row = readonly [
  ours: Quality,
  others: readonly Quality[],
  word: WitnessWord,
  any: Quality,
  majority: Quality,
  all: Quality,
];

// Every combination of one and of two witnesses.
const matrix: readonly Row[] = [
  ['good', ['good'], 'agreed', 'good', 'good', 'good'],
  ['good', ['bad'], 'disputed', 'bad', 'unknown', 'unknown'],
  ['good', ['unknown'], 'silent', 'good', 'good', 'good'],
  ['bad', ['good'], 'disputed', 'bad', 'unknown', 'unknown'],
  ['bad', ['bad'], 'agreed', 'bad', 'bad', 'bad'],
  ['bad', ['unknown'], 'silent', 'bad', 'bad', 'bad'],
  ['good', [], 'silent', 'good', 'good', 'good'],
  ['bad', [], 'silent', 'bad', 'bad', 'bad'],
  ['good', ['good', 'good'], 'agreed', 'good', 'good', 'good'],
  ['good', ['good', 'bad'], 'disputed', 'bad', 'unknown', 'unknown'],
  ['good', ['bad', 'good'], 'disputed', 'bad', 'unknown', 'unknown'],
  ['good', ['bad', 'bad'], 'disputed', 'bad', 'bad', 'unknown'],
  ['good', ['good', 'unknown'], 'agreed', 'good', 'good', 'good'],
  ['good', ['unknown', 'bad'], 'disputed', 'bad', 'unknown', 'unknown'],
  ['good', ['unknown', 'unknown'], 'silent', 'good', 'good', 'good'],
  ['bad', ['good', 'good'], 'disputed', 'bad', 'unknown', 'unknown'],
  ['bad', ['good', 'bad'], 'disputed', 'bad', 'bad', 'unknown'],
  ['bad', ['bad', 'good'], 'disputed', 'bad', 'bad', 'unknown'],
  ['bad', ['bad', 'bad'], 'agreed', 'bad', 'bad', 'bad'],
  ['bad', ['good', 'unknown'], 'disputed', 'bad', 'unknown', 'unknown'],
  ['bad', ['unknown', 'bad'], 'agreed', 'bad', 'bad', 'bad'],
  ['bad', ['unknown', 'unknown'], 'silent', 'bad', 'bad', 'bad'],
];

describe('the first word of witnesses', () => {
  test.each(matrix)('we %s, they %j: %s; any %s, majority %s, all %s', (ours, others, word, ...expected) => {
    for (const [index, agree] of agreements.entries()) {
      expect(look(ours, others, { agree }), agree).toEqual({
        quality: expected[index],
        witness: { word, since: start },
      });
    }
  });
});

describe('a dispute', () => {
  const begun = look('bad', ['good']);

  test('lasts at most so long, and then what we see counts', () => {
    const soon = look('bad', ['good'], { before: begun, at: start + disputedMs - 1 });
    expect(soon).toEqual({ quality: 'unknown', witness: { word: 'disputed', since: start } });
    const late = look('bad', ['good'], { before: soon, at: start + disputedMs });
    expect(late).toEqual({ quality: 'bad', witness: { word: 'disputed', since: start } });
    const wellHere = look('good', ['bad'], { before: late, at: start + disputedMs + 1 });
    expect(wellHere.quality, 'it is the same dispute, which is decided').toBe('good');
  });

  test('that is decided at once is advice only', () => {
    const policy = { agree: 'all', disputedMs: 0 } as const;
    expect(witnessed('bad', ['good'], { before: undefined, policy, at: start }).quality).toBe('bad');
  });

  test('does not overrule what the agreement calls bad, however long it lasts', () => {
    const at = start + 100 * disputedMs;
    for (const [agree, others] of [
      ['any', ['bad']],
      ['majority', ['bad', 'bad']],
    ] as const) {
      const before = look('good', others, { agree });
      expect(look('good', others, { agree, before, at }).quality, agree).toBe('bad');
    }
  });

  test('goes on over a look of ours that found out nothing, and over one in which nobody was asked', () => {
    const unseen = look('unknown', undefined, { before: begun, at: start + minute });
    expect(unseen).toEqual({ quality: 'unknown', witness: begun.witness });
    const unasked = look('bad', undefined, { before: unseen, at: start + 2 * minute });
    expect(unasked).toEqual({ quality: 'bad', witness: begun.witness });
    expect(look('bad', ['good'], { before: unasked, at: start + disputedMs }).quality).toBe('bad');
  });

  test('is over when they agree, when nobody answers, and when all is well and nobody is asked', () => {
    const at = start + minute;
    const over = { before: begun, at };
    expect(look('good', ['good'], over)).toEqual({ quality: 'good', witness: { word: 'agreed', since: at } });
    expect(look('bad', [], over)).toEqual({ quality: 'bad', witness: { word: 'silent', since: at } });
    expect(look('good', undefined, over)).toEqual({ quality: 'good', witness: null });
  });
});

test('a word is kept while the target is what it was, and forgotten when it changes unasked', () => {
  const before = look('bad', ['bad']);
  expect(look('bad', undefined, { before, at: start + minute })).toEqual(before);
  expect(look('good', undefined, { before }).witness).toBe(null);
  expect(look('unknown', undefined, { before }).witness).toBe(null);
  expect(look('good', undefined).witness).toBe(null);
});

const quality = fc.constantFrom<Quality>('good', 'bad', 'unknown');
const agreement = fc.constantFrom(...agreements);
const voices = fc.array(quality, { maxLength: 5 });
/** What was before a look: anything that looks can come to. */
const past = fc
  .array(fc.tuple(quality, fc.option(voices, { nil: undefined })), { maxLength: 6 })
  .chain((looks) => agreement.map((agree) => ({ looks, agree })))
  .map(({ looks, agree }) => ({
    agree,
    before: looks.reduce<Witnessed | undefined>(
      (before, [ours, others], index) => look(ours, others, { agree, before, at: start + index * minute }),
      undefined,
    ),
    at: start + looks.length * minute,
  }));

describe('whatever was before', () => {
  test('a silent witness changes nothing', () => {
    fc.assert(
      fc.property(past, quality, fc.nat(5), (given, ours, count) => {
        const nobody = Array.from({ length: count }, (): Quality => 'unknown');
        expect(look(ours, nobody, given).quality).toBe(ours);
        expect(look(ours, undefined, given).quality).toBe(ours);
      }),
    );
  });

  test('with `any` one bad voice is enough', () => {
    fc.assert(
      fc.property(past, quality, voices, (given, ours, others) => {
        fc.pre(ours !== 'unknown' && [ours, ...others].includes('bad'));
        expect(look(ours, others, { ...given, agree: 'any' }).quality).toBe('bad');
      }),
    );
  });

  test('unknown is never good: what we did not see ourselves nobody can make good', () => {
    fc.assert(
      fc.property(past, voices, (given, others) => {
        expect(look('unknown', others, given).quality).toBe('unknown');
      }),
    );
  });

  test('what is good was seen so by us, and either by nobody otherwise or for longer than a dispute', () => {
    fc.assert(
      fc.property(past, quality, voices, (given, ours, others) => {
        const { quality: result, witness } = look(ours, others, given);
        if (result !== 'good') return;
        expect(ours).toBe('good');
        const lasted = given.at - (witness?.since ?? given.at);
        expect(!others.includes('bad') || lasted >= disputedMs).toBe(true);
      }),
    );
  });

  test('more bad voices never make it better', () => {
    const worse = (a: Quality, b: Quality): boolean =>
      ['good', 'unknown', 'bad'].indexOf(a) <= ['good', 'unknown', 'bad'].indexOf(b);
    fc.assert(
      fc.property(agreement, fc.constantFrom<Quality>('good', 'bad'), voices, (agree, ours, others) => {
        const better = look(ours, others, { agree });
        const turned = others.map((each) => (each === 'good' ? 'bad' : each));
        expect(worse(better.quality, look(ours, turned, { agree }).quality)).toBe(true);
      }),
    );
  });

  test('a lying witness delays a bad verdict by at most the length of a dispute', () => {
    // Bad for us throughout; they say what they like, are silent, or cannot be asked, in looks that come when they come.
    const turn = fc.tuple(fc.nat(3 * minute), fc.option(voices, { nil: undefined }));
    fc.assert(
      fc.property(past, fc.array(turn, { minLength: 1, maxLength: 30 }), (given, turns) => {
        let { before, at } = given;
        const begun = at;
        let wasBad = false;
        const late: number[] = [];
        for (const [gap, others] of turns) {
          before = look('bad', others, { agree: given.agree, before, at });
          wasBad ||= before.quality === 'bad';
          if (!wasBad && at - begun >= disputedMs) late.push(at);
          at += gap;
        }
        expect(late).toEqual([]);
      }),
    );
  });
});
