// Which snapshots of drills' disks are made, kept and begun with. Pure.
import type { ChainName } from '../chain.ts';
import { labels, type Prices, type StandbyRules } from '../standby/rules.ts';
import type { Fleet } from '../standby/standby.ts';
import { stampOf } from '../incident.ts';
import type { DrillRun, Saving, Snapshot } from './drill.ts';

/** What Compute shows of a snapshot. */
export type SnapshotSeen = {
  readonly name: string;
  /** As Compute writes it: CREATING, UPLOADING, READY, FAILED, DELETING. */
  readonly status: string;
  /** Epoch ms; null when Compute's time cannot be read. */
  readonly createdAt: number | null;
  /** What it takes and is paid for; null while Compute does not say so. */
  readonly gib: number | null;
  readonly labels: Readonly<Record<string, string>>;
};

/** Ours, of this chain, and made after no identity was left on the disk. */
const isWiped = ({ labels: given }: SnapshotSeen, { prefix }: StandbyRules, chain: ChainName): boolean =>
  given[labels.ours] === prefix &&
  given[labels.chain] === chain &&
  /^\d{9,11}$/.test(given[labels.wiped] ?? '');

const isReady = ({ status }: SnapshotSeen): boolean => status === 'READY';

const byAge = (a: SnapshotSeen, b: SnapshotSeen): number =>
  (a.createdAt ?? 0) - (b.createdAt ?? 0) || (a.name < b.name ? -1 : 1);

/** The newest that a node may begin with; null when there is none. */
export function newestReady(
  all: readonly SnapshotSeen[],
  rules: StandbyRules,
  chain: ChainName,
): SnapshotSeen | null {
  return (
    all
      .filter((each) => isReady(each) && isWiped(each, rules, chain))
      .toSorted(byAge)
      .at(-1) ?? null
  );
}

/** Of those that are ready, the newest are kept, and what has failed is of no use; of what is still made, and of what others made, nothing is deleted. */
export function sortOut(
  all: readonly SnapshotSeen[],
  rules: StandbyRules,
  chain: ChainName,
): { readonly kept: readonly Snapshot[]; readonly surplus: readonly string[] } {
  const keep = rules.drill.snapshots?.keep ?? 0;
  const ours = all.filter((each) => isReady(each) && isWiped(each, rules, chain)).toSorted(byAge);
  const first = Math.max(0, ours.length - keep);
  const dead = all.filter((each) => each.status === 'FAILED' && isWiped(each, rules, chain));
  return {
    kept: ours.slice(first).map(({ name, createdAt, gib, labels: given }) => ({
      name,
      at: createdAt ?? 0,
      gib,
      signer: given[labels.signer] ?? '',
    })),
    surplus: [...ours.slice(0, first), ...dead].map(({ name }) => name),
  };
}

/** What `count` snapshots of that size cost in a month, in the currency of the prices. */
export const monthlyCost = (
  gib: number,
  count: number,
  { snapshotGibMonth }: Pick<Prices, 'snapshotGibMonth'>,
): number => gib * count * snapshotGibMonth;

/** Why the disk of this drill is not kept although that is wanted; null when it may be, or nobody wants it. */
export function whyNotKept({ wish, marks, usedGib, saving }: DrillRun, rules: StandbyRules): string | null {
  const { snapshots } = rules.drill;
  // What was begun is not taken back because a price has changed.
  if (snapshots === null || wish.mode !== 'sync' || saving !== null) return null;
  if (usedGib === null) return marks.wiped === null ? null : 'its agent does not say how much lies on it';
  const cost = monthlyCost(usedGib, snapshots.keep, rules.prices);
  const { currency } = rules.prices;
  return cost <= snapshots.monthlyCost
    ? null
    : `${Math.round(usedGib)} GiB would cost about ${Math.ceil(cost)} ${currency} a month, and ${snapshots.acceptedBy} has accepted ${snapshots.monthlyCost} ${currency}`;
}

/** Of every chain that can have a node, whether its snapshots are to be looked at once more. */
export const hasSnapshots = ({ snapshots }: Pick<Fleet, 'snapshots'>, chain: ChainName): boolean =>
  (snapshots[chain] ?? []).length > 0;

/** What a snapshot of this drill's disk is to be called, and what it says of itself. Null while its node has not said that it is wiped. */
export function savingOf(
  { wish, marks, verdict, saving, seen, usedGib }: DrillRun,
  rules: StandbyRules,
  fresh: { readonly requestId: string; readonly at: number },
): Saving | null {
  const isWanted = rules.drill.snapshots !== null && wish.mode === 'sync' && verdict === null;
  const { report } = seen;
  // Its size is what is paid for: unknown, nobody has accepted it.
  if (!isWanted || saving !== null || marks.wiped === null || usedGib === null) return null;
  if (report?.state !== 'wiped' || report.keys !== 'absent' || seen.hasHeldKeys) return null;
  const stamp = stampOf(fresh.at)
    .toLowerCase()
    .replaceAll(/[^0-9a-z]/g, '');
  return { name: `${rules.prefix}-${wish.chain}-${stamp}`, ...fresh, operation: null };
}

export const snapshotLabels = (
  { wish, marks }: DrillRun,
  { prefix }: StandbyRules,
): Readonly<Record<string, string>> => ({
  [labels.ours]: prefix,
  [labels.chain]: wish.chain,
  [labels.signer]: wish.signer,
  [labels.wiped]: String(Math.floor((marks.wiped ?? 0) / 1000)),
});
