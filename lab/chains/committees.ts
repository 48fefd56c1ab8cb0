// The committees of a pretend Ethereum: a step that comes by every validator once, another one for each epoch.
import { createHash } from 'node:crypto';
import type { ChainOptions } from './ethereum-chain.ts';

export type Committees = {
  /** The committees of a slot, in order; whoever has left the chain is in none. */
  readonly of: (slot: number) => number[][];
  /** How many places the committees of a slot have, those of whoever has left among them. */
  readonly size: (slot: number) => number;
  /** The slot in which a validator has its place, if it has one. */
  readonly dutySlot: (index: number, epoch: number) => number;
};

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

function stepFor(epoch: number, count: number): number {
  const seed = createHash('sha256').update(`step ${epoch}`).digest('hex').slice(0, 8);
  let step = Number.parseInt(seed, 16) % count;
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

/** `leavers` are those of whom `isIn` has to be asked; all others are in for ever. */
export function createCommittees(
  options: Required<ChainOptions>,
  leavers: ReadonlyMap<number, unknown>,
  isIn: (index: number, epoch: number) => boolean,
): Committees {
  const { slotsPerEpoch, committeesPerSlot, validatorCount: count } = options;
  const perEpoch = slotsPerEpoch * committeesPerSlot;
  const steps = new Map<number, number>();
  const step = (epoch: number): number => {
    const known = steps.get(epoch) ?? stepFor(epoch, count);
    steps.set(epoch, known);
    return known;
  };
  const first = (committee: number): number => Math.floor((count * committee) / perEpoch);
  const members = (committee: number, epoch: number): number[] => {
    const from = first(committee);
    const [by, length] = [step(epoch), first(committee + 1) - from];
    const all = Array.from({ length }, (_, place) => ((from + place) * by + epoch) % count);
    return leavers.size === 0 ? all : all.filter((index) => !leavers.has(index) || isIn(index, epoch));
  };
  const firstOf = (slot: number): number => (slot % slotsPerEpoch) * committeesPerSlot;
  return {
    of: (slot) =>
      Array.from({ length: committeesPerSlot }, (_, index) =>
        members(firstOf(slot) + index, Math.floor(slot / slotsPerEpoch)),
      ),
    size: (slot) => first(firstOf(slot) + committeesPerSlot) - first(firstOf(slot)),
    dutySlot: (index, epoch) => {
      const place = (((((index - epoch) % count) + count) % count) * inverse(step(epoch), count)) % count;
      let committee = Math.floor((place * perEpoch) / count);
      while (first(committee + 1) <= place) committee += 1;
      while (first(committee) > place) committee -= 1;
      return epoch * slotsPerEpoch + Math.floor(committee / committeesPerSlot);
    },
  };
}
