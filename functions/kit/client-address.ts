// Who is on the other side of a request, as far as that can be known behind the platform's own front.
import { isIP } from 'node:net';

/** Of what a proxy writes: a bare address, `address:port`, `[v6]` or `[v6]:port`; mapped IPv4 is IPv4. Null when it is none. */
function addressIn(text: string): string | null {
  const trimmed = text.trim();
  const bare =
    /^\[([0-9a-f:.]+)\](?::\d+)?$/i.exec(trimmed)?.[1] ??
    /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(trimmed)?.[1] ??
    trimmed;
  const address = bare.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '').toLowerCase();
  return isIP(address) === 0 ? null : address;
}

/**
 * The address that the request came from: the **last** entry of `X-Forwarded-For`, which the platform's front appends; everything before
 * it can be written by whoever calls. Without that header the peer of the connection. Null when neither is an address.
 */
export function clientAddress(forwardedFor: string, peer: string | undefined): string | null {
  if (forwardedFor.trim() === '') return peer === undefined ? null : addressIn(peer);
  return addressIn(forwardedFor.split(',').at(-1) ?? '');
}
