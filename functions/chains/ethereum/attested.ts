// Which of our keys a block shows attesting: committee bits and aggregation bits, decoded. Pure.
import type { Attestation, Block } from '../../wire/beacon.ts';
import { type Bitlist, bitlist, vectorBits } from './bits.ts';
import type { EpochPlaces } from './places.ts';

/** A key attested in the duty of this slot. */
export type Attested = { readonly index: number; readonly slot: number };

type Given = {
  readonly slotsPerEpoch: number;
  /** By epoch; an epoch that is missing cannot be looked at. */
  readonly places: ReadonlyMap<number, EpochPlaces>;
};

/** Where each committee of an attestation begins in its bits; null when the bits do not fit the committees. */
export function offsetsIn(
  attestation: Attestation,
  bits: Bitlist,
  lengths: readonly number[],
): ReadonlyMap<number, number> | null {
  const { committee_bits: vector, data } = attestation;
  const committees = vector === undefined ? [data.index] : vectorBits(vector);
  const begins = new Map<number, number>();
  let offset = 0;
  for (const committee of committees) {
    const length = lengths[committee];
    if (length === undefined) return null;
    begins.set(committee, offset);
    offset += length;
  }
  return offset === bits.length && committees.length > 0 ? begins : null;
}

function attestedIn(attestation: Attestation, epochPlaces: EpochPlaces): Attested[] | null {
  const { slot } = attestation.data;
  const lengths = epochPlaces.lengths.get(slot);
  // None of our keys has its duty in this slot.
  if (lengths === undefined) return [];
  const bits = bitlist(attestation.aggregation_bits);
  const begins = bits === null ? null : offsetsIn(attestation, bits, lengths);
  if (bits === null || begins === null) return null;
  return [...epochPlaces.places].flatMap(([index, place]) => {
    const begin = place.slot === slot ? begins.get(place.committee) : undefined;
    return begin !== undefined && bits.has(begin + place.position) ? [{ index, slot }] : [];
  });
}

/**
 * The attestations of our keys that a block holds. Null when one for a slot of ours is not what a block can hold (bits of another length, a
 * committee that there is not, a slot that is not before the block's): then nothing in it can be believed.
 */
export function attestedInBlock(block: Block, given: Given): readonly Attested[] | null {
  const { slotsPerEpoch, places } = given;
  const found: Attested[] = [];
  for (const attestation of block.body.attestations) {
    const { slot, target } = attestation.data;
    const epoch = Math.floor(slot / slotsPerEpoch);
    const isInTime = slot < block.slot && Math.floor(block.slot / slotsPerEpoch) - epoch <= 1;
    if (!isInTime || target.epoch !== epoch) return null;
    const epochPlaces = places.get(epoch);
    const attested = epochPlaces === undefined ? [] : attestedIn(attestation, epochPlaces);
    if (attested === null) return null;
    found.push(...attested);
  }
  return found;
}
