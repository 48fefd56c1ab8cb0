// Which slots of a pretend Ethereum have a block, by whom, and which attestations come into it.
import type { EthereumChain, Lies } from './ethereum-chain.ts';
import type { Members, Outages, Times, Voting } from './voting.ts';

/** Since Electra; what finds no room waits for a later block. */
const mostAttestations = 8;

export type Blocks = Pick<
  EthereumChain,
  'proposer' | 'drawnProposer' | 'hasBlock' | 'headSlot' | 'parentSlot' | 'slotsIn' | 'isRewarded'
> & { readonly isIncluded: (slot: number) => boolean };

type Proposers = Pick<Blocks, 'proposer' | 'drawnProposer' | 'hasBlock'>;

function createProposers(
  { options, slotTime, epochOf }: Times,
  members: Members,
  outages: Outages,
): Proposers {
  const { stalls, stopped } = outages;
  const { validatorCount: count } = options;
  const findAmong = (slot: number, isThere: (index: number) => boolean): number | null => {
    const first = (slot * 7) % count;
    for (let step = 0; step < count; step += 1) {
      const index = (first + step) % count;
      if (isThere(index) && members.hasDuty(index, epochOf(slot))) return index;
    }
    return null;
  };
  const isSaidDead = (index: number, lies: Lies | null): boolean => lies?.dead.includes(index) === true;
  const find = (slot: number, lies: Lies | null): number | null =>
    findAmong(
      slot,
      (index) => stopped.get(index)?.covers(slotTime(slot)) !== true && !isSaidDead(index, lies),
    );
  return {
    // Nobody asks for the proposer of a slot in which there is none.
    proposer: (slot, lies = null) => find(slot, lies) ?? (slot * 7) % count,
    drawnProposer: (slot, lies = null) =>
      findAmong(slot, (index) => !isSaidDead(index, lies)) ?? (slot * 7) % count,
    hasBlock: (slot) => slot >= 1 && !stalls.covers(slotTime(slot)) && find(slot, null) !== null,
  };
}

export function createBlocks(times: Times, members: Members, voting: Voting, outages: Outages): Blocks {
  const { slotsPerEpoch } = times.options;
  const { proposer, drawnProposer, hasBlock } = createProposers(times, members, outages);
  const newestUpTo = (slot: number): number => {
    let newest = Math.max(0, slot);
    while (newest > 0 && !hasBlock(newest)) newest -= 1;
    return newest;
  };
  const firstOf = (epoch: number): number => Math.max(0, epoch * slotsPerEpoch);
  // A block may hold attestations of its own epoch and of the one before.
  const isIncluded = (slot: number): boolean => {
    let each = firstOf(times.epochOf(slot) + 2) - 1;
    while (each > slot && !hasBlock(each)) each -= 1;
    return each > slot;
  };
  return {
    proposer,
    drawnProposer,
    hasBlock,
    isIncluded,
    headSlot: (at) => newestUpTo(times.slotAt(at)),
    parentSlot: (slot) => newestUpTo(slot - 1),
    isRewarded: (index, epoch, lies) => {
      const slot = members.dutySlot(index, epoch);
      const isSlashed = members.statusOf(index, times.slotTime(slot)) === 'active_slashed';
      return !isSlashed && voting.hasAttested(index, epoch, lies) && isIncluded(slot);
    },
    // The newest pay best, so proposers take them first. What is too old for this block is never in the way of what is not.
    slotsIn: (slot, lies) => {
      const first = firstOf(times.epochOf(slot) - 1);
      const waiting: number[] = [];
      for (let each = first; each < slot; each += 1) {
        if (hasBlock(each)) waiting.splice(-mostAttestations);
        if (voting.isAnybody(each, lies)) waiting.push(each);
      }
      return waiting.slice(-mostAttestations);
    },
  };
}
