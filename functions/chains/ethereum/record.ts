// Whole epochs for the guard of a handover: every block from the beginning of an epoch to the end of the next one, chained to a finalized one.
import {
  type EpochRecord,
  excerptChars,
  isSettled,
  type KeyWord,
  mostEpochs,
} from '../../domain/handover/record.ts';
import { failed } from '../../kit/net/failure.ts';
import type { EthereumNetwork } from '../../wire/ethereum-network.ts';
import { type Block, finalizedCheckpoint } from '../../wire/beacon.ts';
import { ask, type Asked, type Failure } from '../ask.ts';
import type { Cache } from '../cache.ts';
import type { Recorded, RecordQuery } from '../chain.ts';
import type { Caches } from './caches.ts';
import type { BeaconHead } from './head.ts';
import { includedIn } from './included.ts';
import { findValidators, type Known, type Positions } from './validators.ts';
import { walkBack } from './walk.ts';
import { readWholeEpoch, type WholeEpoch } from './whole-epoch.ts';

export type RecordNeeds = {
  readonly query: RecordQuery<unknown>;
  readonly caches: Caches;
  readonly network: EthereumNetwork;
  readonly head: BeaconHead;
};

/** A chain that has finalized nothing for so long is not followed back to where it did. */
const mostFinalityLag = 8;
const smallBytes = 64_000;

type Checkpoint = { readonly epoch: number; readonly root: string };
/** A block with its own root, which its child names. */
type Rooted = { readonly block: Block; readonly root: string };

const bad = (detail: string): Failure => ({ ok: false, reason: 'protocol', detail, status: 200 });

export async function readFinalized({
  session,
}: Pick<RecordQuery<unknown>, 'session'>): Promise<Asked<Checkpoint>> {
  const answer = await ask(session, 'what is finalized', {
    path: '/eth/v1/beacon/states/head/finality_checkpoints',
    maxBytes: smallBytes,
    schema: finalizedCheckpoint,
  });
  return answer.ok ? { ok: true, value: answer.value.data.finalized } : answer;
}

/** Epochs that are over with the one after them, later than `begin`, and not recorded for good yet; oldest first. */
function wantedEpochs({ query, network, head }: RecordNeeds): number[] {
  const { slotsPerEpoch } = network;
  const epochMs = slotsPerEpoch * network.secondsPerSlot * 1000;
  const first = Math.floor((query.begunAt - network.genesisTime * 1000) / epochMs) + 1;
  const last = Math.floor(head.slot / slotsPerEpoch) - 2;
  const recorded = query.before?.of === 'epochs' ? query.before.epochs : [];
  const known = new Set(recorded.filter(isSettled).map(({ epoch }) => epoch));
  const from = Math.max(0, first, last - mostEpochs + 1);
  return Array.from({ length: Math.max(0, last - from + 1) }, (_, index) => from + index).filter(
    (epoch) => !known.has(epoch),
  );
}

/** Blocks from the finalized one, or from further back where that is wanted, to the head's parent. */
async function chainBack(
  needs: RecordNeeds,
  finalized: Checkpoint,
  oldest: number,
): Promise<Asked<readonly Rooted[]>> {
  const { query, caches, network, head } = needs;
  const { slotsPerEpoch } = network;
  const lowest = Math.min(oldest, finalized.epoch) * slotsPerEpoch;
  // What a tick has read is not asked for again, and what is read here is kept until its epochs are whole.
  const cache: Cache<Asked<Block>> = (key, make) => caches.recordBlocks(key, () => caches.blocks(key, make));
  const walked = await walkBack({
    session: query.session,
    cache,
    sourceKey: query.sourceKey,
    head,
    before: null,
    lowest,
    mostBlocks: head.slot - lowest + slotsPerEpoch,
    hasTime: query.hasTime,
  });
  if (walked.trouble !== null) return walked.trouble;
  if (walked.low > lowest) return bad('not all of its blocks are read yet');
  const { blocks } = walked;
  const rooted = blocks.map((block, index) => ({
    block,
    root: blocks[index + 1]?.parent_root ?? head.parentRoot,
  }));
  const final = rooted.findLast(({ block }) => block.slot <= finalized.epoch * slotsPerEpoch);
  if (final === undefined || final.root !== finalized.root) {
    return bad('its blocks do not come from the one that it calls finalized');
  }
  return { ok: true, value: rooted };
}

type Ours = { readonly known: readonly Known[]; readonly positions: Positions };

async function ours({ query, caches, network, head }: RecordNeeds): Promise<Asked<Ours>> {
  const { keys, session, sourceKey } = query;
  const epoch = Math.floor(head.slot / network.slotsPerEpoch);
  const found = await caches.validators(`${sourceKey} ${epoch} ${keys.join(',')}`, () =>
    findValidators(session, keys),
  );
  if (!found.ok) return found;
  const positions = new Map(
    found.value.flatMap((each, position) => (each === null ? [] : [[each.index, position] as const])),
  );
  return { ok: true, value: { known: found.value, positions } };
}

function excerptOf(
  epoch: number,
  given: { readonly blocks: readonly Rooted[]; readonly finalized: Checkpoint; readonly whole: WholeEpoch },
): string {
  const { blocks, finalized, whole } = given;
  const [first, last] = [blocks[0], blocks.at(-1)];
  const places = [...whole.places].map(([index, place]) => [
    index,
    place.slot,
    place.committee,
    place.position,
  ]);
  const sample = blocks
    .flatMap(({ block }) => block.body.attestations)
    .find(({ data }) => [...whole.places.values()].some((place) => place.slot === data.slot));
  return JSON.stringify({
    asked: ['GET /eth/v2/beacon/blocks/{root}', `GET /eth/v1/beacon/states/{slot}/committees?epoch=${epoch}`],
    blocks: blocks.length,
    from: first === undefined ? null : [first.block.slot, first.root],
    through: last === undefined ? null : [last.block.slot, last.root],
    finalized: [finalized.epoch, finalized.root],
    places,
    aggregate:
      sample === undefined
        ? null
        : [
            sample.data.slot,
            sample.committee_bits ?? sample.data.index,
            sample.aggregation_bits.slice(0, 400),
          ],
  }).slice(0, excerptChars);
}

type Whole = {
  readonly chain: readonly Rooted[];
  readonly finalized: Checkpoint;
  readonly ours: Ours;
};

async function recordEpoch(epoch: number, needs: RecordNeeds, whole: Whole): Promise<Asked<EpochRecord>> {
  const { query, caches, network } = needs;
  const { slotsPerEpoch } = network;
  const { positions, known } = whole.ours;
  const [first, end] = [epoch * slotsPerEpoch, (epoch + 2) * slotsPerEpoch];
  const blocks = whole.chain.filter(({ block }) => block.slot >= first && block.slot < end);
  // The newest block before the end, which may be from before the epoch when nothing was built in it.
  const newest = whole.chain.findLast(({ block }) => block.slot < end);
  if (newest === undefined) return bad('not all of its blocks are read yet');
  const indices = [...positions.keys()];
  const state = String(Math.max(first, newest.block.slot));
  const committees = await caches.epochs(`${query.sourceKey} ${epoch} ${indices.join(',')}`, () =>
    readWholeEpoch(query.session, { epoch, slotsPerEpoch, state, indices }),
  );
  if (!committees.ok) return committees;
  const { places, lengths } = committees.value;
  const included = includedIn(
    blocks.map(({ block }) => block),
    { epoch, slotsPerEpoch, lengths },
  );
  if (included === null) return bad(`epoch ${epoch}: attestations do not fit the committees of their slots`);
  const proposers = new Set(
    blocks.flatMap(({ block }) => (block.slot < first + slotsPerEpoch ? [block.proposer_index] : [])),
  );
  const keys = known.map((each): KeyWord => {
    if (each === null) return 'unknown';
    if (proposers.has(each.index)) return 'alive';
    const place = places.get(each.index);
    if (place === undefined) return 'unknown';
    return included.has(place) ? 'alive' : 'silent';
  });
  return {
    ok: true,
    value: {
      epoch,
      askedAt: query.now(),
      root: newest.root,
      finalizedEpoch: whole.finalized.epoch,
      participation: included.participation,
      keys,
      excerpt: excerptOf(epoch, { blocks, finalized: whole.finalized, whole: committees.value }),
    },
  };
}

/** What a node that is at the head of the right chain shows of epochs that are over. Never rejects for what it does. */
export async function recordEpochs(needs: RecordNeeds): Promise<Recorded> {
  const { query, network, head } = needs;
  const [oldest, ...rest] = wantedEpochs(needs);
  const shown = (epochs: readonly EpochRecord[], trouble: string | null): Recorded => ({
    ok: true,
    reading: { of: 'epochs', epochs },
    trouble,
  });
  if (oldest === undefined) return shown([], null);
  const finalized = await readFinalized(query);
  if (!finalized.ok) return finalized;
  const lag = Math.floor(head.slot / network.slotsPerEpoch) - finalized.value.epoch;
  if (finalized.value.epoch === 0 || lag > mostFinalityLag || lag < 0) {
    return failed(
      'lagging',
      `its chain does not finalize: the last epoch that it did is ${finalized.value.epoch}`,
    );
  }
  const [chain, found] = await Promise.all([chainBack(needs, finalized.value, oldest), ours(needs)]);
  if (!chain.ok) return shown([], chain.detail);
  if (!found.ok) return shown([], found.detail);
  const epochs: EpochRecord[] = [];
  for (const epoch of [oldest, ...rest]) {
    if (!query.hasTime()) return shown(epochs, 'there was no time for all of it');
    // oxlint-disable-next-line no-await-in-loop -- committees are large: one epoch after another
    const record = await recordEpoch(epoch, needs, {
      chain: chain.value,
      finalized: finalized.value,
      ours: found.value,
    });
    if (!record.ok) return shown(epochs, record.detail);
    epochs.push(record.value);
  }
  return shown(epochs, null);
}
