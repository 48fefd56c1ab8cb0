// Where a beacon node stands at this moment: all that the guard of a handover must know of it, and that ages.
import type { Liveness, Standpoint } from '../../domain/handover/record.ts';
import { failed } from '../../kit/net/failure.ts';
import type { Session } from '../../kit/net/session.ts';
import {
  type Block,
  forkSchedule,
  liveness as livenessSchema,
  peerCount,
  syncing as syncingSchema,
} from '../../wire/beacon.ts';
import type { EthereumNetwork } from '../../wire/ethereum-network.ts';
import { ask, type Asked } from '../ask.ts';
import type { Cache } from '../cache.ts';
import type { Stood, StandQuery } from '../chain.ts';
import { type BeaconHead, headOf, readHead, troubleWith, wrongNetwork } from './head.ts';
import { includedIn } from './included.ts';
import { readFinalized } from './record.ts';
import { findValidators, type Known } from './validators.ts';
import { walkBack } from './walk.ts';
import { readWholeEpoch } from './whole-epoch.ts';

const smallBytes = 64_000;
const mostStrangers = 16;

/** One text that is equal where the forks are. */
async function readForks(session: Session): Promise<Asked<string>> {
  const answer = await ask(session, 'its forks', {
    path: '/eth/v1/config/fork_schedule',
    maxBytes: smallBytes,
    schema: forkSchedule,
  });
  if (!answer.ok) return answer;
  const forks = answer.value.data.map(({ current_version: to, epoch }) => `${epoch}:${to}`);
  return { ok: true, value: [...new Set(forks)].toSorted().join(' ') };
}

async function readSyncing(session: Session): Promise<Asked<string | null>> {
  const answer = await ask(session, 'whether it syncs', {
    path: '/eth/v1/node/syncing',
    maxBytes: smallBytes,
    schema: syncingSchema,
  });
  if (!answer.ok) return answer;
  const { is_syncing: isSyncing, is_optimistic: isOptimistic, el_offline: isAlone } = answer.value.data;
  if (isSyncing) return { ok: true, value: 'it is catching up' };
  if (isOptimistic) return { ok: true, value: 'it follows without having verified' };
  return { ok: true, value: isAlone ? 'its execution client is gone' : null };
}

async function readPeers(session: Session): Promise<number | null> {
  const answer = await ask(session, 'its peers', {
    path: '/eth/v1/node/peer_count',
    maxBytes: smallBytes,
    schema: peerCount,
  });
  return answer.ok ? answer.value.data.connected : null;
}

type Needs = {
  readonly session: Session;
  readonly sourceKey: string;
  readonly network: EthereumNetwork;
  readonly head: BeaconHead;
  readonly blocks: Cache<Asked<Block>>;
};

/** Others that have attested in the epoch by the node's own blocks: whoever does not hear them hears nobody. */
async function findStrangers(
  { session, sourceKey, network, head, blocks }: Needs,
  epoch: number,
  ours: readonly number[],
): Promise<number[]> {
  const { slotsPerEpoch } = network;
  const first = epoch * slotsPerEpoch;
  const walked = await walkBack({
    session,
    cache: blocks,
    sourceKey,
    head,
    before: null,
    lowest: first,
    mostBlocks: 3 * slotsPerEpoch,
    hasTime: () => true,
  });
  const inEpoch = walked.blocks.filter(({ slot }) => slot >= first);
  const newest = inEpoch.at(-1);
  if (newest === undefined) return [];
  const state = String(newest.slot);
  const whole = await readWholeEpoch(session, { epoch, slotsPerEpoch, state, indices: ours });
  if (!whole.ok) return [];
  const { lengths, strangers } = whole.value;
  const included = includedIn(inEpoch, { epoch, slotsPerEpoch, lengths });
  if (included === null) return [];
  return [...strangers]
    .filter(([, place]) => included.has(place))
    .map(([index]) => index)
    .slice(0, mostStrangers);
}

/** Of the last epoch that is over; null where it is not served. */
async function readEars(needs: Needs, known: readonly Known[]): Promise<Liveness | null> {
  const { session, network, head } = needs;
  const epoch = Math.floor(head.slot / network.slotsPerEpoch) - 1;
  if (epoch < 0) return null;
  const ours = known.flatMap((each) => each?.index ?? []);
  const strangers = await findStrangers(needs, epoch, ours);
  const answer = await ask(session, 'whom it heard', {
    path: `/eth/v1/validator/liveness/${epoch}`,
    body: JSON.stringify([...ours, ...strangers].map(String)),
    maxBytes: smallBytes,
    schema: livenessSchema,
  });
  if (!answer.ok) return null;
  const live = new Map(answer.value.data.map(({ index, is_live: isLive }) => [index, isLive]));
  // Whom it was asked of and says nothing about it knows nothing of.
  if (!ours.every((index) => live.has(index))) return null;
  return {
    epoch,
    heard: known.flatMap((each, position) =>
      each !== null && live.get(each.index) === true ? [position] : [],
    ),
    strangers: strangers.length,
    strangersHeard: strangers.filter((index) => live.get(index) === true).length,
  };
}

/** Never rejects for what the node does; nothing of `source` is asked for here. */
export async function readStandpoint(
  { session, sourceKey, keys, withEars, now }: StandQuery<unknown>,
  network: EthereumNetwork,
  blocks: Cache<Asked<Block>>,
): Promise<Stood> {
  const wrong = await wrongNetwork(session, network);
  if (!wrong.ok) return wrong;
  if (wrong.value !== null) return wrong.value;
  const askedAt = now();
  const [head, syncing, forks, peers, finalized, known] = await Promise.all([
    readHead(session),
    readSyncing(session),
    readForks(session),
    readPeers(session),
    readFinalized({ session }),
    findValidators(session, keys),
  ]);
  for (const answer of [head, syncing, forks, finalized, known]) if (!answer.ok) return answer;
  if (!head.ok || !syncing.ok || !forks.ok || !finalized.ok || !known.ok)
    return failed('protocol', 'it did not answer');
  const trouble = troubleWith(head.value, network, askedAt);
  const behind = syncing.value ?? (trouble === null || trouble.reason === 'stale' ? null : trouble.detail);
  const value: Standpoint = {
    askedAt,
    head: headOf(network, head.value),
    behind,
    genesis: network.genesisValidatorsRoot,
    forks: forks.value,
    peers,
    finalized: finalized.value,
    standings: known.value.map((each) => each?.standing ?? 'unknown'),
    liveness: withEars
      ? await readEars({ session, sourceKey, network, head: head.value, blocks }, known.value)
      : null,
  };
  return { ok: true, value };
}
