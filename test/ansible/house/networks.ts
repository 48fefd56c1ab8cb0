// Two networks without a way out: the house's, with its router, and what stands for the internet behind it. Whatever leaves the house is counted.
import { z } from 'zod';
import { tool } from '../../support/tools.ts';
import { execTool, type Site } from '../../live/nets/net.ts';
import type { Running } from '../../live/nets/process.ts';
import { until } from '../../live/nets/wait.ts';

/** Addresses of the house and of the world; documentation ranges, but for the house's own. */
export const places = {
  lan: '10.77.0.0/24',
  lan6: '2001:db8:77::/64',
  router: '10.77.0.1',
  router6: '2001:db8:77::1',
  /** From where somebody administers the basement. */
  laptop: '10.77.0.20',
  vip: '10.77.0.50',
  /** What nobody may ever see. */
  home: '203.0.113.200',
  hub: '198.51.100.7',
  hub6: '2001:db8:7::7',
  world: '198.51.100.9',
  world6: '2001:db8:9::9',
  watchdog: '198.51.100.20',
} as const;

/** One kind of traffic that a machine of the house tried to send through the router, or to its resolver. */
export type Seen = {
  readonly from: string;
  readonly to: string;
  /** `tcp`, `udp`, `icmp`, … */
  readonly protocol: string;
  /** 0 where there is none. */
  readonly port: number;
};

export type Side = {
  readonly pid: number;
  /** Runs a command there and answers what it printed. */
  readonly run: (path: string, ...args: readonly string[]) => Promise<string>;
};

export type Networks = {
  readonly home: Side;
  readonly world: Side;
  /** What has come to the router from the house since the last `forget`. */
  readonly seen: () => Promise<readonly Seen[]>;
  readonly forget: () => Promise<void>;
  /** The router drops whatever goes to this address and comes from it, and says nothing. */
  readonly blackHole: (address: string) => Promise<void>;
  readonly openAgain: () => Promise<void>;
};

const set = (name: string, type: string): string => `set ${name} { type ${type}; flags dynamic; size 4096; }`;

const rules = [
  'table inet outside {',
  set('seen4', 'ipv4_addr . ipv4_addr . inet_proto . inet_service'),
  set('seen6', 'ipv6_addr . ipv6_addr . inet_proto . inet_service'),
  set('rest4', 'ipv4_addr . ipv4_addr . inet_proto'),
  set('rest6', 'ipv6_addr . ipv6_addr . inet_proto'),
  'set holes { type ipv4_addr; }',
  'set holes6 { type ipv6_addr; }',
  'chain count {',
  'meta l4proto { tcp, udp } update @seen4 { ip saddr . ip daddr . meta l4proto . th dport }',
  'meta l4proto { tcp, udp } update @seen6 { ip6 saddr . ip6 daddr . meta l4proto . th dport }',
  'meta l4proto != { tcp, udp } update @rest4 { ip saddr . ip daddr . meta l4proto }',
  'meta l4proto != { tcp, udp } update @rest6 { ip6 saddr . ip6 daddr . meta l4proto }',
  '}',
  'chain forward { type filter hook forward priority -10; policy accept;',
  'ip daddr @holes drop; ip saddr @holes drop; ip6 daddr @holes6 drop; ip6 saddr @holes6 drop;',
  '}',
  // Before anything is dropped: what came is what counts.
  'chain came { type filter hook prerouting priority -200; policy accept;',
  `iifname "lan" ip daddr != ${places.lan} ip daddr != 224.0.0.0/4 jump count`,
  `iifname "lan" ip6 daddr != { ${places.lan6}, fe80::/10, ff00::/8 } jump count`,
  `iifname "lan" ip daddr ${places.router} udp dport 53 jump count`,
  `iifname "lan" ip daddr ${places.router} tcp dport 53 jump count`,
  `iifname "lan" ip6 daddr ${places.router6} udp dport 53 jump count`,
  '}',
  'chain nat { type nat hook postrouting priority srcnat; oifname "up0" meta nfproto ipv4 masquerade; }',
  '}',
];

const homeUp = [
  'set -e',
  'ip link set lo up',
  'ip link add lan type bridge',
  // The first is what the laptop's own connections come from.
  `ip address add ${places.laptop}/24 dev lan`,
  `ip address add ${places.router}/24 dev lan`,
  `ip -6 address add ${places.router6}/64 dev lan nodad`,
  'ip link set lan up',
  // What neighbours say to each other passes the bridge, not the router: it is not counted.
  'for each in /proc/sys/net/bridge/bridge-nf-call-ip*tables; do [ ! -e "$each" ] || echo 0 >"$each"; done',
  'sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1',
  'exec "$@"',
];

const worldUp = [
  'set -e',
  'ip link set lo up',
  'ip link add inet type bridge',
  ...['198.51.100.1', places.world, places.watchdog].map((each) => `ip address add ${each}/24 dev inet`),
  'ip -6 address add 2001:db8:7::1/64 dev inet nodad',
  `ip -6 address add ${places.world6}/64 dev inet nodad`,
  'ip link set inet up',
  'sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1',
  'exec "$@"',
];

const line = [
  'set -e',
  'ip link add up0 type veth peer name down0 netns "$1"',
  `ip address add ${places.home}/24 dev up0`,
  'ip -6 address add 2001:db8:203::200/64 dev up0 nodad',
  'ip link set up0 up',
  `nsenter --net="/proc/$1/ns/net" sh -ec '
    ip address add 203.0.113.1/24 dev down0
    ip -6 address add 2001:db8:203::1/64 dev down0 nodad
    ip link set down0 up
    ip -6 route add ${places.lan6} via 2001:db8:203::200'`,
  'ip route add default via 203.0.113.1',
  'ip -6 route add default via 2001:db8:203::1',
];

const listed = z.object({
  nftables: z.array(
    z.object({ set: z.object({ elem: z.array(z.unknown()).optional() }).optional() }).loose(),
  ),
});
const concatenated = z.object({ concat: z.array(z.union([z.string(), z.number()])) });

export async function startNetworks(site: Site): Promise<Networks> {
  const nft = tool('nftables').path;
  const side = (process_: Running): Side => ({
    pid: process_.pid,
    run: (path, ...args) =>
      execTool('/usr/bin/nsenter', [`--net=/proc/${process_.pid}/ns/net`, path, ...args], {
        folder: site.folder,
      }),
  });
  const start = (name: string, script: readonly string[]): Running =>
    site.launch({
      name,
      path: '/usr/bin/unshare',
      args: ['--net', 'sh', '-c', script.join('\n'), 'sh', 'sleep', 'infinity'],
    });
  const [home, world] = [side(start('home', homeUp)), side(start('world', worldUp))];
  await ready(home, 'lan');
  await ready(world, 'inet');
  await home.run('sh', '-c', line.join('\n'), 'sh', String(world.pid));
  await home.run(nft, rules.join('\n'));
  const elements = async (name: string): Promise<Seen[]> => {
    const { nftables } = listed.parse(
      JSON.parse(await home.run(nft, '--json', 'list', 'set', 'inet', 'outside', name)),
    );
    return nftables
      .flatMap((each) => each.set?.elem ?? [])
      .map((each) => {
        const [from, to, protocol, port = 0] = concatenated.parse(each).concat;
        return { from: String(from), to: String(to), protocol: String(protocol), port: Number(port) };
      });
  };
  const sets = ['seen4', 'seen6', 'rest4', 'rest6'];
  return {
    home,
    world,
    seen: async () => (await Promise.all(sets.map(elements))).flat(),
    forget: async () => {
      await home.run(nft, sets.map((each) => `flush set inet outside ${each}`).join('\n'));
    },
    blackHole: async (address) => {
      const name = address.includes(':') ? 'holes6' : 'holes';
      await home.run(nft, `add element inet outside ${name} { ${address} }`);
    },
    openAgain: async () => {
      await home.run(nft, 'flush set inet outside holes\nflush set inet outside holes6');
    },
  };
}

/** Its bridge is up, which is the last that it does. */
async function ready(side: Side, bridge: string): Promise<void> {
  await until(
    `the network with ${bridge}`,
    async () => ((await side.run('ip', '-o', 'link', 'show', bridge)).includes(',UP') ? true : null),
    { limitMs: 30_000 },
  );
}
