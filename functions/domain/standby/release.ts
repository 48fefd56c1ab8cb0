// May this node be deleted by software? Only when nothing speaks for keys on it, and everything that must be known is known.
import { aheadMs } from './agent.ts';
import type { FlagRead, Holder } from './key-flag.ts';
import { labels, type StandbyRules } from './rules.ts';
import type { Doubt, NodeReport, NodeSeen, Trouble } from './standby.ts';

/** An agent's last word counts for so long. */
const reportFreshMs = 15 * 60_000;

type Kept = Pick<Trouble, 'kind' | 'text'>;

export type Candidate = {
  /** As the list of this look shows it. */
  readonly node: NodeSeen;
  readonly signer: string;
  /** Read after that list; null when it was not read. */
  readonly flag: FlagRead | null;
  /** Heard in this look; null when it was not. */
  readonly report: NodeReport | null;
  readonly doubt: Doubt | null;
  readonly hasHeldKeys: boolean;
};

/** The command by which a person deletes it. */
export const deleteCommand = ({ zone, name }: NodeSeen, { project }: StandbyRules): string =>
  `gcloud compute instances delete ${name} --zone ${zone} --project ${project}`;

/** True when the flag names this machine, by its place or by Compute's own id of it. */
export function isHeldBy(
  { holder, instance }: { readonly holder: Holder; readonly instance: string | null },
  node: Pick<NodeSeen, 'zone' | 'name' | 'id'>,
): boolean {
  if (instance !== null && instance === node.id) return true;
  return holder.kind === 'node' && holder.zone === node.zone && holder.name === node.name;
}

function whyFlagKeeps({ flag, signer, node }: Candidate): Kept | null {
  if (flag === null || !flag.isReadable) {
    const why = flag === null ? 'it was not read' : flag.why;
    return { kind: 'flag-unreadable', text: `it is not known who holds the keys of ${signer}: ${why}` };
  }
  if (flag.flag === null) return null;
  if (flag.flag.holder.kind === 'none') {
    const text = `nobody holds the keys of ${signer}: a handover is under way, and it is not known what is on the node`;
    return { kind: 'keys-not-absent', text };
  }
  return isHeldBy(flag.flag, node)
    ? { kind: 'keys-not-absent', text: `the node holds the keys of ${signer}` }
    : null;
}

function whyAgentKeeps({ report, doubt, hasHeldKeys }: Candidate, at: number): Kept | null {
  const kind = 'keys-not-absent';
  if (hasHeldKeys) return { kind, text: 'the node has held keys, or may have' };
  if (doubt !== null) return { kind, text: doubt.text };
  if (report === null) return { kind, text: 'its agent does not say that no keys are on it' };
  if (report.keys !== 'absent') return { kind, text: `its agent says of keys: ${report.keys}` };
  return report.at < at - reportFreshMs || report.at > at + aheadMs
    ? { kind, text: 'the last word of its agent is too old, or not yet due, to count' }
    : null;
}

function whyComputeKeeps({ node, signer }: Candidate, { prefix }: StandbyRules): Kept | null {
  if (node.isProtected) return { kind: 'protected', text: 'the node is protected against deletion' };
  if (Object.hasOwn(node.labels, labels.hold)) {
    return { kind: 'protected', text: `somebody holds the node by the label ${labels.hold}` };
  }
  const isOurs = node.labels[labels.ours] === prefix && node.labels[labels.signer] === signer;
  return isOurs ? null : { kind: 'foreign', text: 'the node does not carry our labels any more' };
}

/** Null when it may be deleted; else what keeps it, and how a person deletes it all the same. */
export function whyKept(candidate: Candidate, rules: StandbyRules, at: number): Kept | null {
  const kept = whyComputeKeeps(candidate, rules) ?? whyFlagKeeps(candidate) ?? whyAgentKeeps(candidate, at);
  if (kept === null) return null;
  const { kind, text } = kept;
  return {
    kind,
    text: `not deleted: ${text}. When you are sure that no keys are on it: ${deleteCommand(candidate.node, rules)}`,
  };
}
