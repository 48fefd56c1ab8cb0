// Who is in the committees of a pretend Ethereum, and who of them attests.
import { createCommittees } from './committees.ts';
import type { ChainOptions, EthereumChain, Lies } from './ethereum-chain.ts';
import { createSpells, type Spells } from './spells.ts';
import { createStatuses } from './statuses.ts';

/** A validator attests a third into its slot. */
const dutyPart = 1 / 3;

export type Times = Pick<EthereumChain, 'options' | 'slotAt' | 'slotTime' | 'epochOf'>;

export function createTimes(given: ChainOptions): Times {
  const options = {
    secondsPerSlot: 12,
    slotsPerEpoch: 32,
    committeesPerSlot: 2,
    epochsPerSyncPeriod: 256,
    syncCommitteeSize: 512,
    ...given,
  };
  const { genesisTime, secondsPerSlot, slotsPerEpoch } = options;
  return {
    options,
    slotTime: (slot) => (genesisTime + slot * secondsPerSlot) * 1000,
    slotAt: (at) => Math.floor((at / 1000 - genesisTime) / secondsPerSlot),
    epochOf: (slot) => Math.floor(slot / slotsPerEpoch),
  };
}

export type Outages = {
  readonly stalls: Spells;
  readonly stopped: ReadonlyMap<number, Spells>;
  readonly spellsOf: (index: number) => Spells;
};

export function createOutages(): Outages {
  const stopped = new Map<number, Spells>();
  return {
    stalls: createSpells(),
    stopped,
    spellsOf: (index) => {
      const spells = stopped.get(index) ?? createSpells();
      stopped.set(index, spells);
      return spells;
    },
  };
}

export type Members = Pick<
  EthereumChain,
  'committees' | 'hasDuty' | 'dutySlot' | 'statusOf' | 'statusChanges' | 'setStatus'
> & {
  /** How many places the committees of a slot have, those of whoever has left among them. */
  readonly places: (slot: number) => number;
  readonly leavers: ReadonlyMap<number, unknown>;
};

export function createMembers({ options, slotTime }: Times): Members {
  const statuses = createStatuses();
  const { slotsPerEpoch, validatorCount } = options;
  const hasDuty = (index: number, epoch: number): boolean =>
    index < validatorCount && statuses.of(index, slotTime(epoch * slotsPerEpoch)).startsWith('active');
  const committees = createCommittees(options, statuses.all, hasDuty);
  return {
    hasDuty,
    committees: committees.of,
    places: committees.size,
    dutySlot: committees.dutySlot,
    statusOf: statuses.of,
    statusChanges: statuses.changesOf,
    setStatus: statuses.set,
    leavers: statuses.all,
  };
}

export type Voting = Pick<EthereumChain, 'attesting' | 'hasAttested'> & {
  readonly attests: (index: number, slot: number, lies: Lies | null) => boolean;
  readonly isAnybody: (slot: number, lies: Lies | null) => boolean;
  readonly isStalled: (slot: number) => boolean;
};

export function createVoting({ options, slotTime }: Times, members: Members, outages: Outages): Voting {
  const { stalls, stopped } = outages;
  const dutyTime = (slot: number): number => slotTime(slot) + options.secondsPerSlot * 1000 * dutyPart;
  const isStalled = (slot: number): boolean => stalls.covers(dutyTime(slot));
  const attests = (index: number, slot: number, lies: Lies | null): boolean => {
    if (lies?.alive.includes(index) === true) return true;
    if (lies?.dead.includes(index) === true) return false;
    return !isStalled(slot) && stopped.get(index)?.covers(dutyTime(slot)) !== true;
  };
  return {
    attests,
    isStalled,
    isAnybody: (slot, lies) => {
      // With more places than people of whom there is something to say, somebody has attested.
      const special = stopped.size + members.leavers.size + (lies?.dead.length ?? 0);
      if (!isStalled(slot) && members.places(slot) > special) return true;
      return members.committees(slot).some((each) => each.some((index) => attests(index, slot, lies)));
    },
    attesting: (slot, lies) =>
      members.committees(slot).map((each, committee) => ({
        committee,
        members: each,
        has: each.map((index) => attests(index, slot, lies)),
      })),
    hasAttested: (index, epoch, lies) =>
      members.hasDuty(index, epoch) && attests(index, members.dutySlot(index, epoch), lies),
  };
}
