// The reaper: machines of ours that nobody wants are told of first, and deleted after a grace by the same rules as any node.
import type { ChainName } from '../chain.ts';
import { activeWanting, isLive } from './phase.ts';
import type { FlagRead } from './key-flag.ts';
import { type Candidate, deleteCommand, whyKept } from './release.ts';
import { labels, type StandbyRules } from './rules.ts';
import type { Listing } from './situation.ts';
import type { NodeSeen, Orphan, Standby } from './standby.ts';

/** What `broken` documents stand for, by signer; null when it cannot be told, and then nobody is an orphan. */
export type Claims = {
  /** Drills under way included: each has a node by the same rules. */
  readonly standbys: readonly Standby[];
  /** Of a signer as it is configured; null when it is not. */
  readonly chainOf: (signer: string) => ChainName | null;
  readonly brokenSigners: readonly string[] | null;
};

type Reaping = { readonly claims: Claims; readonly rules: StandbyRules; readonly at: number };

/** Of what is gone, or has failed for good, nobody looks after a machine that comes late. */
function isLookedAfter({ signer, wanted, seen }: Standby, { claims, rules, at }: Reaping): boolean {
  if (seen === null) return false;
  if (isLive(seen.phase)) return true;
  const wanting = activeWanting({ wanted, chain: claims.chainOf(signer), rules, at });
  return wanting !== null && (seen.phase !== 'failed' || seen.wantedId !== wanting.id);
}

function isClaimed(node: NodeSeen, reaping: Reaping): boolean {
  const { standbys, brokenSigners } = reaping.claims;
  const signer = node.labels[labels.signer];
  if (brokenSigners === null || (signer !== undefined && brokenSigners.includes(signer))) return true;
  return standbys.some(
    (standby) =>
      standby.seen?.attempt?.zone === node.zone &&
      standby.seen.attempt.name === node.name &&
      isLookedAfter(standby, reaping),
  );
}

const isSame = (a: Pick<Orphan, 'zone' | 'name'>, b: Pick<Orphan, 'zone' | 'name'>): boolean =>
  a.zone === b.zone && a.name === b.name;

/** Machines that nobody wants, and since when. What a list that is not whole does not show is remembered. */
export function orphansIn(
  listing: Listing,
  context: Reaping & { readonly before: readonly Orphan[] },
): { readonly orphans: readonly Orphan[]; readonly nodes: readonly NodeSeen[] } {
  const { before, rules, at } = context;
  const instances = before.filter(({ kind }) => kind === 'instance');
  const nodes = listing.nodes.filter(
    (node) => node.labels[labels.ours] === rules.prefix && !isClaimed(node, context),
  );
  const orphans = nodes.map((node): Orphan => {
    const known = instances.find((each) => isSame(each, node));
    const firstSeenAt = known?.firstSeenAt ?? at;
    return {
      kind: 'instance',
      name: node.name,
      zone: node.zone,
      signer: node.labels[labels.signer] ?? null,
      firstSeenAt,
      deletesAt: firstSeenAt + rules.orphanGraceMs,
      text: known?.text ?? 'nobody wants it',
      requestId: known?.requestId ?? null,
    };
  });
  const unshown = instances.filter((each) => !listing.nodes.some((node) => isSame(each, node)));
  return { orphans: listing.isWhole ? orphans : [...orphans, ...unshown], nodes };
}

/** Why none is deleted now, whatever it is: somewhere a handover is under way, or has been, or nobody knows. */
export function whyNoneIsDeleted(
  flags: ReadonlyMap<string, FlagRead>,
  signers: readonly string[],
): string | null {
  for (const signer of signers) {
    const read = flags.get(signer);
    if (read === undefined || !read.isReadable) return `it is not known who holds the keys of ${signer}`;
    const holder = read.flag?.holder.kind ?? 'basement';
    if (holder !== 'basement') return `the keys of ${signer} are not in a basement`;
  }
  return null;
}

/** What becomes of an orphan whose grace is over: the sentence that keeps it, or null when it may be deleted. */
export function whyOrphanIsKept(
  candidate: Omit<Candidate, 'signer'>,
  rules: StandbyRules,
  at: number,
): string | null {
  const { node, flag } = candidate;
  const signer = node.labels[labels.signer];
  if (signer === undefined) {
    return `not deleted: it does not say whose it is. When you are sure that no keys are on it: ${deleteCommand(node, rules)}`;
  }
  const moved = flag !== null && flag.isReadable ? flag.flag : null;
  if (moved !== null && (node.createdAt === null || moved.since >= node.createdAt)) {
    return `not deleted: the keys of ${signer} were moved while it was there, and it may have held them. When you are sure that no keys are on it: ${deleteCommand(node, rules)}`;
  }
  return whyKept({ ...candidate, signer }, rules, at)?.text ?? null;
}
