// Which addresses the watchdog may connect to: public unicast, and what a site allows by name.
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ReturnType<typeof ipaddr.parse>;
type Cidr = readonly [Address, number];

/** Why an address is refused; each word fits into "a … address". */
const addressReasons = [
  'malformed',
  'metadata',
  'loopback',
  'link-local',
  'private',
  'shared',
  'mapped',
  'multicast',
  'broadcast',
  'unspecified',
  'reserved',
] as const;
export type AddressReason = (typeof addressReasons)[number];

// The first match wins. Documentation ranges are missing on purpose: example configurations name them, and nobody routes them.
// Sources: the IANA special-purpose address registries for IPv4 and IPv6; the clouds' pages on their metadata servers.
const forbidden: readonly (readonly [AddressReason, readonly string[]])[] = [
  [
    'metadata',
    ['169.254.169.254/32', '168.63.129.16/32', '100.100.100.200/32', 'fd00:ec2::254/128', 'fd20:ce::254/128'],
  ],
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['link-local', ['169.254.0.0/16', 'fe80::/10']],
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10', '64:ff9b:1::/48']],
  ['shared', ['100.64.0.0/10']],
  ['broadcast', ['255.255.255.255/32']],
  ['multicast', ['224.0.0.0/4', 'ff00::/8']],
  ['unspecified', ['0.0.0.0/8', '::/128']],
  ['mapped', ['::ffff:0:0/96', '::ffff:0:0:0/96', '::/96']],
  ['reserved', ['192.0.0.0/24', '192.88.99.0/24', '198.18.0.0/15', '240.0.0.0/4']],
];
const rules = forbidden.map(([reason, cidrs]) => [reason, cidrs.map(parseCidr)] as const);

const translated = parseCidr('64:ff9b::/96');
const sixToFour = parseCidr('2002::/16');
const teredo = parseCidr('2001::/32');
const protocolAssignments = parseCidr('2001::/23');
const globalUnicast = parseCidr('2000::/3');

function parseCidr(text: string): Cidr {
  if (text.includes('/')) return ipaddr.parseCIDR(text);
  const address = ipaddr.parse(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

function within(address: Address, [network, bits]: Cidr): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}

/** True for `address/bits` (or a bare address), IPv4 or IPv6, as `forbiddenAddress` takes it in `allow`. */
export function isCidr(text: string): boolean {
  const [address = '', bits] = text.split('/');
  return isIP(address) !== 0 && (bits === undefined || ipaddr.isValidCIDR(text));
}

/** True when the address lies in one of the networks; `networks` are CIDRs or single addresses. */
export function isInNetworks(address: string, networks: readonly string[]): boolean {
  const parsed = ipaddr.parse(address);
  return networks.map(parseCidr).some((cidr) => within(parsed, cidr));
}

/** As much of an address as may be written down: its network, /24 for IPv4 and /48 for IPv6. */
export function networkOf(address: string): string {
  const parsed = ipaddr.parse(address);
  const bits = parsed.kind() === 'ipv4' ? 24 : 48;
  const bytes = parsed.toByteArray().map((byte, index) => (index * 8 < bits ? byte : 0));
  return `${ipaddr.fromByteArray(bytes).toString()}/${bits}`;
}

/** The IPv4 addresses that an IPv6 address of a transition technique delivers to. */
function embedded(address: Address): readonly string[] {
  const bytes = address.toByteArray();
  const at = (from: number, mask = 0): string =>
    bytes
      .slice(from, from + 4)
      .map((byte) => byte ^ mask)
      .join('.');
  if (within(address, translated)) return [at(12)];
  if (within(address, sixToFour)) return [at(2)];
  if (within(address, teredo)) return [at(4), at(12, 0xff)];
  return [];
}

/**
 * Null when the watchdog may connect to `address` (an IP address without brackets), else why not. Public unicast is allowed, and what lies in a
 * CIDR of `allow`; a metadata server only by a CIDR of that one address. IPv6 forms that carry an IPv4 address (NAT64, 6to4,
 * Teredo) are as good as what they carry; mapped forms are refused whatever they carry. `allow` must hold valid CIDRs.
 */
export function forbiddenAddress(address: string, allow: readonly string[]): AddressReason | null {
  if (isIP(address) === 0) return 'malformed';
  const parsed = ipaddr.parse(address);
  const reason = judge(parsed, allow);
  if (reason === null) return null;
  const allowed = allow
    .map(parseCidr)
    .some((cidr) => within(parsed, cidr) && (reason !== 'metadata' || isSingle(cidr)));
  return allowed ? null : reason;
}

function isSingle([network, bits]: Cidr): boolean {
  return bits === (network.kind() === 'ipv4' ? 32 : 128);
}

function judge(address: Address, allow: readonly string[]): AddressReason | null {
  const rule = rules.find(([, cidrs]) => cidrs.some((cidr) => within(address, cidr)));
  if (rule !== undefined) return rule[0];
  if (address.kind() === 'ipv4') return null;
  const carried = embedded(address);
  if (carried.length > 0) {
    return carried.map((inner) => forbiddenAddress(inner, allow)).find((reason) => reason !== null) ?? null;
  }
  return within(address, globalUnicast) && !within(address, protocolAssignments) ? null : 'reserved';
}

/** Splits `host:port` or `[v6]:port`; the host is lower case and without brackets. Null when it is neither, or the port is not 1–65535. */
export function parseHostPort(text: string): { readonly host: string; readonly port: number } | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+)):([0-9]{1,5})$/i.exec(text);
  const host = (match?.[1] ?? match?.[2])?.toLowerCase();
  const port = Number(match?.[3]);
  if (host === undefined || port < 1 || port > 65_535) return null;
  if (match?.[1] !== undefined ? isIP(host) !== 6 : !isHostName(host)) return null;
  return { host, port };
}

/** True for an IPv4 address in four decimal parts and for a DNS name; false for what only looks like an address, e.g. `127.1`. */
function isHostName(host: string): boolean {
  if (isIP(host) === 4) return true;
  const labels = host.replace(/\.$/, '').split('.');
  const last = labels.at(-1) ?? '';
  return (
    host.length <= 253 &&
    labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label)) &&
    !/^([0-9]+|0x[0-9a-f]*)$/i.test(last)
  );
}

/** The same host at another port; an address that is none stays as it is. */
export function hostAtPort(text: string, port: number): string {
  const endpoint = parseHostPort(text);
  return endpoint === null ? text : formatHostPort({ ...endpoint, port });
}

/** `host:port`, an IPv6 address in brackets, lower case: the inverse of `parseHostPort`. */
export function formatHostPort(endpoint: { readonly host: string; readonly port: number }): string {
  const host = endpoint.host.toLowerCase();
  return host.includes(':') ? `[${host}]:${endpoint.port}` : `${host}:${endpoint.port}`;
}
