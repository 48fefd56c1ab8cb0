// What a scheduler, or whoever has written events down, may ask of `watch`.
import { parseShard, wholeFleet, type Shard } from '../domain/shard.ts';
import { WatchdogError } from '../kit/error.ts';

/** A tick over a part of the sites, or only what people said about one. */
export type WatchRequest =
  | { readonly kind: 'tick'; readonly shard: Shard }
  | { readonly kind: 'events'; readonly site: string };

const refused = (message: string): WatchdogError => new WatchdogError('ERR_REQUEST', message);

/** Reads `{}`, `{"shard": "i/n"}` or `{"events": "SITE"}`; anything else is ERR_REQUEST with what would be right. */
export function readWatchRequest(body: unknown): WatchRequest {
  if (body === null) return { kind: 'tick', shard: wholeFleet };
  if (typeof body !== 'object' || Array.isArray(body)) {
    throw refused('the body must be a JSON object such as {}, {"shard": "0/2"} or {"events": "home"}');
  }
  const fields = Object.keys(body);
  if (fields.length > 1 || fields.some((key) => key !== 'shard' && key !== 'events')) {
    throw refused('the body may only have the field shard, or only the field events');
  }
  if ('events' in body) {
    if (typeof body.events !== 'string') throw refused('events must be the id of a site, such as "home"');
    return { kind: 'events', site: body.events };
  }
  if (!('shard' in body)) return { kind: 'tick', shard: wholeFleet };
  const shard = typeof body.shard === 'string' ? parseShard(body.shard) : null;
  if (shard === null) throw refused('shard must be "i/n" with 0 ≤ i < n ≤ 100, such as "0/2"');
  return { kind: 'tick', shard };
}
