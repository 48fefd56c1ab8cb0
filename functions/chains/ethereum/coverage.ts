// Which epochs a run of slots covers, and how far. Pure.
import type { UnitReading } from '../../domain/evidence.ts';

/** The slots that were read: from `low` to before `next`. */
export type Coverage = { readonly low: number; readonly next: number; readonly slotsPerEpoch: number };

/**
 * The last slot whose block is looked at for attestations of an epoch. They may come until the end of the next one; by a quarter of it those of
 * a validator that lives have come, and silence takes several epochs anyway.
 */
const lastSlotFor = (epoch: number, slotsPerEpoch: number): number =>
  (epoch + 1) * slotsPerEpoch - 1 + Math.ceil(slotsPerEpoch / 4);

/** The epochs whose attestations the blocks of these slots can hold, in order. */
export function epochsIn({ low, next, slotsPerEpoch }: Coverage): number[] {
  if (low >= next) return [];
  const first = Math.max(0, Math.floor(low / slotsPerEpoch) - 1);
  const last = Math.floor((next - 1) / slotsPerEpoch);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** What was read of each of these epochs. */
export function unitsIn(
  coverage: Coverage,
  given: {
    /** The slots that have a block, of those that were read. */
    readonly blockSlots: readonly number[];
    readonly dutiesOf: (epoch: number) => readonly number[];
    readonly at: (epoch: number) => number;
  },
): UnitReading[] {
  const { low, next, slotsPerEpoch } = coverage;
  return epochsIn(coverage).flatMap((epoch) => {
    const first = epoch * slotsPerEpoch;
    const last = lastSlotFor(epoch, slotsPerEpoch);
    if (last < low) return [];
    return [
      {
        unit: epoch,
        at: given.at(epoch),
        isBegun: low <= first && first < next,
        isFinished: last < next,
        blocks: given.blockSlots.filter((slot) => Math.floor(slot / slotsPerEpoch) === epoch).length,
        fullBlocks: slotsPerEpoch,
        duties: given.dutiesOf(epoch),
      },
    ];
  });
}
