// What waiting costs: as a range around what the specification of the chain says, and for nobody whose stake is not known.
import { describe, expect, test } from 'vitest';
import type { SignerFact, Stake } from '../../functions/domain/facts.ts';
import { missedEpoch, missedSyncEpoch, waitingCosts } from '../../functions/domain/waiting-cost.ts';
import { factsOf, signer } from '../support/site.ts';

const eth = 1e9;
const staked = (id: string, stake: Stake | null, chain: SignerFact['chain'] = 'ethereum'): SignerFact => ({
  ...signer('silent', null, id, chain),
  stake,
});
const house = { kind: 'site', id: 'home' } as const;

describe('waiting costs', () => {
  test('a validator of 32 ETH what an hour without attestations costs when 35 million ETH are staked, as a range around it', () => {
    // 64e9 / isqrt(35e15) = 342 gwei for each of 32 ETH and epoch; 94 of 64 parts are missed or taken; 9.375 epochs an hour.
    const between = 32 * 342 * (94 / 64) * 9.375;
    const facts = factsOf({ signers: [staked('alpha', { of: 'balance', effectiveGwei: 32 * eth })] });
    const [cost] = waitingCosts({ kind: 'signer', id: 'alpha' }, 'not-signing', facts);
    if (cost?.chain !== 'ethereum') throw new Error('no cost');
    expect(cost.lowGwei).toBeLessThan(between);
    expect(cost.highGwei).toBeGreaterThan(between);
    expect(cost.highGwei / cost.lowGwei).toBeLessThan(1.6);
  });

  test('a house that is dark what all of its signers lose, chain by chain', () => {
    const facts = factsOf({
      signers: [
        staked('one', { of: 'balance', effectiveGwei: 32 * eth }),
        staked('two', { of: 'balance', effectiveGwei: 2048 * eth }),
        staked('bera', { of: 'power', share: 0.01 }, 'berachain'),
        staked('other', null, 'cometbft'),
      ],
    });
    const [first, second, ...rest] = waitingCosts(house, 'dark', facts);
    const alone = waitingCosts(house, 'dark', factsOf({ signers: facts.signers.slice(0, 1) }))[0];
    if (first?.chain !== 'ethereum' || alone?.chain !== 'ethereum') throw new Error('no cost');
    expect(first.lowGwei / alone.lowGwei).toBeCloseTo(65, 2);
    expect(second).toEqual({ chain: 'berachain', lowBlocks: 14, highBlocks: 19 });
    expect(rest).toEqual([]);
  });

  test.each(['inbound-lost', 'unreachable', 'chain-stalled', 'unknown'] as const)(
    'nothing that is known of with %s',
    (kind) => {
      const facts = factsOf({ signers: [staked('alpha', { of: 'balance', effectiveGwei: 32 * eth })] });
      expect(waitingCosts(house, kind, facts)).toEqual([]);
    },
  );

  test('are not told of a signer of which nobody has read what it stands for', () => {
    expect(waitingCosts(house, 'dark', factsOf({ signers: [staked('alpha', null)] }))).toEqual([]);
    const none = staked('alpha', { of: 'power', share: 0 }, 'berachain');
    expect(waitingCosts(house, 'dark', factsOf({ signers: [none] }))).toEqual([]);
  });
});

describe('a missed epoch', () => {
  test('of attestations costs a validator of 32 ETH what the specification says for 35 million ETH, as a range around it', () => {
    const between = 32 * 342 * (94 / 64);
    const { lowGwei, highGwei } = missedEpoch(32 * eth);
    expect(lowGwei).toBeLessThan(between);
    expect(highGwei).toBeGreaterThan(between);
    expect(highGwei / lowGwei).toBeLessThan(1.6);
  });

  test('in the sync committee costs far more', () => {
    // 35 million increments of 342 gwei; 2 of 64 parts go to 512 members, and missing takes as much again.
    const between = (35e6 * 342 * (2 / 64) * 2) / 512;
    const { lowGwei, highGwei } = missedSyncEpoch();
    expect(lowGwei).toBeLessThan(between);
    expect(highGwei).toBeGreaterThan(between);
    expect(lowGwei).toBeGreaterThan(50 * missedEpoch(32 * eth).highGwei);
  });
});
