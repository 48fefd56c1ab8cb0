// Signers and chains from the readings of ticks: whose evidence counts, what is remembered, and what is told of many keys.
import { describe, expect, test } from 'vitest';
import type { SourceReading } from '../../functions/domain/evidence.ts';
import type { SignerFact } from '../../functions/domain/facts.ts';
import { type Ledger, weigh, type Weighed } from '../../functions/domain/signing.ts';
import { defaultPolicy, minute, start } from '../support/site.ts';
import { act, key, reading, sourceReading, unit, unitAt, unitMs } from './readings.ts';

const alpha = { id: 'alpha', chain: 'ethereum' as const, keys: ['7', '8'] };
const rules = { signers: [alpha], policy: defaultPolicy };

type Tick = {
  /** Keys that sign in the unit of this tick. */
  readonly signing: readonly number[];
  readonly over?: Partial<SourceReading>;
};

/** Two operators read one finished unit in each tick. */
function play(ticks: readonly Tick[], given: { readonly lastDarkAt?: number } = {}): Weighed {
  let ledger: Ledger = {};
  let weighed: Weighed = { ledger, signers: [], chains: [], voters: [] };
  for (const [number, { signing, over = {} }] of ticks.entries()) {
    const at = unitAt(number + 1);
    const readings = ['one', 'two'].map((source) =>
      sourceReading(
        source,
        [
          reading({
            base: ledger['alpha']?.traces[source]?.next ?? null,
            next: number + 1,
            units: [unit(number, { duties: [0, 1] })],
            acts: signing.map((each) => act(number, { key: each })),
            keys: [key(), key()],
          }),
        ],
        { head: { number, at }, ...over },
      ),
    );
    weighed = weigh(ledger, rules, { readings, at, lastDarkAt: given.lastDarkAt ?? null });
    ledger = weighed.ledger;
  }
  return weighed;
}

const alphaOf = ({ signers }: Weighed): SignerFact | undefined => signers[0];
const both: Tick = { signing: [0, 1] };
const first: Tick = { signing: [0] };
const none: Tick = { signing: [] };

describe('a signer of two keys', () => {
  test.each([
    ['both sign', [both, both], 'signing', 0],
    ['neither has signed for a short time', [both, none], 'quiet', 0],
    ['neither has signed for three epochs', [both, none, none, none], 'silent', 2],
    ['one has not signed for three epochs', [both, first, first, first], 'quiet', 1],
    ['both sign again', [both, none, none, none, both], 'signing', 0],
  ] as const)('when %s', (_, ticks, state, silent) => {
    const fact = alphaOf(play(ticks));
    expect({ state: fact?.state, silent: fact?.keys.silent }).toEqual({ state, silent });
  });

  test('says which key is silent, and since when', () => {
    expect(alphaOf(play([both, first, first, first]))).toMatchObject({
      silentSince: unitAt(1),
      actAt: unitAt(3) + 1_000,
      detail: '8: no signature in 3 epochs (one, two)',
    });
  });

  test('whose house came back a short time ago is not silent yet', () => {
    const fact = alphaOf(play([both, none, none, none], { lastDarkAt: unitAt(4) - 10 * minute }));
    expect(fact).toMatchObject({ state: 'quiet', keys: { silent: 0 } });
    expect(fact?.detail).toContain('the house came back a short time ago');
    const later = alphaOf(play([both, none, none, none], { lastDarkAt: unitAt(4) - 31 * minute }));
    expect(later?.state).toBe('silent');
  });

  test('of which no source has a fresh head is unknown once that has lasted', () => {
    const stale: Partial<SourceReading> = { trouble: { reason: 'stale', detail: 'old' }, signers: [] };
    const fact = alphaOf(play([both, { signing: [], over: stale }]));
    expect(unitMs).toBeGreaterThan(defaultPolicy.signing.chains.ethereum.sourceFreshMs);
    expect(fact).toMatchObject({ state: 'unknown', actAt: null });
    expect(fact?.detail).toBe('no source shows it: one: stale, old; two: stale, old');
  });

  test('is still what it was while a source is away for one tick', () => {
    const { ledger } = play([both, both]);
    const readings = ['one', 'two'].map((source) =>
      sourceReading(source, [], { trouble: { reason: 'timeout', detail: 'no answer' } }),
    );
    const { signers } = weigh(ledger, rules, { readings, at: unitAt(2) + minute, lastDarkAt: null });
    expect(signers[0]?.state).toBe('signing');
  });

  test('is forgotten when its keys change, so that no key inherits what another did', () => {
    const { ledger } = play([both, none, none, none]);
    const changed = { ...rules, signers: [{ ...alpha, keys: ['8', '7'] }] };
    const { signers } = weigh(ledger, changed, { readings: [], at: unitAt(4), lastDarkAt: null });
    expect(signers[0]?.state).toBe('unknown');
  });

  test('one of whose keys was active and is not any more has lost it; one that never was active has not', () => {
    const ledgerOf = (standing: 'active' | 'exited', before: Ledger): Weighed =>
      weigh(before, rules, {
        readings: [sourceReading('one', [reading({ keys: [key(standing), key('pending')] })])],
        at: start,
        lastDarkAt: null,
      });
    const { ledger } = ledgerOf('active', {});
    expect(ledgerOf('exited', ledger).signers[0]?.keys).toMatchObject({ inactive: 2, left: ['exited'] });
    expect(ledgerOf('exited', {}).signers[0]?.keys).toMatchObject({ inactive: 2, left: [] });
  });

  test('both of whose keys have left is inactive, whatever it signed before', () => {
    const { ledger } = play([both, both]);
    const readings = ['one', 'two'].map((source) =>
      sourceReading(source, [
        reading({
          base: ledger['alpha']?.traces[source]?.next ?? null,
          keys: [key('exited'), key('exited')],
        }),
      ]),
    );
    const { signers } = weigh(ledger, rules, { readings, at: unitAt(2), lastDarkAt: null });
    expect(signers[0]).toMatchObject({ state: 'inactive', keys: { left: ['exited', 'exited'] } });
  });
});

test('a source that is of another chain shows nothing of our signers', () => {
  const wrong = sourceReading('one', [reading({ acts: [act(1)] })], {
    trouble: { reason: 'wrong-chain', detail: 'another genesis' },
  });
  const { signers, chains } = weigh({}, rules, { readings: [wrong], at: start, lastDarkAt: null });
  expect(signers[0]?.state).toBe('unknown');
  expect(chains).toMatchObject([{ id: 'ethereum', state: 'unknown' }]);
});

describe('a chain', () => {
  const head = (operator: string, ageMs: number, over: Partial<SourceReading> = {}): SourceReading =>
    sourceReading(operator, [], { head: { number: 1, at: start - ageMs }, ...over });
  const stale = { trouble: { reason: 'stale', detail: 'old' } } as const;
  const gone = { head: null, trouble: { reason: 'timeout', detail: 'no answer' } } as const;

  test.each([
    ['two operators have a fresh head', [head('one', 12_000), head('two', 0)], 'moving'],
    ['one of two has a fresh head', [head('one', 12_000), head('two', 600_000, stale)], 'moving'],
    ['only our own node has a fresh head', [head('one', 0, { isOwn: true })], 'moving'],
    ['both have an old head', [head('one', 301_000, stale), head('two', 600_000, stale)], 'stalled'],
    [
      'both have a head that is not old enough',
      [head('one', 299_000, stale), head('two', 600_000, stale)],
      'moving',
    ],
    [
      'one has an old head, and the other does not answer',
      [head('one', 600_000, stale), head('two', 0, gone)],
      'unknown',
    ],
    [
      'two sources of one operator have an old head',
      [head('one', 600_000), head('b', 600_000, { operator: 'one' })],
      'unknown',
    ],
    [
      'one operator and our own node have an old head',
      [head('one', 600_000), head('two', 600_000, { isOwn: true })],
      'unknown',
    ],
    [
      'one has an old head, and the other is of another chain',
      [head('one', 600_000), head('two', 600_000, { trouble: { reason: 'wrong-chain', detail: '' } })],
      'unknown',
    ],
    ['nobody answers', [head('one', 0, gone), head('two', 0, gone)], 'unknown'],
    ['there is no source', [], 'unknown'],
  ] as const)('when %s', (_, readings, state) => {
    const { chains } = weigh({}, rules, { readings, at: start, lastDarkAt: null });
    expect(chains).toMatchObject([{ id: 'ethereum', state }]);
  });
});
