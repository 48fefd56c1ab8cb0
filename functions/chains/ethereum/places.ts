// Where our keys stand in an epoch: slot, committee and position, without which a bit in a block means nothing.
import { failed } from '../../kit/net/failure.ts';
import type { Session } from '../../kit/net/session.ts';
import { attesterDuties, committee } from '../../wire/beacon.ts';
import { ask, type Asked, type Failure, unusable } from '../ask.ts';
import { objectStream } from '../objects.ts';

export type Place = { readonly slot: number; readonly committee: number; readonly position: number };

/** `lengths` holds the sizes of all committees of each slot in which a place is. */
export type EpochPlaces = {
  readonly places: ReadonlyMap<number, Place>;
  readonly lengths: ReadonlyMap<number, readonly number[]>;
};

const dutiesBytes = 1_000_000;
// A slot of mainnet is about 300 KB, an epoch 10 MB.
const committeesBytes = 40_000_000;
const longestCommittee = 65_536;

type Found = { readonly places: Map<number, Place>; readonly lengths: Map<number, number[]> };

type Taking = {
  readonly found: Found;
  readonly wanted: ReadonlyMap<string, number>;
  readonly isInEpoch: (slot: number) => boolean;
};

function take(value: unknown, { found, wanted, isInEpoch }: Taking): boolean {
  const read = committee.safeParse(value);
  if (!read.success) return false;
  const { slot, index, validators } = read.data;
  if (!isInEpoch(slot)) return false;
  const lengths = found.lengths.get(slot) ?? [];
  found.lengths.set(slot, lengths);
  if (lengths[index] !== undefined) return false;
  lengths[index] = validators.length;
  for (const [position, validator] of validators.entries()) {
    const known = wanted.get(String(validator));
    if (known === undefined) continue;
    // Nobody attests twice in an epoch.
    if (found.places.has(known)) return false;
    found.places.set(known, { slot, committee: index, position });
  }
  return true;
}

/** Every committee from the first on has come: one that is missing would shift the bits of those behind it. */
const isComplete = (lengths: readonly number[]): boolean =>
  Array.from({ length: lengths.length }, (_, index) => lengths[index]).every(
    (length) => length !== undefined,
  );

async function readCommittees(
  session: Session,
  path: string,
  taking: Taking,
): Promise<Failure | { readonly ok: true }> {
  const stream = objectStream(longestCommittee, (value) => take(value, taking));
  const reply = await session.stream({ path, maxBytes: committeesBytes }, stream.feed);
  if (!reply.ok || reply.status !== 200) return unusable('its committees', reply);
  return stream.isBroken()
    ? unusable('its committees', reply, 'they are not as the API defines them')
    : { ok: true };
}

/** The slots in which the keys attest; empty when the source does not serve duties, as many public ones do not. */
async function dutySlots(
  session: Session,
  given: { readonly epoch: number; readonly indices: readonly number[] },
): Promise<Asked<readonly number[]>> {
  const duties = await ask(session, 'the duties of our keys', {
    path: `/eth/v1/validator/duties/attester/${given.epoch}`,
    body: JSON.stringify(given.indices.map(String)),
    maxBytes: dutiesBytes,
    schema: attesterDuties,
  });
  if (!duties.ok) return duties.status === null ? duties : { ok: true, value: [] };
  return { ok: true, value: [...new Set(duties.value.data.map(({ slot }) => slot))] };
}

const emptyFound = (): Found => ({ places: new Map(), lengths: new Map() });

/**
 * Finds the places of validators in an epoch. The slots are asked for first where the source serves them, so that not all committees of
 * the epoch have to be read; the places themselves are always taken from the committees.
 */
export async function findPlaces(
  session: Session,
  given: {
    readonly epoch: number;
    readonly slotsPerEpoch: number;
    readonly state: string;
    readonly indices: readonly number[];
  },
): Promise<Asked<EpochPlaces>> {
  const { epoch, slotsPerEpoch, state, indices } = given;
  const wanted = new Map(indices.map((index) => [String(index), index] as const));
  const isInEpoch = (slot: number): boolean => Math.floor(slot / slotsPerEpoch) === epoch;
  const path = `/eth/v1/beacon/states/${state}/committees?epoch=${epoch}`;
  const read = async (paths: readonly string[]): Promise<Asked<Found>> => {
    const found = emptyFound();
    const answers = await Promise.all(
      paths.map((each) => readCommittees(session, each, { found, wanted, isInEpoch })),
    );
    return answers.find((answer) => !answer.ok) ?? { ok: true, value: found };
  };
  const slots = await dutySlots(session, given);
  if (!slots.ok) return slots;
  let found = await read(slots.value.filter(isInEpoch).map((slot) => `${path}&slot=${slot}`));
  // No duties, or, for an epoch that is over, those of another: then every committee is looked through.
  if (found.ok && found.value.places.size < indices.length) found = await read([path]);
  if (!found.ok) return found;
  const { places, lengths } = found.value;
  const needed = new Set([...places.values()].map(({ slot }) => slot));
  const kept = [...lengths].filter(([slot]) => needed.has(slot));
  if (!kept.every(([, each]) => isComplete(each))) {
    return { ...failed('body', 'its committees: some of a slot are missing'), status: 200 };
  }
  return { ok: true, value: { places, lengths: new Map(kept) } };
}
