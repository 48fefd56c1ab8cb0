// A pretend Ethereum: who attests in which slot, and which blocks there are, as a function of time. No sockets and no clock.
import { createHash } from 'node:crypto';
import { balanceOf, shareOf } from './accounts.ts';
import { createBlocks } from './blocks.ts';
import { type Checkpoints, checkpointsOf } from './finality.ts';
import type { StatusChange } from './statuses.ts';
import { createSyncCommittees } from './sync-committee.ts';
import { createMembers, createOutages, createTimes, createVoting } from './voting.ts';

export type ChainOptions = {
  /** Epoch seconds. */
  readonly genesisTime: number;
  readonly secondsPerSlot?: number;
  readonly slotsPerEpoch?: number;
  readonly committeesPerSlot?: number;
  readonly epochsPerSyncPeriod?: number;
  readonly syncCommitteeSize?: number;
  readonly validatorCount: number;
};

/** What somebody says of validators that is not so: an RPC that lies. */
export type Lies = { readonly alive: readonly number[]; readonly dead: readonly number[] };

/** The validators of one committee, and those of them that attested. */
export type Attesting = {
  readonly committee: number;
  readonly members: readonly number[];
  readonly has: readonly boolean[];
};

export type EthereumChain = {
  readonly options: Required<ChainOptions>;
  readonly genesisRoot: string;
  readonly slotAt: (at: number) => number;
  readonly slotTime: (slot: number) => number;
  readonly epochOf: (slot: number) => number;
  readonly publicKey: (index: number) => string;
  /** Undefined for a key that the chain does not know. */
  readonly indexOf: (publicKey: string) => number | undefined;
  /** The committees of a slot, in order. */
  readonly committees: (slot: number) => readonly (readonly number[])[];
  /** Who attested in the duty of a slot. */
  readonly attesting: (slot: number, lies: Lies | null) => readonly Attesting[];
  readonly hasAttested: (index: number, epoch: number, lies: Lies | null) => boolean;
  /** Whether it attested, a block came in time to hold that, and it was not slashed. */
  readonly isRewarded: (index: number, epoch: number, lies: Lies | null) => boolean;
  /** Whether it has a place in a committee of the epoch. */
  readonly hasDuty: (index: number, epoch: number) => boolean;
  /** The slot of its duty, if it has one. */
  readonly dutySlot: (index: number, epoch: number) => number;
  readonly proposer: (slot: number, lies?: Lies | null) => number;
  /** Who was drawn for a slot; where that one is off another steps in, so that every slot has a block. */
  readonly drawnProposer: (slot: number, lies?: Lies | null) => number;
  /** The members of a period, drawn with repetition. */
  readonly syncCommittee: (period: number, lies: Lies | null) => readonly number[];
  readonly hasBlock: (slot: number) => boolean;
  /** The slots whose attestations the block of a slot holds, oldest first. */
  readonly slotsIn: (slot: number, lies: Lies | null) => readonly number[];
  /** The newest slot with a block at a time; 0 is genesis. */
  readonly headSlot: (at: number) => number;
  /** The newest slot with a block before this one. */
  readonly parentSlot: (slot: number) => number;
  readonly root: (slot: number, lies: Lies | null) => string;
  /** What the state of a slot holds. */
  readonly checkpoints: (slot: number) => Checkpoints;
  readonly statusOf: (index: number, at: number) => string;
  /** In the order of their times. */
  readonly statusChanges: (index: number) => readonly StatusChange[];
  readonly balance: (index: number, epoch: number, lies: Lies | null) => number;
  readonly stop: (indices: readonly number[], at: number) => void;
  readonly start: (indices: readonly number[], at: number) => void;
  readonly stall: (at: number) => void;
  readonly resume: (at: number) => void;
  /** Whoever exits does so at once, and has its duty to the end of the epoch: nobody's committee changes under way. */
  readonly setStatus: (index: number, status: string, at: number) => void;
};

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
type Keys = Pick<EthereumChain, 'publicKey' | 'indexOf'>;

function createKeys(count: number): Keys {
  const publicKey = (index: number): string =>
    `0x${hash(`key ${index}`)}${hash(`yek ${index}`).slice(0, 32)}`;
  let indices: ReadonlyMap<string, number> | null = null;
  return {
    publicKey,
    indexOf: (key) => {
      indices ??= new Map(Array.from({ length: count }, (_, index) => [publicKey(index), index]));
      return indices.get(key);
    },
  };
}

export function createEthereumChain(given: ChainOptions): EthereumChain {
  const times = createTimes(given);
  const { options, epochOf } = times;
  const outages = createOutages();
  const members = createMembers(times);
  const voting = createVoting(times, members, outages);
  const blocks = createBlocks(times, members, voting, outages);
  const parts = { times, members, voting, blocks, outages };
  const genesisRoot = `0x${hash(`genesis ${options.genesisTime}`)}`;
  return {
    ...times,
    ...createKeys(options.validatorCount),
    ...members,
    ...voting,
    ...blocks,
    ...createSyncCommittees(times, members),
    genesisRoot,
    root: (slot, lies) => `0x${hash(`${genesisRoot} ${slot} ${JSON.stringify(lies)}`)}`,
    checkpoints: (slot) => checkpointsOf(epochOf(slot), (epoch) => shareOf(epoch, parts)),
    balance: (index, epoch, lies) => balanceOf(index, epoch, { ...parts, lies }),
    stop: (indices, at) => {
      for (const index of indices) outages.spellsOf(index).begin(at);
    },
    start: (indices, at) => {
      for (const index of indices) outages.spellsOf(index).end(at);
    },
    stall: outages.stalls.begin,
    resume: outages.stalls.end,
  };
}
