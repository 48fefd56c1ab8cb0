// What a person's command finds out at one moment: what sources show of the chain, however late they are, fences, the node and the floor.
import { epochStart, firstEpochAfter } from '../../../functions/domain/handover/epochs.ts';
import type { Direction, HandoverFacts, SourceFacts } from '../../../functions/domain/handover/facts.ts';
import type { EpochRecord, Standpoint } from '../../../functions/domain/handover/record.ts';
import { ethereumFacts, sourceFacts, targetFacts } from '../../support/handover.ts';
import { floorAt } from './machine.ts';
import { epochOf, epochs } from './time.ts';
import { sideOf, signer } from './cast.ts';
import type { World } from './world.ts';

const root = (epoch: number): string => `0x${String(epoch).padStart(64, '0')}`;

/** Epochs that are over for this source with all that may still come of them. */
function recordsOf({ chain, now, flag }: World, seenAt: number): EpochRecord[] {
  const from = firstEpochAfter(epochs, flag.since);
  const records: EpochRecord[] = [];
  for (let epoch = from; epochStart(epochs, epoch + 2) <= seenAt; epoch += 1) {
    records.push({
      epoch,
      askedAt: now,
      root: root(epoch),
      finalizedEpoch: epochOf(seenAt) - 2,
      participation: 0.98,
      keys: [chain.isIncluded(epoch, seenAt) ? 'alive' : 'silent'],
      excerpt: '{}',
    });
  }
  return records;
}

function standpoint({ chain, now }: World, seenAt: number): Standpoint {
  const last = epochOf(seenAt) - 1;
  return {
    askedAt: now - 2_000,
    head: { number: Math.floor((seenAt - epochs.genesisAt) / epochs.slotMs), at: seenAt - 6_000 },
    behind: null,
    genesis: root(0),
    forks: '0:0x00',
    peers: 50,
    finalized: { epoch: epochOf(seenAt) - 2, root: root(epochOf(seenAt) - 2) },
    standings: [chain.isSlashed(seenAt) ? 'slashed' : 'active'],
    liveness: {
      epoch: last,
      heard: chain.isIncluded(last, seenAt) ? [0] : [],
      strangers: 16,
      strangersHeard: 16,
    },
  };
}

export function factsOf(world: World, to: Direction): HandoverFacts {
  const { now, lagMs, flag, chain, machines, claim, tripwires } = world;
  const seenAt = now - lagMs;
  const source = (role: SourceFacts['role'], name: string, at: number): SourceFacts =>
    sourceFacts(role, {
      source: name,
      shown: { of: 'epochs', epochs: recordsOf(world, at) },
      now: standpoint(world, at),
    });
  const target = machines[sideOf(to)];
  const isFloored = claim !== null && target.protectedTo >= floorAt(claim.at);
  const problem = target.isRunning ? 'it runs' : isFloored ? null : 'below the floor';
  return ethereumFacts(to, {
    at: now,
    signer: { ...signer, chain: 'ethereum' },
    flag: { isReadable: !world.isDatabaseDown, why: 'down', flag },
    epochs,
    sources: [
      source('foreign', 'orchard', seenAt),
      source('foreign', 'harbour', seenAt),
      // The node that is to sign follows by itself, and a machine that is off or cut off shows nothing.
      ...(target.isOn && target.link !== 'cut' ? [source('target', 'target', now)] : []),
    ],
    life: chain.included(seenAt).map((epoch) => ({
      source: 'orchard',
      key: 0,
      unit: epoch,
      at: epochStart(epochs, epoch),
      how: 'attested',
    })),
    target: { ...targetFacts(now, to), steadySince: now - 20 * 60_000 },
    fences: tripwires.fences(),
    clock: { offsetMs: 10, uncertaintyMs: 20, askedAt: now },
    fencing:
      claim !== null && claim.side !== target.side ? { how: claim.how, at: claim.at, by: claim.by } : null,
    protection: { problem, height: null },
  });
}
