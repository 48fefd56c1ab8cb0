// Who of an epoch is in any block: the bits of all aggregates put over each other. Pure.
import type { Attestation, Block } from '../../wire/beacon.ts';
import { offsetsIn } from './attested.ts';
import { bitlist } from './bits.ts';
import type { EpochPlaces, Place } from './places.ts';

export type Included = {
  /** Included members of all committees, 0 to 1; never more than there were. */
  readonly participation: number;
  readonly has: (place: Place) => boolean;
};

type Committees = Map<number, Uint8Array[]>;

function emptyOf(lengths: EpochPlaces['lengths']): Committees {
  return new Map([...lengths].map(([slot, each]) => [slot, each.map((length) => new Uint8Array(length))]));
}

/** False when its bits do not fit the committees of its slot. */
function add(attestation: Attestation, committees: Committees, lengths: EpochPlaces['lengths']): boolean {
  const { slot } = attestation.data;
  const [seen, all] = [committees.get(slot), lengths.get(slot)];
  const bits = bitlist(attestation.aggregation_bits);
  const begins = all === undefined || bits === null ? null : offsetsIn(attestation, bits, all);
  if (seen === undefined || bits === null || begins === null) return false;
  for (const [committee, begin] of begins) {
    const members = seen[committee];
    if (members === undefined) return false;
    for (let position = 0; position < members.length; position += 1) {
      if (bits.has(begin + position)) members[position] = 1;
    }
  }
  return true;
}

/**
 * What these blocks hold of the attestations of an epoch. Null when one of them is not what a block can hold: bits of another length, a committee
 * that there is not, a slot that is not before the block's or too long before it: then nothing in them can be believed.
 */
export function includedIn(
  blocks: readonly Block[],
  given: { readonly epoch: number; readonly slotsPerEpoch: number; readonly lengths: EpochPlaces['lengths'] },
): Included | null {
  const { epoch, slotsPerEpoch, lengths } = given;
  const committees = emptyOf(lengths);
  for (const block of blocks) {
    for (const attestation of block.body.attestations) {
      const { slot, target } = attestation.data;
      const own = Math.floor(slot / slotsPerEpoch);
      const isInTime = slot < block.slot && Math.floor(block.slot / slotsPerEpoch) - own <= 1;
      if (!isInTime || target.epoch !== own) return null;
      if (own === epoch && !add(attestation, committees, lengths)) return null;
    }
  }
  let [members, included] = [0, 0];
  for (const committee of [...committees.values()].flat()) {
    members += committee.length;
    for (const bit of committee) included += bit;
  }
  return {
    participation: members === 0 ? 0 : included / members,
    has: ({ slot, committee, position }) => committees.get(slot)?.[committee]?.[position] === 1,
  };
}
