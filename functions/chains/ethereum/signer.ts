// One signer as one beacon node shows it: the new blocks since the last tick, and what else there is.
import type { Act, KeyReading, SignerReading } from '../../domain/evidence.ts';
import { type EthereumNetwork, slotTime } from '../../wire/ethereum-network.ts';
import type { Block } from '../../wire/beacon.ts';
import type { Asked } from '../ask.ts';
import type { Query, SignerQuery } from '../chain.ts';
import { attestedInBlock } from './attested.ts';
import type { Caches } from './caches.ts';
import { epochsIn, unitsIn } from './coverage.ts';
import type { BeaconHead } from './head.ts';
import { type EpochPlaces, findPlaces } from './places.ts';
import { slashingsIn } from './slashings.ts';
import {
  earned,
  findValidators,
  type Known,
  type Positions,
  readLiveness,
  readRewards,
} from './validators.ts';
import { type Chainwalk, walkBack } from './walk.ts';

export type Needs = {
  readonly query: Pick<Query<unknown>, 'session' | 'sourceKey' | 'isDeep' | 'hasTime'>;
  readonly caches: Caches;
  readonly network: EthereumNetwork;
  readonly head: BeaconHead;
};

/** The most blocks that one tick reads; an epoch and a little, so that a gap of some minutes is closed at once. */
const mostBlocks = 40;
/** How many finished epochs a deep look reads, beside the one under way. */
const deepEpochs = 5;

const epochOf = (needs: Needs, slot: number): number => Math.floor(slot / needs.network.slotsPerEpoch);
const epochTime = (needs: Needs, epoch: number): number =>
  slotTime(needs.network, epoch * needs.network.slotsPerEpoch);

async function walk(signer: SignerQuery, needs: Needs): Promise<Chainwalk> {
  const { query, caches, head, network } = needs;
  const { trace } = signer;
  const deepest = (epochOf(needs, head.slot) - deepEpochs) * network.slotsPerEpoch;
  const before = trace === null || trace.tip === null ? null : { tip: trace.tip, next: trace.next };
  return walkBack({
    session: query.session,
    cache: caches.blocks,
    sourceKey: query.sourceKey,
    head,
    before,
    lowest: Math.max(0, query.isDeep ? deepest : head.slot - network.slotsPerEpoch),
    mostBlocks: query.isDeep ? (deepEpochs + 1) * network.slotsPerEpoch : mostBlocks,
    hasTime: query.hasTime,
  });
}

function positionsOf(keys: readonly string[], known: readonly Known[] | null): Positions {
  return new Map(
    keys.flatMap((key, position): (readonly [number, number])[] => {
      const index = known?.[position]?.index ?? (/^[0-9]+$/.test(key) ? Number(key) : undefined);
      return index === undefined ? [] : [[index, position]];
    }),
  );
}

async function placesIn(
  epochs: readonly number[],
  positions: Positions,
  needs: Needs,
): Promise<Asked<ReadonlyMap<number, EpochPlaces>>> {
  const { query, caches, head } = needs;
  const indices = [...positions.keys()];
  const answers = await Promise.all(
    epochs.map(async (epoch) => {
      // States of the last two epochs are at hand everywhere; an older one is asked for by a slot of its own epoch.
      const isRecent = epoch >= epochOf(needs, head.slot) - 1;
      const state = isRecent ? 'head' : String(epoch * needs.network.slotsPerEpoch);
      const answer = await caches.places(`${query.sourceKey} ${epoch} ${indices.join(',')}`, () =>
        findPlaces(query.session, { epoch, slotsPerEpoch: needs.network.slotsPerEpoch, state, indices }),
      );
      return { epoch, isRecent, answer };
    }),
  );
  const places = new Map<number, EpochPlaces>();
  for (const { epoch, isRecent, answer } of answers) {
    if (answer.ok) places.set(epoch, answer.value);
    // Old states are missing in many nodes: of such an epoch nothing is known. A recent one is asked for again.
    else if (isRecent) return answer;
  }
  return { ok: true, value: places };
}

function actsIn(
  blocks: readonly Block[],
  places: ReadonlyMap<number, EpochPlaces>,
  given: { readonly positions: Positions; readonly needs: Needs },
): readonly Act[] | null {
  const { positions, needs } = given;
  const acts: Act[] = [];
  const add = (index: number, slot: number, how: Act['how']): void => {
    const key = positions.get(index);
    if (key === undefined) return;
    const unit = epochOf(needs, slot);
    acts.push({ key, unit, at: slotTime(needs.network, slot), unitEndsAt: epochTime(needs, unit + 1), how });
  };
  for (const block of blocks) {
    const attested = attestedInBlock(block, { slotsPerEpoch: needs.network.slotsPerEpoch, places });
    if (attested === null) return null;
    for (const { index, slot } of attested) add(index, slot, 'inclusion');
    add(block.proposer_index, block.slot, 'proposal');
  }
  return acts;
}

/** What finished epochs show beside their blocks; asked for once an epoch. */
async function otherActs(
  signer: SignerQuery,
  known: readonly Known[] | null,
  given: { readonly positions: Positions; readonly needs: Needs },
): Promise<readonly Act[]> {
  const { positions, needs } = given;
  const { query, caches } = needs;
  const epoch = epochOf(needs, needs.head.slot);
  const dates = { at: (unit: number): number => epochTime(needs, unit) };
  const key = `${query.sourceKey} ${epoch} ${[...positions].join(' ')}`;
  if (positions.size === 0 || epoch < 2) return [];
  const [live, rewarded] = await Promise.all([
    caches.acts(`liveness ${key}`, () => readLiveness(query.session, positions, { epoch: epoch - 1, dates })),
    caches.acts(`rewards ${key}`, () => readRewards(query.session, positions, { epoch: epoch - 2, dates })),
  ]);
  const balances = signer.trace?.keys.map((each) => each.balance) ?? [];
  return [...(live ?? []), ...(rewarded ?? []), ...earned(balances, known ?? [], { epoch, dates })];
}

/** Never rejects for what the node does; what it did not show is not in the reading. */
export async function readSigner(signer: SignerQuery, needs: Needs): Promise<SignerReading> {
  const { query, caches, head } = needs;
  const { trace, keys } = signer;
  const epoch = epochOf(needs, head.slot);
  const [validators, walked] = await Promise.all([
    caches.validators(`${query.sourceKey} ${epoch} ${keys.join(',')}`, () =>
      findValidators(query.session, keys),
    ),
    walk(signer, needs),
  ]);
  const known = validators.ok ? validators.value : null;
  const positions = positionsOf(keys, known);
  const keyReadings = (known ?? []).map((each): KeyReading => ({
    standing: each?.standing ?? 'unknown',
    balance: each === null ? null : { unit: epoch, gwei: each.gwei },
    stake: each?.effectiveGwei ?? null,
  }));
  const reading = {
    signer: signer.signer,
    base: trace?.next ?? null,
    keys: keyReadings,
    acts: await otherActs(signer, known, { positions, needs }),
    slashings: slashingsIn(walked.blocks, positions),
  };
  const stay = (trouble: string, acts: readonly Act[] = []): SignerReading => ({
    ...reading,
    acts: [...reading.acts, ...acts],
    next: trace?.next ?? head.slot,
    tip: trace?.tip ?? null,
    hasGap: trace === null,
    units: [],
    trouble,
  });
  const coverage = { low: walked.low, next: head.slot, slotsPerEpoch: needs.network.slotsPerEpoch };
  const places = await placesIn(epochsIn(coverage), positions, needs);
  if (!places.ok) return stay(places.detail);
  const acts = actsIn(walked.blocks, places.value, { positions, needs });
  if (acts === null) return stay('a block: its attestations do not fit the committees of their slots');
  // A block that could not be read now is tried again in the next tick, unless that would go on for ever.
  const isNear = trace !== null && head.slot - trace.next <= 2 * needs.network.slotsPerEpoch;
  if (walked.trouble !== null && isNear) return stay(walked.trouble.detail, acts);
  const dutiesOf = (unit: number): number[] =>
    [...(places.value.get(unit)?.places.keys() ?? [])].flatMap((index) => positions.get(index) ?? []);
  return {
    ...reading,
    next: head.slot,
    tip: head.parentRoot,
    hasGap: walked.hasGap,
    units: unitsIn(coverage, {
      blockSlots: walked.blocks.map((block) => block.slot),
      dutiesOf,
      at: (unit) => epochTime(needs, unit),
    }),
    acts: [...reading.acts, ...acts],
    trouble: walked.trouble?.detail ?? (positions.size === 0 && !validators.ok ? validators.detail : null),
  };
}
