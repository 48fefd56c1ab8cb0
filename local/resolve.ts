// Names that the operator resolves by hand: `--resolve host:port:address[:port]`, in the style of curl.
import { isIP } from 'node:net';
import { formatHostPort, parseHostPort } from '../functions/kit/address.ts';
import type { Environment } from '../functions/kit/environment.ts';

export type Resolved =
  | { readonly ok: true; readonly key: string; readonly address: string; readonly port: number }
  | { readonly ok: false; readonly message: string };

const shape = /^(\[[^\][]*\]|[^:\][]+):([0-9]{1,5}):(\[[^\][]*\]|[^:\][]+)(?::([0-9]{1,5}))?$/;
const howTo =
  'write host:port:address or host:port:address:port, an IPv6 address in brackets, such as rpc.home.example:443:192.0.2.7:8443';

const refused = (what: string): Resolved => ({ ok: false, message: `${what}; ${howTo}` });

/**
 * Reads one `--resolve`. `key` is `host:port` as the probes look it up (lower case, IPv6 in brackets); without a second port the
 * first one stays. The address must be an IP address: names are not looked up here.
 */
export function parseResolve(text: string): Resolved {
  const [, host = '', port = '', inBrackets = '', newPort = port] = shape.exec(text) ?? [];
  if (host === '') return refused('this is not four or three parts');
  const from = parseHostPort(`${host}:${port}`);
  if (from === null) return refused('the first two parts are not a host and a port from 1 to 65535');
  const address = inBrackets.replace(/^\[|\]$/g, '');
  const family = isIP(address);
  if (family === 0 || (family === 6) !== inBrackets.startsWith('[')) {
    return refused('the third part is not an IP address');
  }
  const to = parseHostPort(`${inBrackets}:${newPort}`);
  if (to === null) return refused('the last part is not a port from 1 to 65535');
  return { ok: true, key: formatHostPort(from), address: to.host, port: to.port };
}

/** All of them as the probes take them. A later one for the same host and port replaces an earlier one, as in curl. */
export function hostsOf(
  resolved: readonly Extract<Resolved, { readonly ok: true }>[],
): Environment['network']['hosts'] {
  return new Map(resolved.map(({ key, address, port }) => [key, { address, port }]));
}
