// What the phases of a standby mean for whoever counts, pays or deletes.
import type { StandbyRules } from './rules.ts';
import type { NodeSeen, Phase, Seen } from './standby.ts';
import type { ChainName } from '../chain.ts';
import type { Wanted } from './want.ts';

const livePhases: readonly Phase[] = ['creating', 'booting', 'syncing', 'synced', 'releasing'];

/** A node is there, or may be: in every other phase the last attempt is proven to have left none. */
export const isLive = (phase: Phase): boolean => livePhases.includes(phase);

/** Compute shows a node before it is known whether there will be one. */
export const isBeingMade = ({ status }: Pick<NodeSeen, 'status'>): boolean =>
  status === 'PROVISIONING' || status === 'STAGING';

export type Wanting = {
  readonly wanted: Wanted | null;
  /** The chain of the signer as it is configured; null when the signer is not, any more. */
  readonly chain: ChainName | null;
  readonly rules: StandbyRules;
  readonly at: number;
};

/**
 * What is wanted and not released. Without a signer of that chain, or without rules for it, nothing is. Whoever wrote the wanting may be
 * gone: what has expired is not wanted any more, unless somebody keeps it.
 */
export function activeWanting({ wanted, chain, rules, at }: Wanting): Wanted | null {
  if (wanted === null || chain !== wanted.chain || rules.nodes[chain] === undefined) return null;
  if (wanted.release !== null) return null;
  return wanted.keep !== null || wanted.expiresAt > at ? wanted : null;
}

/** What nothing was seen of yet. */
export const unseen = (at: number): Seen => ({
  revision: 0,
  wantedId: null,
  phase: 'waiting',
  phaseSince: at,
  attempt: null,
  tried: [],
  node: null,
  missingSince: null,
  report: null,
  progressAt: null,
  doubt: null,
  hasHeldKeys: false,
  refusal: null,
  trouble: null,
  deletion: null,
  cost: null,
  nextLookAt: null,
});

export const inPhase = (seen: Seen, phase: Phase, at: number): Seen =>
  seen.phase === phase ? seen : { ...seen, phase, phaseSince: at };
