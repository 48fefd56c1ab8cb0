// All committees of an epoch: how many validators each has, and where ours stand. Without all of them nobody can say who was not included.
import { failed } from '../../kit/net/failure.ts';
import type { Session } from '../../kit/net/session.ts';
import { committee } from '../../wire/beacon.ts';
import { type Asked, unusable } from '../ask.ts';
import { objectStream } from '../objects.ts';
import type { EpochPlaces, Place } from './places.ts';

// A whole epoch of mainnet is 10 MB.
const mostBytes = 40_000_000;
const longestCommittee = 65_536;
/** Strangers are taken from here, so that it can be asked whether a node hears anybody at all. */
const mostStrangers = 64;

/** As `EpochPlaces`, with the committees of every slot. */
export type WholeEpoch = EpochPlaces & {
  /** Some members of committees that are not ours: index and place. */
  readonly strangers: ReadonlyMap<number, Place>;
};

type Given = {
  readonly epoch: number;
  readonly slotsPerEpoch: number;
  /** A slot of which the node still has the state, in this epoch or the next. */
  readonly state: string;
  readonly indices: readonly number[];
};

const isWhole = (lengths: readonly number[] | undefined): boolean =>
  lengths !== undefined &&
  lengths.length > 0 &&
  Array.from({ length: lengths.length }, (_, index) => lengths[index]).every(
    (length) => length !== undefined,
  );

/** Reads the committees of all slots; a list that leaves one out, or has one of us twice, is none. */
export async function readWholeEpoch(session: Session, given: Given): Promise<Asked<WholeEpoch>> {
  const { epoch, slotsPerEpoch, state, indices } = given;
  const wanted = new Map(indices.map((index) => [String(index), index] as const));
  const places = new Map<number, Place>();
  const strangers = new Map<number, Place>();
  const lengths = new Map<number, number[]>();
  const take = (value: unknown): boolean => {
    const read = committee.safeParse(value);
    if (!read.success || Math.floor(read.data.slot / slotsPerEpoch) !== epoch) return false;
    const { slot, index, validators } = read.data;
    const known = lengths.get(slot) ?? [];
    lengths.set(slot, known);
    if (known[index] !== undefined) return false;
    known[index] = validators.length;
    for (const [position, validator] of validators.entries()) {
      const text = String(validator);
      const ours = wanted.get(text);
      const place = { slot, committee: index, position };
      if (ours !== undefined) {
        // Nobody attests twice in an epoch.
        if (places.has(ours)) return false;
        places.set(ours, place);
      } else if (strangers.size < mostStrangers && position % 3 === 0 && /^[0-9]{1,10}$/.test(text)) {
        strangers.set(Number(text), place);
      }
    }
    return true;
  };
  const stream = objectStream(longestCommittee, take);
  const path = `/eth/v1/beacon/states/${state}/committees?epoch=${epoch}`;
  const reply = await session.stream({ path, maxBytes: mostBytes }, stream.feed);
  const what = `the committees of epoch ${epoch}`;
  if (!reply.ok || reply.status !== 200) return unusable(what, reply);
  if (stream.isBroken()) return unusable(what, reply, 'they are not as the API defines them');
  const slots = Array.from({ length: slotsPerEpoch }, (_, index) => epoch * slotsPerEpoch + index);
  if (!slots.every((slot) => isWhole(lengths.get(slot)))) {
    return { ...failed('body', `${what}: some are missing`), status: 200 };
  }
  return { ok: true, value: { places, lengths, strangers } };
}
