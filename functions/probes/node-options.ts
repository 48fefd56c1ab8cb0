// The options that the probes of chain clients share.
import { z } from 'zod';
import { duration } from '../kit/duration.ts';
import { type Access, accessConflicts } from '../kit/net/access.ts';
import { endpointOfUrl, urlAtPort } from '../kit/net/exchange.ts';
import type { Endpoint } from '../kit/net/network.ts';

export const maxHeadAge = (otherwise: string) =>
  duration({ min: '10s', max: '1d' })
    .prefault(otherwise)
    .describe('How old its newest block may be, by its own time.');

export const minPeers = z
  .int()
  .min(0)
  .max(1000)
  .default(1)
  .describe('How many peers it must have, if it says; 0 for any number.');

/** For `superRefine` of a schema that has the access fields. */
export function checkAccess(options: Access, context: z.core.$RefinementCtx): void {
  for (const [field, message] of accessConflicts(options)) {
    context.addIssue({ code: 'custom', path: [field], message });
  }
}

export const endpointOfAccess = ({ url }: { readonly url: string }): Endpoint => endpointOfUrl(new URL(url));
export const accessAtPort = <Options extends { readonly url: string }>(
  options: Options,
  port: number,
): Options => ({ ...options, url: urlAtPort(options.url, port) });
export const describeAccess = (what: string, { url }: { readonly url: string }): string =>
  `${what} at ${new URL(url).host}`;
