// What an hour of waiting costs a validator, as a range: so that nobody hurries who need not.
import type { Facts } from './facts.ts';
import type { ProblemKind, Subject } from './incident.ts';

/** Per hour. On Ethereum what is missed and what is taken, in gwei; elsewhere blocks that are not proposed, whose rewards are missed. */
export type WaitingCost =
  | { readonly chain: 'ethereum'; readonly lowGwei: number; readonly highGwei: number }
  | { readonly chain: 'berachain' | 'cometbft'; readonly lowBlocks: number; readonly highBlocks: number };

/** What waiting costs the signers that an incident is about: all of a site's that is dark, or the one that does not sign. */
export function waitingCosts(_subject: Subject, _kind: ProblemKind, _facts: Facts): readonly WaitingCost[] {
  return [];
}
