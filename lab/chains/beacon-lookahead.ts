// What a pretend beacon node answers of what is to come: who proposes in which slot, and who is in the sync committees.
import { type ApiAnswer, ok } from './api.ts';
import { indicesOf, natural, refuse, type View, withState } from './beacon-view.ts';

const syncing = refuse(503, 'Beacon node is currently syncing and not serving request on that endpoint');
const notListed = refuse(400, 'Invalid body: not an array of validator indices as decimal strings');

const epochNow = ({ chain, at }: View): number => chain.epochOf(chain.slotAt(at));

/** Whoever lies about the dead names somebody else in their place. */
export function proposers(view: View, name: string): ApiAnswer {
  const { chain, lies } = view;
  const { slotsPerEpoch } = chain.options;
  const epoch = natural(name);
  if (epoch === null) return refuse(400, `Invalid epoch: ${name}`);
  if (view.node.isSyncing === true) return syncing;
  const now = epochNow(view);
  if (epoch > now + 1) {
    return refuse(400, `Request epoch ${epoch} is more than one epoch past the current epoch ${now}`);
  }
  const first = epoch * slotsPerEpoch;
  return ok({
    dependent_root: chain.root(chain.parentSlot(Math.max(1, (epoch - 1) * slotsPerEpoch)), lies),
    execution_optimistic: false,
    data: Array.from({ length: slotsPerEpoch }, (_, place) => {
      const index = chain.drawnProposer(first + place, lies);
      return {
        pubkey: chain.publicKey(index),
        validator_index: String(index),
        slot: String(first + place),
      };
    }),
  });
}

const periodOf = ({ chain }: View, epoch: number): number =>
  Math.floor(epoch / chain.options.epochsPerSyncPeriod);

const subcommittees = 4;

export const syncCommittees = (view: View, name: string): ApiAnswer =>
  withState(view, name, (slot) => {
    const { chain, url, lies } = view;
    const stateEpoch = chain.epochOf(slot);
    const text = url.searchParams.get('epoch');
    const epoch = text === null ? stateEpoch : natural(text);
    if (epoch === null) return refuse(400, `Invalid epoch: ${text}`);
    const ahead = periodOf(view, epoch) - periodOf(view, stateEpoch);
    if (ahead < 0 || ahead > 1) {
      return refuse(400, `No sync committee of epoch ${epoch} in the state of epoch ${stateEpoch}`);
    }
    const members = chain.syncCommittee(periodOf(view, epoch), lies).map(String);
    const each = Math.ceil(members.length / subcommittees);
    return ok({
      execution_optimistic: false,
      finalized: false,
      data: {
        validators: members,
        validator_aggregates: Array.from({ length: subcommittees }, (_, place) =>
          members.slice(place * each, (place + 1) * each),
        ),
      },
    });
  });

export function syncDuties(view: View, name: string): ApiAnswer {
  const { chain, lies } = view;
  const epoch = natural(name);
  if (epoch === null) return refuse(400, `Invalid epoch: ${name}`);
  if (view.node.isSyncing === true) return syncing;
  const indices = indicesOf(view);
  if (indices === null) return notListed;
  const period = periodOf(view, epoch);
  if (period > periodOf(view, epochNow(view)) + 1) return refuse(400, `Epoch ${epoch} is too far ahead`);
  const members = chain.syncCommittee(period, lies);
  return ok({
    execution_optimistic: false,
    data: indices
      .filter((index) => members.includes(index))
      .map((index) => ({
        pubkey: chain.publicKey(index),
        validator_index: String(index),
        validator_sync_committee_indices: members.flatMap((member, place) =>
          member === index ? [String(place)] : [],
        ),
      })),
  });
}
