// What public RPCs were seen to show of chains and of our keys, in one shape for every chain.
import type { ChainName } from './chain.ts';
import type { Reason } from './sample.ts';

/** Why a key is not expected to sign. */
export const inactiveReasons = [
  'pending',
  'exiting',
  'exited',
  'slashed',
  'withdrawn',
  'not-in-set',
] as const;
export type InactiveReason = (typeof inactiveReasons)[number];

/** Whether the chain expects a key to sign. `unknown`: the source does not say, or does not know the key. */
export type Standing = 'active' | InactiveReason | 'unknown';

/** The newest slot or height of a source, and when that was on the chain's own clock, epoch ms. */
export type Head = { readonly number: number; readonly at: number };

/**
 * A key did something that only its holder can do. It is dated by the act, never by when we read of it: `at` is the earliest moment at
 * which it can have happened. `unit` is the epoch (Ethereum) or height (CometBFT) that it belongs to, which ends at `unitEndsAt`.
 */
export type Act = {
  /** Position of the key in its signer. */
  readonly key: number;
  readonly unit: number;
  readonly at: number;
  readonly unitEndsAt: number;
  readonly how: 'inclusion' | 'proposal' | 'commit' | 'liveness' | 'rewards' | 'balance';
};

/** How much of one unit a reading covers. */
export type UnitReading = {
  readonly unit: number;
  /** When the unit began, epoch ms. */
  readonly at: number;
  /** The reading holds the unit's very beginning. */
  readonly isBegun: boolean;
  /** The reading holds the last place in which an act of the unit is looked for. */
  readonly isFinished: boolean;
  /** Blocks of the unit that this reading holds, and how many a unit has that misses none. */
  readonly blocks: number;
  readonly fullBlocks: number;
  /** Keys whose place in the unit is known, so that no act of theirs can have been overlooked. */
  readonly duties: readonly number[];
};

/** Balance of a key in gwei, read at an epoch. */
export type Balance = { readonly unit: number; readonly gwei: number };

/** `stake` is what its rewards follow: the effective balance in gwei on Ethereum, elsewhere its part of the voting power, 0 to 1. */
export type KeyReading = {
  readonly standing: Standing;
  readonly balance: Balance | null;
  readonly stake: number | null;
};

export const slashingProofs = ['attester-slashing', 'proposer-slashing', 'duplicate-vote'] as const;

/** The chain itself shows that a key signed what it must not: proofs that stand in a block, whose slot or height is `unit`. */
export type SlashingProof = {
  /** Position of the key in its signer. */
  readonly key: number;
  readonly unit: number;
  readonly how: (typeof slashingProofs)[number];
};

/** What one source showed of one signer in one tick. */
export type SignerReading = {
  readonly signer: string;
  /** `next` of the trace that it goes on from; null when there was none. */
  readonly base: number | null;
  /** The first slot or height that has not been read. */
  readonly next: number;
  /** The block that it ends with, if the chain's blocks are followed one by one. */
  readonly tip: string | null;
  /** Something between `base` and the first unit was not read, so nothing can be said of a run of silence across it. */
  readonly hasGap: boolean;
  /** In order, each once. */
  readonly units: readonly UnitReading[];
  readonly acts: readonly Act[];
  /** One for each key of the signer; empty when the source was not asked for it. */
  readonly keys: readonly KeyReading[];
  /** In the blocks that were read. */
  readonly slashings: readonly SlashingProof[];
  /** Why less was read than wanted; null when all was. */
  readonly trouble: string | null;
};

/** A key of a signer, by its position there. */
export type OwnKey = { readonly signer: string; readonly key: number };

/** What one source showed in one tick. It counts only when `trouble` is null. */
export type SourceReading = {
  /** Id of the target. */
  readonly source: string;
  readonly chain: ChainName;
  /** Two sources of one operator are one source. */
  readonly operator: string;
  /** A node of the same house: it may show life, never silence. */
  readonly isOwn: boolean;
  readonly head: Head | null;
  readonly trouble: { readonly reason: Reason; readonly detail: string } | null;
  /** Keys that the node itself has and votes with, in whatever state it is; none where nodes do not say that. */
  readonly votesWith: readonly OwnKey[];
  readonly signers: readonly SignerReading[];
};
