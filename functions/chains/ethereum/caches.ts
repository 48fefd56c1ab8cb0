// What an instance keeps of Ethereum between ticks; losing it costs requests only.
import type { Act } from '../../domain/evidence.ts';
import type { Reason } from '../../domain/sample.ts';
import type { Failure } from '../../kit/net/failure.ts';
import type { Block } from '../../wire/beacon.ts';
import { type Asked, isOk } from '../ask.ts';
import { type Cache, createCache } from '../cache.ts';
import type { BeaconHead } from './head.ts';
import type { EpochPlaces } from './places.ts';
import type { Known } from './validators.ts';
import type { WholeEpoch } from './whole-epoch.ts';

export type Caches = {
  readonly networks: Cache<Asked<Failure<Reason> | null>>;
  readonly heads: Cache<Asked<BeaconHead>>;
  readonly blocks: Cache<Asked<Block>>;
  /** Of a handover: what is walked through until its epochs are whole. */
  readonly recordBlocks: Cache<Asked<Block>>;
  readonly epochs: Cache<Asked<WholeEpoch>>;
  readonly places: Cache<Asked<EpochPlaces>>;
  readonly validators: Cache<Asked<readonly Known[]>>;
  /** By kind, source, epoch and keys; null where a source does not serve it. */
  readonly acts: Cache<readonly Act[] | null>;
};

/** A block of mainnet without its payload is about 150 KB, so all of them stay under 10 MB. */
export const createCaches = (): Caches => ({
  networks: createCache(64, isOk),
  heads: createCache(64, isOk),
  blocks: createCache(64, isOk),
  // Empty unless keys are handed over: then 20 MB at most.
  recordBlocks: createCache(320, isOk),
  epochs: createCache(32, isOk),
  places: createCache(128, isOk),
  validators: createCache(128, isOk),
  acts: createCache(256, () => true),
});
