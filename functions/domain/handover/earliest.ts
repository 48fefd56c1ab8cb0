// When the guard of a handover can first allow it, by the clock alone: what a reader is told while nobody holds the keys.
import type { ChainName } from '../chain.ts';
import { type GuardPolicy, guardPolicy } from './condition.ts';

/** 32 slots of 12 s, as on Ethereum's mainnet and its public test networks. */
const epochMs = 32 * 12_000;

/**
 * No guard allows a take before this, epoch ms, `begun` being when the keys were taken from everybody. It may well take longer: everything
 * but the waiting is left out.
 *
 * Ethereum: the silent epochs begin with the first one after `begun`, and the last of them is judged two epochs after it began. How far the
 * epoch of `begun` had come is not known here (that needs the genesis of the chain), so this is the bound of the case in which the next one
 * began at once; in any other it is less than an epoch later. A chain with shorter epochs than Ethereum's may be sooner.
 *
 * CometBFT and Berachain: the silent heights begin after `begun` and last `heightsMs` by the clock of the chain, which may be ahead of ours
 * by `headMs`.
 */
export function earliestTake(chain: ChainName, begun: number, policy: GuardPolicy = guardPolicy): number {
  switch (chain) {
    case 'ethereum':
      return begun + (policy.epochs + 1) * epochMs;
    case 'berachain':
    case 'cometbft':
      return begun + Math.max(policy.heightsMs - policy.headMs, 0);
  }
}
