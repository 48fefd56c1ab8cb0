// Ethereum: what a signer has ahead. Proposers are known to the end of the next epoch, sync committees to the end of the next period.
import type { Duty, Known, Lookahead } from '../../domain/lookahead.ts';
import type { Session } from '../../kit/net/session.ts';
import { finality, proposerDuties, syncCommittee, syncDuties, syncSpec } from '../../wire/beacon.ts';
import { type EthereumNetwork, slotAt, slotTime } from '../../wire/ethereum-network.ts';
import { ask, type Asked, type Failure } from '../ask.ts';
import type { BeaconHead } from './head.ts';
import { findValidators, type Known as KnownKey } from './validators.ts';

export type LookaheadNeeds = {
  readonly session: Session;
  readonly network: EthereumNetwork;
  readonly head: BeaconHead;
  readonly keys: readonly string[];
  /** The time now, epoch ms. */
  readonly at: number;
};

const bytes = 500_000;
/**
 * A chain that does well has finalized the epoch before the last, for a moment the one before that. The inactivity leak begins two epochs later:
 * https://github.com/ethereum/consensus-specs/blob/master/specs/phase0/beacon-chain.md#time-parameters-1
 */
const mostEpochsToFinal = 3;

type Index = readonly (number | null)[];

const keyOf = (indices: Index, index: number): number => indices.indexOf(index);

const bad = (detail: string): Failure => ({ ok: false, reason: 'body', detail, status: 200 });

/** The proposals of ours in one epoch. An answer that does not name somebody for every slot of it, each once, is none. */
async function readProposals(
  { session, network, keys }: LookaheadNeeds,
  indices: Index,
  epoch: number,
): Promise<Asked<readonly Duty[]>> {
  const question = (version: 'v1' | 'v2') =>
    ask(session, 'its proposers', {
      path: `/eth/${version}/validator/duties/proposer/${epoch}`,
      maxBytes: bytes,
      schema: proposerDuties,
    });
  const first = await question('v1');
  // The second version differs in what its root depends on, which is of no concern here.
  const isGone = !first.ok && (first.status === 404 || first.status === 405 || first.status === 410);
  const answer = isGone ? await question('v2') : first;
  if (!answer.ok) return isGone ? first : answer;
  const { slotsPerEpoch } = network;
  const { data } = answer.value;
  const slots = new Set(data.map(({ slot }) => slot));
  // Genesis has no proposer; some name one all the same.
  const wanted = Array.from({ length: slotsPerEpoch }, (_, place) => epoch * slotsPerEpoch + place);
  const isWhole = wanted.every((slot) => slot === 0 || slots.has(slot));
  if (!isWhole || slots.size !== data.length || data.length > slotsPerEpoch) {
    return bad('its proposers: they are not one for each slot of the epoch');
  }
  const duties = data.flatMap(({ pubkey, validator_index: index, slot }): Duty[] => {
    const byIndex = keyOf(indices, index);
    const key = byIndex === -1 ? keys.indexOf(pubkey) : byIndex;
    return key === -1 ? [] : [{ kind: 'proposal', key, from: slot, until: slot + 1 }];
  });
  return { ok: true, value: duties };
}

/** The keys of ours that are in the sync committee of an epoch. Many public nodes serve states, but no duties. */
async function readSyncMembers(
  { session }: LookaheadNeeds,
  indices: Index,
  epoch: number,
): Promise<Asked<readonly number[]>> {
  const ours = (members: readonly number[]): number[] => {
    const all = new Set(members);
    return indices.flatMap((index, key) => (index !== null && all.has(index) ? [key] : []));
  };
  const answer = await ask(session, 'its sync committee', {
    path: `/eth/v1/beacon/states/head/sync_committees?epoch=${epoch}`,
    maxBytes: bytes,
    schema: syncCommittee,
  });
  if (answer.ok) return { ok: true, value: ours(answer.value.data.validators) };
  if (answer.status === null) return answer;
  const duties = await ask(session, 'its sync committee', {
    path: `/eth/v1/validator/duties/sync/${epoch}`,
    body: JSON.stringify(indices.flatMap((index) => (index === null ? [] : [String(index)]))),
    maxBytes: bytes,
    schema: syncDuties,
  });
  if (!duties.ok) return duties;
  return { ok: true, value: ours(duties.value.data.map((each) => each.validator_index)) };
}

/** Whoever is in a committee signs from one slot before its period: what it signs goes into the block after. */
function syncSpan(period: number, { network }: LookaheadNeeds, epochsPerPeriod: number): Known {
  const slots = epochsPerPeriod * network.slotsPerEpoch;
  return { from: Math.max(0, period * slots - 1), until: (period + 1) * slots - 1 };
}

async function readSync(
  needs: LookaheadNeeds,
  indices: Index,
  epoch: number,
): Promise<Asked<{ readonly duties: readonly Duty[]; readonly until: number }>> {
  const spec = await ask(needs.session, 'its spec', {
    path: '/eth/v1/config/spec',
    maxBytes: bytes,
    schema: syncSpec,
  });
  if (!spec.ok) return spec;
  const epochs = spec.value.data.EPOCHS_PER_SYNC_COMMITTEE_PERIOD;
  const period = Math.floor(epoch / epochs);
  const [current, next] = await Promise.all([
    readSyncMembers(needs, indices, epoch),
    readSyncMembers(needs, indices, (period + 1) * epochs),
  ]);
  if (!current.ok) return current;
  const dutiesIn = (members: readonly number[], each: number): Duty[] =>
    members.map((key) => ({ kind: 'sync-committee', key, ...syncSpan(each, needs, epochs) }));
  const until = syncSpan(period, needs, epochs).until;
  if (!next.ok) return { ok: true, value: { duties: dutiesIn(current.value, period), until } };
  return {
    ok: true,
    value: {
      duties: [...dutiesIn(current.value, period), ...dutiesIn(next.value, period + 1)],
      until: syncSpan(period + 1, needs, epochs).until,
    },
  };
}

async function readFinalized({ session }: LookaheadNeeds): Promise<Asked<number>> {
  const answer = await ask(session, 'its finality', {
    path: '/eth/v1/beacon/states/head/finality_checkpoints',
    maxBytes: bytes,
    schema: finality,
  });
  return answer.ok ? { ok: true, value: answer.value.data.finalized.epoch } : answer;
}

const stakeOf = (known: KnownKey): number | null => known?.effectiveGwei ?? null;

/** What a node that is at the head of the right network shows of the slots to come. */
export async function readLookahead(needs: LookaheadNeeds): Promise<Asked<Lookahead>> {
  const { session, network, head, keys, at } = needs;
  const from = slotAt(network, at);
  const epoch = Math.floor(from / network.slotsPerEpoch);
  const [found, finalized] = await Promise.all([findValidators(session, keys), readFinalized(needs)]);
  if (!found.ok) return found;
  if (!finalized.ok) return finalized;
  const indices = found.value.map((known) => known?.index ?? null);
  const [current, next, sync] = await Promise.all([
    readProposals(needs, indices, epoch),
    readProposals(needs, indices, epoch + 1),
    readSync(needs, indices, epoch),
  ]);
  if (!current.ok) return current;
  if (!sync.ok) return sync;
  const proposalsUntil = (epoch + (next.ok ? 2 : 1)) * network.slotsPerEpoch;
  const sinceFinal = Math.floor(head.slot / network.slotsPerEpoch) - finalized.value;
  return {
    ok: true,
    value: {
      standings: found.value.map((known) => known?.standing ?? 'unknown'),
      stakes: found.value.map(stakeOf),
      duties: [...current.value, ...(next.ok ? next.value : []), ...sync.value.duties],
      known: { from, until: Math.min(proposalsUntil, sync.value.until) },
      condition: sinceFinal > mostEpochsToFinal ? 'not-finalizing' : 'well',
      pace: { unit: from, at: slotTime(network, from), unitMs: network.secondsPerSlot * 1000 },
    },
  };
}
