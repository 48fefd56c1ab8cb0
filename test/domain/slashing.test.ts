// Keys that were slashed: what shows it, what is kept of it, and when that is a page.
import { describe, expect, test } from 'vitest';
import type { SlashingProof } from '../../functions/domain/evidence.ts';
import { type Ledger, weigh } from '../../functions/domain/signing.ts';
import {
  observeSlashings,
  type Slashing,
  slashingsIn,
  withSlashings,
} from '../../functions/domain/slashing.ts';
import { minute, siteRules, start } from '../support/site.ts';
import { key, reading, sourceReading } from './readings.ts';

const keys = ['17', '230'];
const rules = siteRules({ signers: [{ id: 'alpha', chain: 'ethereum', keys }] });
const proof = (over: Partial<SlashingProof> = {}): SlashingProof => ({
  key: 1,
  unit: 320,
  how: 'attester-slashing',
  ...over,
});
const slashing = (over: Partial<Slashing> = {}): Slashing => ({
  key: 1,
  how: 'status',
  unit: null,
  source: 'rpc',
  at: start,
  ...over,
});

test('a status and a proof show it, of this signer, by any source that answered', () => {
  const readings = [
    sourceReading('rpc', [reading({ keys: [key('active'), key('slashed')] })]),
    sourceReading('other', [
      reading({ slashings: [proof({ key: 0 })] }),
      reading({ signer: 'beta', slashings: [proof()] }),
    ]),
  ];
  expect(slashingsIn(readings, 'alpha')).toEqual([
    { key: 1, how: 'status', unit: null, source: 'rpc' },
    { key: 0, how: 'attester-slashing', unit: 320, source: 'other' },
  ]);
});

describe('what is kept', () => {
  const status = { key: 1, how: 'status', unit: null, source: 'other' } as const;
  const votes = (unit: number) => ({ key: 1, how: 'duplicate-vote', unit, source: 'rpc' }) as const;

  test('is each once, with when it was first seen', () => {
    const first = withSlashings(
      [slashing()],
      [status, votes(5), { ...votes(5), source: 'other' }],
      start + minute,
    );
    expect(first).toEqual([slashing(), slashing({ how: 'duplicate-vote', unit: 5, at: start + minute })]);
    expect(withSlashings(first, [status, votes(5)], start + 2 * minute)).toEqual(first);
  });

  test('of very many proofs is the newest ones, and every status', () => {
    const all = withSlashings(
      [slashing()],
      Array.from({ length: 40 }, (_, unit) => votes(unit)),
      start,
    );
    expect(all).toHaveLength(13);
    expect(all[0]).toEqual(slashing());
    expect(all.at(-1)?.unit).toBe(39);
  });

  test('goes on from tick to tick, and is forgotten with the keys', () => {
    const tick = (before: Ledger, signers: Parameters<typeof sourceReading>[1], given = rules): Ledger =>
      weigh(before, given, { readings: [sourceReading('rpc', signers)], at: start, lastDarkAt: null }).ledger;
    const seen = tick({}, [reading({ slashings: [proof()] })]);
    expect(seen['alpha']?.slashings).toEqual([slashing({ how: 'attester-slashing', unit: 320 })]);
    expect(tick(seen, [])['alpha']?.slashings).toEqual(seen['alpha']?.slashings);
    const changed = siteRules({ signers: [{ id: 'alpha', chain: 'ethereum', keys: ['17'] }] });
    expect(tick(seen, [], changed)['alpha']?.slashings).toEqual([]);
  });
});

const observe = (slashings: readonly Slashing[], cleared: number | null = null) =>
  observeSlashings({
    signers: rules.signers,
    ledger: { alpha: { keys, wasActive: [], traces: {}, slashings } },
    clearedAt: () => cleared,
  });

test.each<[string, readonly Slashing[], number | null, string]>([
  ['no key', [], null, 'good'],
  ['a key', [slashing()], null, 'bad'],
  ['a key, and its cause was stated', [slashing()], start, 'good'],
  ['a key after that', [slashing(), slashing({ key: 0, at: start + 1 })], start, 'bad'],
])('slashed: %s', (_, slashings, cleared, status) => {
  const [observed] = observe(slashings, cleared);
  expect(observed?.subject).toEqual({ kind: 'slashing', id: 'alpha' });
  expect(observed?.observation.status).toBe(status);
});

test('the page says first what to do, and then what shows it', () => {
  const [observed] = observe([
    slashing(),
    slashing({ key: 0, how: 'attester-slashing', unit: 320 }),
    slashing({ key: 0, how: 'proposer-slashing', unit: 321 }),
    slashing({ key: 0, how: 'duplicate-vote', unit: 9 }),
  ]);
  expect(observed?.observation).toMatchObject({
    problem: {
      kind: 'slashed',
      severity: 'critical',
      summary: expect.stringMatching(/^SLASHED: stop ALL clients NOW/),
      evidence: [
        '230: its status is slashed, says rpc',
        '17: two attestations that contradict each other in slot 320, says rpc',
        '17: two blocks for one slot in slot 321, says rpc',
        '17: two votes for one height in height 9, says rpc',
      ],
    },
  });
});
