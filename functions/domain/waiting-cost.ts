// What an hour of waiting costs a validator, as a range: so that nobody hurries who need not.
import type { ChainName } from './chain.ts';
import type { Facts, SignerFact, Stake } from './facts.ts';
import type { ProblemKind, Subject } from './incident.ts';

/** Per hour. On Ethereum what is missed and what is taken, in gwei; elsewhere blocks that are not proposed, whose rewards are missed. */
export type WaitingCost =
  | { readonly chain: 'ethereum'; readonly lowGwei: number; readonly highGwei: number }
  | { readonly chain: 'berachain' | 'cometbft'; readonly lowBlocks: number; readonly highBlocks: number };

const gweiPerEth = 1e9;
/** All that is staked on Ethereum, in ETH: it changes slowly, and rewards follow only its square root. */
const totalEth = { low: 25_000_000, high: 45_000_000 } as const;
const epochsPerHour = 3600 / 384;
const baseRewardFactor = 64;
const weights = { source: 14, target: 26, head: 14, sync: 2, proposer: 8, all: 64 } as const;

/**
 * The base reward of an effective balance for one epoch, in gwei, when `totalGwei` are active.
 * Source: https://github.com/ethereum/consensus-specs/blob/master/specs/altair/beacon-chain.md#get_base_reward
 */
const baseReward = (effectiveGwei: number, totalGwei: number): number =>
  (effectiveGwei * baseRewardFactor) / Math.floor(Math.sqrt(totalGwei));

const attesting =
  (weights.source + weights.target + weights.head + weights.source + weights.target) / weights.all;

/** What one epoch without attestations costs, in gwei: rewards that are missed, and as much again for source and target. */
export function missedEpoch(effectiveGwei: number): { readonly lowGwei: number; readonly highGwei: number } {
  const cost = (totalEthStaked: number): number =>
    Math.round(baseReward(effectiveGwei, totalEthStaked * gweiPerEth) * attesting);
  return { lowGwei: cost(totalEth.high), highGwei: cost(totalEth.low) };
}

const syncCommitteeMembers = 512;

/**
 * What one epoch in the sync committee costs whoever misses all of it, in gwei: each slot takes as much as it would have brought.
 * Source: https://github.com/ethereum/consensus-specs/blob/master/specs/altair/beacon-chain.md#sync-aggregate-processing
 */
export function missedSyncEpoch(): { readonly lowGwei: number; readonly highGwei: number } {
  const cost = (totalEthStaked: number): number => {
    const total = totalEthStaked * gweiPerEth;
    const epoch = (baseReward(total, total) * weights.sync) / weights.all;
    return Math.round((2 * epoch) / syncCommitteeMembers);
  };
  return { lowGwei: cost(totalEth.low), highGwei: cost(totalEth.high) };
}

/**
 * Whoever does not attest gets no reward for source, target and head, and loses as much again for source and target; on average the
 * rewards of proposals and sync committees are missed as well. Not counted: an inactivity leak, and what blocks carry beside rewards.
 */
function ethereum(effectiveGwei: number): WaitingCost {
  const { sync, proposer, all } = weights;
  const everything = attesting + (sync + proposer) / all;
  const perHour = (totalGwei: number, part: number): number =>
    Math.round(baseReward(effectiveGwei, totalGwei * gweiPerEth) * part * epochsPerHour);
  return {
    chain: 'ethereum',
    lowGwei: perHour(totalEth.high, attesting),
    highGwei: perHour(totalEth.low, everything),
  };
}

/** Blocks that a whole chain makes in an hour. */
const blocksPerHour = {
  berachain: { low: 1_400, high: 1_900 },
  cometbft: { low: 500, high: 3_600 },
} as const;

function proposals(chain: Exclude<ChainName, 'ethereum'>, share: number): WaitingCost {
  const { low, high } = blocksPerHour[chain];
  const rounded = (blocks: number): number => Math.round(blocks * 10) / 10;
  return { chain, lowBlocks: rounded(share * low), highBlocks: rounded(share * high) };
}

function costOf(chain: ChainName, stakes: readonly Stake[]): WaitingCost[] {
  if (chain === 'ethereum') {
    const gwei = stakes.reduce((sum, stake) => sum + (stake.of === 'balance' ? stake.effectiveGwei : 0), 0);
    return gwei > 0 ? [ethereum(gwei)] : [];
  }
  const share = stakes.reduce((sum, stake) => sum + (stake.of === 'power' ? stake.share : 0), 0);
  return share > 0 ? [proposals(chain, Math.min(1, share))] : [];
}

/** The signers that do not sign because of it: all of a house that is dark, or the one that it is about. */
function affected(
  subject: Subject,
  kind: ProblemKind,
  signers: readonly SignerFact[],
): readonly SignerFact[] {
  if (kind === 'dark' || kind === 'vpn-down') return signers;
  return kind === 'not-signing' ? signers.filter(({ id }) => id === subject.id) : [];
}

/** What waiting costs with an incident, one for each chain; nothing for a chain of which it is not known what the keys stand for. */
export function waitingCosts(subject: Subject, kind: ProblemKind, facts: Facts): readonly WaitingCost[] {
  const signers = affected(subject, kind, facts.signers);
  const chains = [...new Set(signers.map(({ chain }) => chain))];
  return chains.flatMap((chain) =>
    costOf(
      chain,
      signers.flatMap((signer) => (signer.chain === chain && signer.stake !== null ? [signer.stake] : [])),
    ),
  );
}
