// What voting comes to on a pretend Ethereum: the share that finality needs, and the balances.
import type { Blocks } from './blocks.ts';
import type { Lies } from './ethereum-chain.ts';
import type { Members, Outages, Times, Voting } from './voting.ts';

const depositGwei = 32_000_000_000;
/** What an attestation brings and what a missed one costs: head, target and source. */
export const rewardsGwei = { head: 2_000, target: 4_000, source: 2_000 } as const;
export const penaltiesGwei = { head: 0, target: 4_000, source: 2_000 } as const;
const sum = (parts: typeof rewardsGwei | typeof penaltiesGwei): number =>
  parts.head + parts.target + parts.source;

export type Parts = {
  readonly times: Times;
  readonly members: Members;
  readonly voting: Voting;
  readonly blocks: Blocks;
  readonly outages: Outages;
};

/** How much of an epoch's validators voted, from 0 to 1. Only those of whom there is something to say are looked at one by one. */
export function shareOf(epoch: number, { times, members, voting, blocks, outages }: Parts): number {
  const { slotsPerEpoch } = times.options;
  let [all, present] = [0, 0];
  const isCounted = (slot: number): boolean => !voting.isStalled(slot) && blocks.isIncluded(slot);
  for (let slot = epoch * slotsPerEpoch; slot < (epoch + 1) * slotsPerEpoch; slot += 1) {
    all += members.places(slot);
    if (isCounted(slot)) present += members.places(slot);
  }
  for (const index of new Set([...outages.stopped.keys(), ...members.leavers.keys()])) {
    const slot = members.dutySlot(index, epoch);
    const isIn = members.hasDuty(index, epoch);
    if (!isIn) all -= 1;
    if (isCounted(slot) && !(isIn && voting.attests(index, slot, null))) present -= 1;
  }
  return all === 0 ? 0 : present / all;
}

/** The balance at the beginning of an epoch. Rewards of an epoch are paid at the end of the next one. */
export function balanceOf(
  index: number,
  epoch: number,
  given: Parts & { readonly lies: Lies | null },
): number {
  const { times, members, blocks, outages, lies } = given;
  const paid = Math.max(0, epoch - 1);
  const spells = [...outages.stalls.all(), ...(outages.stopped.get(index)?.all() ?? [])];
  const moments = [
    ...spells.flatMap(({ from, until }) => [from, until]),
    ...members.statusChanges(index).map(({ at }) => at),
  ].filter(Number.isFinite);
  // Between two epochs in which something changes all are alike; a change may cost the epoch before it its blocks.
  const changes = moments.flatMap((at) => [-1, 0, 1].map((by) => times.epochOf(times.slotAt(at)) + by));
  const starts = [...new Set([0, ...changes])].filter((each) => each >= 0 && each < paid);
  const delta = (each: number): number => {
    if (!members.hasDuty(index, each)) return 0;
    return blocks.isRewarded(index, each, lies) ? sum(rewardsGwei) : -sum(penaltiesGwei);
  };
  return starts
    .toSorted((a, b) => a - b)
    .reduce((gwei, each, place, sorted) => {
      const length = (sorted[place + 1] ?? paid) - each;
      return gwei + length * delta(each);
    }, depositGwei);
}
