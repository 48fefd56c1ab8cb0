// What a scheduler may ask of `watch`.
import { parseShard, wholeFleet, type Shard } from '../domain/shard.ts';
import { WatchdogError } from '../kit/error.ts';

/** Reads `{}` or `{"shard": "i/n"}`; anything else is ERR_REQUEST with what would be right. */
export function readShard(body: unknown): Shard {
  if (body === null) return wholeFleet;
  if (typeof body !== 'object' || Array.isArray(body)) {
    throw new WatchdogError('ERR_REQUEST', 'the body must be a JSON object such as {} or {"shard": "0/2"}');
  }
  const unknown = Object.keys(body).filter((key) => key !== 'shard');
  if (unknown.length > 0) {
    throw new WatchdogError('ERR_REQUEST', 'the body may only have the field shard');
  }
  if (!('shard' in body)) return wholeFleet;
  const shard = typeof body.shard === 'string' ? parseShard(body.shard) : null;
  if (shard === null) {
    throw new WatchdogError('ERR_REQUEST', 'shard must be "i/n" with 0 ≤ i < n ≤ 100, such as "0/2"');
  }
  return shard;
}
