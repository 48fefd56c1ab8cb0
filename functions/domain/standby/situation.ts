// All that one look at one standby goes by; the rules beside it are pure functions of this.
import type { ChainName } from '../chain.ts';
import type { Operation } from './answer.ts';
import type { FlagRead } from './key-flag.ts';
import type { StandbyRules } from './rules.ts';
import { labels } from './rules.ts';
import type { Attempt, NodeReport, NodeSeen, Seen } from './standby.ts';
import type { Wanted } from './want.ts';

/** All nodes of ours, asked for after what is known was loaded. When it is not whole, absence proves nothing. */
export type Listing = { readonly nodes: readonly NodeSeen[]; readonly isWhole: boolean };

/** What the node's agent says. */
export type Heard =
  | { readonly kind: 'report'; readonly report: NodeReport }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'malformed'; readonly text: string };

export type Situation = {
  readonly signer: string;
  /** As it is configured; null when the signer is not, any more. */
  readonly chain: ChainName | null;
  readonly wanted: Wanted | null;
  readonly seen: Seen | null;
  readonly at: number;
  readonly rules: StandbyRules;
  /** How the operation under way stands, asked before the list; null when there is none or no answer came. */
  readonly operation: Operation | null;
  /** Null when Compute did not answer. */
  readonly listing: Listing | null;
  /** Read after the list; null when it was not read. */
  readonly flag: FlagRead | null;
  /** Asked after the list; null when the node was not asked, or Compute did not answer. */
  readonly heard: Heard | null;
};

/** True when the node is the one that this attempt made, by place, name and labels. */
const isOfAttempt = (node: NodeSeen, attempt: Attempt, signer: string): boolean =>
  node.zone === attempt.zone &&
  node.name === attempt.name &&
  node.labels[labels.signer] === signer &&
  node.labels[labels.attempt] === String(attempt.n);

/** The node of the standby's attempt, if this look shows it. */
export function nodeShown({ seen, listing, signer }: Situation, of = seen?.attempt ?? null): NodeSeen | null {
  if (of === null || listing === null) return null;
  return listing.nodes.find((node) => isOfAttempt(node, of, signer)) ?? null;
}

/** Made by the weekly drill, which looks after it itself. */
export const isDrill = (node: NodeSeen): boolean => Object.hasOwn(node.labels, labels.drill);
