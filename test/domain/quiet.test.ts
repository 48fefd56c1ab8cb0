// Whether now is a good moment to take a signer down: one verdict for everything that sources can show, and never quiet for what they do not.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Standing, inactiveReasons } from '../../functions/domain/evidence.ts';
import type { Duty, Lookahead, QuietReading } from '../../functions/domain/lookahead.ts';
import { judgeQuiet, quietReasons, type Quiet, type QuietAsk } from '../../functions/domain/quiet.ts';
import { minute, second, start } from '../support/site.ts';

const slotMs = 12 * second;
/** The slot that it is, 3 seconds old; all is known up to before slot 1,064. */
const now = 1_000;
const pace = { unit: now, at: start - 3 * second, unitMs: slotMs };
const at = (slot: number): number => pace.at + (slot - now) * slotMs;

const well: Lookahead = {
  standings: ['active', 'active'],
  stakes: [32e9, 32e9],
  duties: [],
  known: { from: now, until: 1_064 },
  condition: 'well',
  pace,
};
const saying = (operator: string, changes: Partial<Lookahead> = {}): QuietReading => ({
  source: `rpc-${operator}`,
  operator,
  isOwn: false,
  ahead: { ...well, ...changes },
  trouble: null,
});
const failing = (operator: string, reason: 'stale' | 'timeout'): QuietReading => ({
  source: `rpc-${operator}`,
  operator,
  isOwn: false,
  ahead: null,
  trouble: { reason, detail: 'no' },
});
const own = (reading: QuietReading): QuietReading => ({ ...reading, isOwn: true });
const both = (changes: Partial<Lookahead>): QuietReading[] => [
  saying('one', changes),
  saying('two', changes),
];
const proposal = (slot: number, key = 0): Duty => ({ kind: 'proposal', key, from: slot, until: slot + 1 });
const sync = (from: number, until: number): Duty => ({ kind: 'sync-committee', key: 1, from, until });

const ask: QuietAsk = { chain: 'ethereum', at: start, needMs: 5 * minute };
const judge = (readings: readonly QuietReading[], changes: Partial<QuietAsk> = {}): Quiet =>
  judgeQuiet(readings, { ...ask, ...changes });
/** The slots that five minutes from now touch. */
const needed = Math.ceil((5 * minute + 3 * second) / slotMs);

describe('a moment', () => {
  const table: readonly (readonly [string, readonly QuietReading[], Quiet['because']])[] = [
    ['nothing due, shown by two', both({}), 'no-duty'],
    ['the same by our node and another', [own(saying('us')), saying('one')], 'no-duty'],
    ['by one operator', [saying('one')], 'too-few-sources'],
    ['by two sources of one operator', [saying('one'), saying('one')], 'too-few-sources'],
    ['by two nodes of our own', [own(saying('us')), own(saying('we'))], 'too-few-sources'],
    ['by one, the other has no answer', [saying('one'), failing('two', 'timeout')], 'too-few-sources'],
    ['by nobody', [], 'too-few-sources'],
    ['by no source that answers', [failing('one', 'timeout'), failing('two', 'stale')], 'too-few-sources'],
    ['two without a new block', [failing('one', 'stale'), failing('two', 'stale')], 'stalled'],
    ['our node and one without', [own(failing('us', 'stale')), failing('two', 'stale')], 'too-few-sources'],
    ['one without a new block, one with', [failing('one', 'stale'), saying('two')], 'too-few-sources'],
    ['a proposal now', both({ duties: [proposal(now)] }), 'proposal'],
    [
      'a proposal in the last slot that is needed',
      both({ duties: [proposal(now + needed - 1)] }),
      'proposal',
    ],
    ['a proposal in the slot after', both({ duties: [proposal(now + needed)] }), 'no-duty'],
    ['a proposal that is over', both({ duties: [proposal(now - 1)] }), 'no-duty'],
    [
      'a proposal that only one shows',
      [saying('one', { duties: [proposal(1_001)] }), saying('two')],
      'sources-disagree',
    ],
    [
      'a far one that only one shows',
      [saying('one', { duties: [proposal(1_060)] }), saying('two')],
      'sources-disagree',
    ],
    ['a sync committee', both({ duties: [sync(900, 9_000)] }), 'sync-committee'],
    ['a sync committee that ends now', both({ duties: [sync(0, now)] }), 'no-duty'],
    ['the next sync committee begins', both({ duties: [sync(now + 5, 9_000)] }), 'sync-committee'],
    ['the next sync committee is far', both({ duties: [sync(2_000, 9_000)] }), 'no-duty'],
    ['a chain that does not finalize', both({ condition: 'not-finalizing' }), 'not-finalizing'],
    [
      'that only one says',
      [saying('one', { condition: 'not-finalizing' }), saying('two')],
      'sources-disagree',
    ],
    ['a key that nobody knows', both({ standings: ['active', 'unknown'] }), 'unknown-key'],
    [
      'a key on which they disagree',
      [saying('one', { standings: ['active', 'exited'] }), saying('two')],
      'sources-disagree',
    ],
    ['keys that are not active', both({ standings: ['pending', 'slashed'] }), 'nothing-to-lose'],
    [
      'the same, and no finality',
      both({ standings: ['exited', 'withdrawn'], condition: 'not-finalizing' }),
      'nothing-to-lose',
    ],
    [
      'an exited key in the sync committee',
      both({ standings: ['exited', 'exited'], duties: [sync(0, 9_000)] }),
      'sync-committee',
    ],
    [
      'the same, of whom nobody knows far ahead',
      both({ standings: ['exited', 'withdrawn'], known: { from: now, until: now } }),
      'nothing-to-lose',
    ],
    [
      'an exited key that is in the next sync committee',
      both({
        standings: ['exited', 'exited'],
        known: { from: now, until: now + 2 },
        duties: [sync(now + 4, 9_000)],
      }),
      'sync-committee',
    ],
    ['exiting, which still has duties', both({ standings: ['exiting', 'exiting'] }), 'no-duty'],
    ['known not far enough', both({ known: { from: now, until: now + needed - 1 } }), 'lookahead-too-short'],
    [
      'one knows not far enough',
      [saying('one'), saying('two', { known: { from: now, until: 1_010 } })],
      'lookahead-too-short',
    ],
    ['of no key', both({ standings: [] }), 'sources-disagree'],
  ];
  test.each(table)('%s', (_name, readings, because) => {
    const judged = judge(readings);
    expect(judged.because).toBe(because);
    expect(judged.verdict).toBe(quietReasons[because]);
  });

  test('needs to be as long as one says', () => {
    const readings = both({ duties: [proposal(1_010)] });
    expect(judge(readings, { needMs: minute }).verdict).toBe('quiet');
    expect(judge(readings, { needMs: 3 * minute }).verdict).toBe('busy');
    expect(judge(both({}), { needMs: 60 * minute }).because).toBe('lookahead-too-short');
  });

  test('is looked at over the heights that all of them know, where one is a height ahead', () => {
    const ahead = (from: number, duties: readonly Duty[]): Partial<Lookahead> => ({
      known: { from, until: from + 6 },
      duties,
    });
    const heights = (duties: readonly Duty[]): Quiet =>
      judge([saying('one', ahead(now, duties)), saying('two', ahead(now + 1, duties))], {
        chain: 'berachain',
      });
    expect(heights([proposal(now)]).verdict).toBe('quiet');
    for (const height of [1, 2, 3]) expect(heights([proposal(now + height)]).because).toBe('proposal');
    expect(heights([proposal(now + 4)]).verdict).toBe('quiet');
    // Two heights have passed, or are late.
    const later = { chain: 'berachain', at: pace.at + slotMs * 2.5 } as const;
    const readings = both({ known: { from: now, until: now + 8 }, duties: [proposal(now + 5)] });
    expect(judge(readings, later).verdict).toBe('quiet');
    for (const height of [0, 1, 4]) {
      const due = both({ known: { from: now, until: now + 8 }, duties: [proposal(now + height)] });
      expect(judge(due, later).because).toBe('proposal');
    }
    expect(judge(readings, { ...later, at: pace.at + slotMs * 6 }).because).toBe('proposal');
    const far = both({ known: { from: now, until: now + 8 } });
    expect(judge(far, { ...later, at: pace.at + slotMs * 5.9 }).because).toBe('no-duty');
    expect(judge(far, { ...later, at: pace.at + slotMs * 6 }).because).toBe('lookahead-too-short');
    const halted = both({ condition: 'halts-without-us' });
    expect(judge(halted, { chain: 'berachain' }).because).toBe('halts-without-us');
  });
});

describe('its times', () => {
  test('it is quiet until the next proposal, or the end of what is known', () => {
    expect(judge(both({})).quietUntil).toBe(at(1_064));
    expect(judge(both({ duties: [proposal(1_050), proposal(1_040, 1)] })).quietUntil).toBe(at(1_040));
    expect(judge(both({ duties: [sync(1_045, 9_000)] })).quietUntil).toBe(at(1_045));
    expect(judge(both({ standings: ['exited', 'exited'] })).quietUntil).toBeNull();
  });

  test('it is better after the proposals that are in the way, one by one', () => {
    const [first, second_, third] = [proposal(1_002), proposal(1_010), proposal(1_055)];
    expect(judge(both({ duties: [first] })).better).toEqual({ at: at(1_003), isSure: true });
    expect(judge(both({ duties: [second_, first] })).better).toEqual({ at: at(1_011), isSure: true });
    expect(judge(both({ duties: [proposal(1_020), proposal(1_040)] })).better).toEqual({
      at: at(1_041),
      isSure: false,
    });
    expect(judge(both({ duties: [first, third] })).better).toEqual({ at: at(1_003), isSure: true });
    expect(judge(both({ duties: [sync(0, 9_000)] })).better).toEqual({ at: at(9_000), isSure: false });
  });

  test('nobody can tell when a chain does well again', () => {
    expect(judge(both({ condition: 'not-finalizing' })).better).toBeNull();
  });

  test('what only one source shows is told, though it is not believed', () => {
    const alone = judge([saying('one', { duties: [proposal(1_004)] }), failing('two', 'timeout')]);
    expect(alone).toMatchObject({ verdict: 'unknown', duties: [{ from: 1_004, at: at(1_004) }] });
  });
});

const standing = fc.constantFrom<Standing>('active', 'unknown', ...inactiveReasons);
const duty: fc.Arbitrary<Duty> = fc
  .record({
    kind: fc.constantFrom('proposal', 'sync-committee'),
    key: fc.nat(1),
    from: fc.integer({ min: now - 5, max: now + 80 }),
    length: fc.integer({ min: 1, max: 30 }),
  })
  .map(({ kind, key, from, length }) => ({
    kind,
    key,
    from,
    until: from + (kind === 'proposal' ? 1 : length),
  }));
const lookahead: fc.Arbitrary<Lookahead> = fc.record({
  standings: fc.tuple(standing, standing),
  stakes: fc.constant([1, 1]),
  duties: fc.array(duty, { maxLength: 3 }),
  known: fc
    .tuple(fc.integer({ min: now, max: now + 3 }), fc.nat(64))
    .map(([from, length]) => ({ from, until: from + length })),
  condition: fc.constantFrom('well', 'well', 'not-finalizing', 'halts-without-us'),
  pace: fc.constant(pace),
});
const trouble = fc.record({
  reason: fc.constantFrom('stale', 'stale', 'timeout'),
  detail: fc.constant('no'),
});
const who = fc.record({ operator: fc.constantFrom('one', 'two', 'three'), isOwn: fc.boolean() });
/** Mostly several sources that answer the same, for of what disagrees there is little to learn. */
const sourceAnswers = fc.oneof(
  { weight: 8, arbitrary: fc.constant('same' as const) },
  { weight: 4, arbitrary: trouble },
  { weight: 1, arbitrary: lookahead },
);
const readings: fc.Arbitrary<QuietReading[]> = fc
  .tuple(lookahead, fc.array(fc.tuple(who, sourceAnswers), { maxLength: 4 }))
  .map(([common, sources]) =>
    sources.map(([operator, answer], place): QuietReading => {
      const named = { ...operator, source: `rpc-${place}` };
      if (answer === 'same') return { ...named, ahead: common, trouble: null };
      return 'reason' in answer
        ? { ...named, ahead: null, trouble: answer }
        : { ...named, ahead: answer, trouble: null };
    }),
  );
const asks: fc.Arbitrary<QuietAsk> = fc.record({
  chain: fc.constantFrom('ethereum', 'berachain', 'cometbft'),
  at: fc.constant(start),
  needMs: fc.integer({ min: second, max: 15 * minute }),
});
const withAhead = (reading: QuietReading, change: (ahead: Lookahead) => Lookahead): QuietReading =>
  reading.ahead === null ? reading : { ...reading, ahead: change(reading.ahead) };

/** Whether `after` is quiet in no more cases, and for no longer. */
const isNoQuieter = (before: Quiet, after: Quiet): boolean =>
  (before.verdict === 'quiet' || after.verdict !== 'quiet') &&
  (before.quietUntil === null || after.quietUntil === null || after.quietUntil <= before.quietUntil);
const operatorsOf = (given: readonly QuietReading[]): number =>
  new Set(given.flatMap(({ ahead, isOwn, operator }) => (ahead === null ? [] : [isOwn ? 'own' : operator])))
    .size;

describe('whatever sources show', () => {
  test('quiet takes two operators that say the same of keys that they know', () => {
    fc.assert(
      fc.property(readings, asks, (given, asked) => {
        const judged = judgeQuiet(given, asked);
        const isKnown = given.every(({ ahead }) => ahead?.standings.includes('unknown') !== true);
        const isOne = new Set(
          given.flatMap(({ ahead }) => (ahead === null ? [] : [String(ahead.standings)])),
        );
        expect(judged.verdict).toBe(quietReasons[judged.because]);
        const isGood = operatorsOf(given) > 1 && isKnown && isOne.size === 1;
        expect(judged.verdict !== 'quiet' || isGood).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('missing evidence is never quiet: what is not quiet stays so when a source fails or knows less', () => {
    fc.assert(
      fc.property(readings, asks, fc.nat(3), fc.nat(64), (given, asked, place, length) => {
        const before = judgeQuiet(given, asked);
        // Whoever is left may agree where one was of another opinion; that is no missing evidence.
        fc.pre(before.because !== 'sources-disagree');
        const failed = given.map((each, index): QuietReading => {
          if (index !== place) return each;
          const { source, operator, isOwn } = each;
          return { source, operator, isOwn, ahead: null, trouble: { reason: 'timeout', detail: 'no' } };
        });
        const shorter = given.map((each, index) =>
          index === place
            ? withAhead(each, (ahead) => {
                const { from, until } = ahead.known;
                return { ...ahead, known: { from, until: Math.min(until, from + length) } };
              })
            : each,
        );
        // Whoever fails may have known least of all; the others are believed for as long as they know.
        expect(isNoQuieter({ ...before, quietUntil: null }, judgeQuiet(failed, asked))).toBe(true);
        expect(isNoQuieter(before, judgeQuiet(shorter, asked))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('one more duty never makes it quieter, whether one source shows it or all do', () => {
    fc.assert(
      fc.property(readings, asks, duty, fc.constantFrom(0, 1, 2, 3, null), (given, asked, more, place) => {
        const before = judgeQuiet(given, asked);
        // Two that disagreed may agree once the other shows it as well; then it is there, and not quiet for it in its time.
        fc.pre(before.because !== 'sources-disagree');
        const after = given.map((each, index) =>
          place === null || index === place
            ? withAhead(each, (ahead) => ({ ...ahead, duties: [...ahead.duties, more] }))
            : each,
        );
        expect(isNoQuieter(before, judgeQuiet(after, asked))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('the order of the sources changes nothing', () => {
    fc.assert(
      fc.property(readings, asks, (given, asked) => {
        const [one, two] = [judgeQuiet(given, asked), judgeQuiet(given.toReversed(), asked)];
        expect([two.verdict, two.because, two.quietUntil]).toEqual([
          one.verdict,
          one.because,
          one.quietUntil,
        ]);
      }),
    );
  });

  test('all verdicts and reasons come up here, so that these promises are not empty', () => {
    const cases = fc.sample(fc.tuple(readings, asks), { numRuns: 5_000, seed: 1 });
    const seen = new Set(cases.map(([given, asked]) => judgeQuiet(given, asked).because));
    expect([...seen].toSorted()).toEqual(Object.keys(quietReasons).toSorted());
  });
});
