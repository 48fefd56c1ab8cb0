// All that one look at one standby goes by; the rules beside it are pure functions of this.
import type { ChainName } from '../chain.ts';
import type { OperationState } from './answer.ts';
import type { FlagRead } from './key-flag.ts';
import { isLive } from './phase.ts';
import { labels, type StandbyRules } from './rules.ts';
import type { NodeReport, NodeSeen, Seen } from './standby.ts';
import type { Wanted } from './want.ts';

/** All nodes of ours, asked for after what is known was loaded. When it is not whole, absence proves nothing. */
export type Listing = { readonly nodes: readonly NodeSeen[]; readonly isWhole: boolean };

/** What the node's agent says. */
export type Heard =
  | { readonly kind: 'report'; readonly report: NodeReport }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'malformed'; readonly text: string };

/** What a node is for: to take over one day, or to see that one could. */
export type Purpose = 'standby' | 'drill';

export type Situation = {
  readonly purpose: Purpose;
  readonly signer: string;
  /** As it is configured; null when the signer is not, any more. */
  readonly chain: ChainName | null;
  readonly wanted: Wanted | null;
  readonly seen: Seen | null;
  readonly at: number;
  readonly rules: StandbyRules;
  /** How the operation under way stands, asked before the list; null when there is none or no answer came. */
  readonly operation: OperationState | null;
  /** Null when Compute did not answer. */
  readonly listing: Listing | null;
  /** Read after the list; null when it was not read. */
  readonly flag: FlagRead | null;
  /** Asked after the list; null when the node was not asked, or Compute did not answer. */
  readonly heard: Heard | null;
  /** The snapshot that a new node may begin with: it is ready, and no identity is on it. Null when there is none. */
  readonly snapshot: string | null;
  /** When the node of a drill was last gone that gave way to a standby, epoch ms; null when none is known to have been. */
  readonly roomSince: number | null;
};

/**
 * The node of the standby's attempt, by its place and its name, if this look shows it. A name is never used twice: one that has lost its
 * labels is there all the same.
 */
export function nodeShown({ seen, listing }: Situation, of = seen?.attempt ?? null): NodeSeen | null {
  if (of === null || listing === null) return null;
  return listing.nodes.find(({ zone, name }) => zone === of.zone && name === of.name) ?? null;
}

/**
 * The place of a node that a whole list leaves out although it was there, or although its insert is done: only Compute's word for that very
 * one tells whether it is gone, or has only lost the label by which lists find it.
 */
export function placeToAsk(situation: Situation): { readonly zone: string; readonly name: string } | null {
  const { seen, listing, operation } = situation;
  if (seen === null || seen.attempt === null || !isLive(seen.phase)) return null;
  if (listing?.isWhole !== true || nodeShown(situation) !== null) return null;
  const isInsertDone = seen.deletion === null && operation?.state === 'done';
  if (seen.node === null && !isInsertDone) return null;
  const { zone, name } = seen.attempt;
  return { zone, name };
}

/** By its label. */
export const purposeOf = (node: NodeSeen): Purpose =>
  Object.hasOwn(node.labels, labels.drill) ? 'drill' : 'standby';
