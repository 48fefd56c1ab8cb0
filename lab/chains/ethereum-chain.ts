// A pretend Ethereum: who attests in which slot, and which blocks there are, as a function of time. No sockets and no clock.
import { createHash } from 'node:crypto';
import { createSpells, type Spells } from './spells.ts';

export type ChainOptions = {
  /** Epoch seconds. */
  readonly genesisTime: number;
  readonly secondsPerSlot?: number;
  readonly slotsPerEpoch?: number;
  readonly committeesPerSlot?: number;
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
  /** The committees of a slot, in order. */
  readonly committees: (slot: number) => readonly (readonly number[])[];
  /** Who attested in the duty of a slot. */
  readonly attesting: (slot: number, lies: Lies | null) => readonly Attesting[];
  readonly hasAttested: (index: number, epoch: number, lies: Lies | null) => boolean;
  readonly dutySlot: (index: number, epoch: number) => number;
  readonly proposer: (slot: number) => number;
  readonly hasBlock: (slot: number) => boolean;
  /** The newest slot with a block at a time; 0 is genesis. */
  readonly headSlot: (at: number) => number;
  /** The newest slot with a block before this one. */
  readonly parentSlot: (slot: number) => number;
  readonly root: (slot: number, lies: Lies | null) => string;
  readonly statusOf: (index: number, at: number) => string;
  readonly balance: (index: number, epoch: number, lies: Lies | null) => number;
  readonly stop: (indices: readonly number[], at: number) => void;
  readonly start: (indices: readonly number[], at: number) => void;
  readonly stall: (at: number) => void;
  readonly resume: (at: number) => void;
  readonly setStatus: (index: number, status: string, at: number) => void;
};

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
/** A validator attests a third into its slot. */
const dutyPart = 1 / 3;
const rewardGwei = 9_000;
const penaltyGwei = 12_000;

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

/** A step through `count` that comes by every place once; another one for each epoch. */
function stepFor(epoch: number, count: number): number {
  let step = Number.parseInt(hash(`step ${epoch}`).slice(0, 8), 16) % count;
  while (step < 1 || greatestDivisor(step, count) !== 1) step = (step + 1) % Math.max(count, 2);
  return step;
}

/** What takes a step back: `(value * inverse) % count` is 1. */
function inverse(value: number, count: number): number {
  let [before, now, a, b] = [0, 1, count, value];
  while (b > 1) {
    const times = Math.floor(a / b);
    [before, now, a, b] = [now, before - times * now, b, a % b];
  }
  return ((now % count) + count) % count;
}

export function createEthereumChain(given: ChainOptions): EthereumChain {
  const options = { secondsPerSlot: 12, slotsPerEpoch: 32, committeesPerSlot: 2, ...given };
  const { genesisTime, secondsPerSlot, slotsPerEpoch, committeesPerSlot, validatorCount: count } = options;
  const genesisRoot = `0x${hash(`genesis ${genesisTime}`)}`;
  const stopped = new Map<number, Spells>();
  const stalls = createSpells();
  const statuses = new Map<number, { readonly status: string; readonly at: number }>();
  const perEpoch = slotsPerEpoch * committeesPerSlot;

  const slotTime = (slot: number): number => (genesisTime + slot * secondsPerSlot) * 1000;
  const slotAt = (at: number): number => Math.floor((at / 1000 - genesisTime) / secondsPerSlot);
  const epochOf = (slot: number): number => Math.floor(slot / slotsPerEpoch);
  const steps = new Map<number, number>();
  const step = (epoch: number): number => {
    const known = steps.get(epoch) ?? stepFor(epoch, count);
    steps.set(epoch, known);
    return known;
  };
  const validatorAt = (place: number, epoch: number): number => (place * step(epoch) + epoch) % count;
  const bounds = (committee: number): readonly [number, number] => [
    Math.floor((count * committee) / perEpoch),
    Math.floor((count * (committee + 1)) / perEpoch),
  ];
  const committees = (slot: number): number[][] => {
    const epoch = epochOf(slot);
    return Array.from({ length: committeesPerSlot }, (_, index) => {
      const [from, to] = bounds((slot % slotsPerEpoch) * committeesPerSlot + index);
      return Array.from({ length: to - from }, (__, place) => validatorAt(from + place, epoch));
    });
  };
  const attests = (index: number, slot: number, lies: Lies | null): boolean => {
    if (lies?.alive.includes(index) === true) return true;
    if (lies?.dead.includes(index) === true) return false;
    const at = slotTime(slot) + secondsPerSlot * 1000 * dutyPart;
    return !stalls.covers(at) && stopped.get(index)?.covers(at) !== true;
  };
  const hasBlock = (slot: number): boolean => slot >= 1 && !stalls.covers(slotTime(slot));
  const newestUpTo = (slot: number): number => {
    let newest = Math.max(0, slot);
    while (newest > 0 && !hasBlock(newest)) newest -= 1;
    return newest;
  };
  const dutySlot = (index: number, epoch: number): number => {
    const place = (((((index - epoch) % count) + count) % count) * inverse(step(epoch), count)) % count;
    let committee = Math.floor((place * perEpoch) / count);
    while (bounds(committee)[1] <= place) committee += 1;
    while (bounds(committee)[0] > place) committee -= 1;
    return epoch * slotsPerEpoch + Math.floor(committee / committeesPerSlot);
  };
  const hasAttested = (index: number, epoch: number, lies: Lies | null): boolean =>
    attests(index, dutySlot(index, epoch), lies);
  const spellsOf = (index: number): Spells => {
    const spells = stopped.get(index) ?? createSpells();
    stopped.set(index, spells);
    return spells;
  };
  return {
    options,
    genesisRoot,
    slotAt,
    slotTime,
    epochOf,
    publicKey: (index) => `0x${hash(`key ${index}`)}${hash(`yek ${index}`).slice(0, 32)}`,
    committees,
    attesting: (slot, lies) =>
      committees(slot).map((members, committee) => ({
        committee,
        members,
        has: members.map((index) => attests(index, slot, lies)),
      })),
    hasAttested,
    dutySlot,
    proposer: (slot) => {
      let index = (slot * 7) % count;
      while (stopped.get(index)?.covers(slotTime(slot)) === true) index = (index + 1) % count;
      return index;
    },
    hasBlock,
    headSlot: (at) => newestUpTo(slotAt(at)),
    parentSlot: (slot) => newestUpTo(slot - 1),
    root: (slot, lies) => `0x${hash(`${genesisRoot} ${slot} ${JSON.stringify(lies)}`)}`,
    statusOf: (index, at) => {
      const change = statuses.get(index);
      return change !== undefined && change.at <= at ? change.status : 'active_ongoing';
    },
    // Rewards of an epoch are paid at the end of the next one.
    balance: (index, epoch, lies) => {
      const paid = Math.max(0, epoch - 1);
      if (lies?.dead.includes(index) === true) return 32_000_000_000 - paid * penaltyGwei;
      if (lies?.alive.includes(index) === true) return 32_000_000_000 + paid * rewardGwei;
      const missed = (stopped.get(index)?.all() ?? []).reduce((sum, { from, until }) => {
        const last = Math.min(paid - 1, epochOf(slotAt(Math.min(until, slotTime(paid * slotsPerEpoch)))));
        let silent = 0;
        for (let each = Math.max(0, epochOf(slotAt(from))); each <= last; each += 1) {
          if (!hasAttested(index, each, null)) silent += 1;
        }
        return sum + silent;
      }, 0);
      return 32_000_000_000 + (paid - missed) * rewardGwei - missed * penaltyGwei;
    },
    stop: (indices, at) => {
      for (const index of indices) spellsOf(index).begin(at);
    },
    start: (indices, at) => {
      for (const index of indices) spellsOf(index).end(at);
    },
    stall: stalls.begin,
    resume: stalls.end,
    setStatus: (index, status, at) => {
      statuses.set(index, { status, at });
    },
  };
}
