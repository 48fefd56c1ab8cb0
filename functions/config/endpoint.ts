// Where a target connects to, read from its raw fields even while its other fields are wrong.
import { isIP } from 'node:net';
import { type AddressReason, forbiddenAddress, isCidr } from '../kit/address.ts';
import type { Endpoint } from '../kit/net/network.ts';
import { endpointOfTarget } from '../probes/describe.ts';
import { optionsOf, probeOptions } from './target.ts';

type Raw = Readonly<Record<string, unknown>>;

/** Null while the options of its probe are not valid. */
export function endpointOf(raw: Raw): Endpoint | null {
  const parsed = probeOptions.safeParse(optionsOf(raw));
  return parsed.success ? endpointOfTarget(parsed.data) : null;
}

// RFC 6761 for localhost; the name of the metadata server is documented by Google.
function literalOf(host: string): string | null {
  if (isIP(host) !== 0) return host;
  if (/^(.+\.)?localhost\.?$/.test(host)) return '127.0.0.1';
  return /^metadata(\.google\.internal)?\.?$/.test(host) ? '169.254.169.254' : null;
}

/**
 * Why the address that a target writes out must not be connected to, and in which field it stands; null when it may be, or when a
 * name stands there, which is checked when it is resolved. What of `allow` is no CIDR is passed over.
 */
export function forbiddenLiteral(
  raw: Raw,
  allow: readonly (string | undefined)[],
): { readonly field: string; readonly reason: AddressReason } | null {
  const host = endpointOf(raw)?.host;
  const literal = host === undefined ? null : literalOf(host);
  if (host === undefined || literal === null) return null;
  const cidrs = allow.filter((cidr) => cidr !== undefined).filter(isCidr);
  const reason = forbiddenAddress(literal, cidrs);
  if (reason === null) return null;
  // A URL spells numbers in other ways than its host is known by in the end.
  const holds = ([, value]: readonly [string, unknown]): boolean =>
    typeof value === 'string' && (value.toLowerCase().includes(host) || URL.parse(value)?.hostname === host);
  return { field: Object.entries(raw).find(holds)?.[0] ?? 'probe', reason };
}
