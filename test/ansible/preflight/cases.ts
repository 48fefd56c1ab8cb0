// A basement with which nothing is wrong, how a case of the tests differs from it, and what the rules say to that.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export type Values = Readonly<Record<string, unknown>>;

/** By host; what is not named stays as it is. */
type Of = Readonly<Record<string, Values>>;

export type Change = {
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  readonly all?: Values;
  readonly of?: Of;
  readonly controller?: Values;
  /** What was seen of hosts: these fields differ. */
  readonly seen?: Of;
  readonly cluster?: Of;
  readonly look?: Of;
};

/** Each case: in words, what differs, and how each problem begins. */
export type Case = readonly [name: string, change: Change, problems: readonly string[]];

const role = fileURLToPath(new URL('../../../basement/ansible/roles/preflight', import.meta.url));
const judge = fileURLToPath(new URL('judge.py', import.meta.url));

const groups = {
  servers: ['mini1', 'mini2', 'mini3'],
  agents: [],
  basement: ['mini1', 'mini2', 'mini3'],
  hub: ['exit1'],
  validators: ['mini3'],
};

const all = {
  basement_site: 'home',
  basement_lan_interface: 'enp1s0',
  basement_lan_cidr: '192.168.10.0/24',
  basement_admin_addresses: ['192.168.10.20'],
  basement_vip: '192.168.10.50',
  basement_api_name: '',
  vpn_mode: 'gateway',
  vpn_provider: 'hub',
  vpn_hub_address: '198.51.100.7',
  vpn_hub_port: 51_830,
  vpn_hub_network: '10.66.0.0/24',
  vpn_hub_network_v6: 'fd66::/64',
  vpn_dns: ['10.66.0.1'],
  vpn_mtu: 1420,
  rke2_version: 'v1.36.3+rke2r1',
  rke2_cluster_cidr: '10.42.0.0/16',
  rke2_service_cidr: '10.43.0.0/16',
  rke2_token: 'a-token-that-is-long-enough',
  port_forwards: [
    {
      name: 'geth-p2p',
      target: 'geth-p2p',
      node: 'mini2',
      protocols: ['tcp', 'udp'],
      exit_port: 30_303,
      node_port: 30_303,
    },
  ],
  preflight_memory_mib: 3500,
  preflight_cpus: 2,
  preflight_disks: [{ path: '/var/lib/rancher', free_gib: 20, fsync_p99_ms: 10, read_iops: 5000 }],
};

/** What roles know beside the variables above, of any kind unless it is said. */
const options = [
  'basement_lan_address',
  'basement_watchdog_outputs',
  'port_forwards_address',
  'port_forwards_lease',
  'preflight_container_ok',
  'preflight_forwards_needed',
  'preflight_other_system_ok',
  'rke2_first_server',
  'rke2_install_from',
  'ups_notify',
  'ups_primary',
  'ups_watchdog_source',
  'ups_watchdog_token',
  'vpn_address_v4',
  'vpn_endpoint',
  'vpn_endpoints',
  'vpn_peer_public_key',
  'vpn_gateway',
  'vpn_mode_none_ok',
];
const kinds = {
  basement_admin_addresses: { type: 'list', elements: 'str' },
  rke2_ingress: { type: 'str', choices: ['traefik', 'none'] },
  rke2_token: { type: 'str', no_log: true },
  storage_disks: {
    type: 'list',
    elements: 'dict',
    options: { device: { required: true }, format: { type: 'bool' } },
  },
  ups_driver: { type: 'str' },
  ups_driver_options: { type: 'dict' },
  vpn_mtu: { type: 'int' },
};
const anything = (names: readonly string[]): Values =>
  Object.fromEntries(names.map((name) => [name, { type: 'raw' }]));
const known: Values = { ...anything(Object.keys(all)), ...anything(options), ...kinds };
const specifications = Object.fromEntries(
  ['basement', 'port_forwards', 'preflight', 'rke2', 'storage', 'ups', 'vpn'].map((name) => [name, known]),
);

const address = (host: string): string => `192.168.10.1${host.replace(/\D/g, '')}`;

const looked = (host: string): Values => ({
  is_root: true,
  release: { ID: 'debian', VERSION_ID: '12', PRETTY_NAME: 'Debian GNU/Linux 12 (bookworm)' },
  architecture: 'x86_64',
  python: [3, 11],
  cpus: 4,
  memory_mib: 32_000,
  hostname: host,
  machine_id: `${host}-0123456789abcdef`,
  container: 'none',
  interfaces: {
    lo: { mac: '00:00:00:00:00:00', is_up: true, addresses: ['127.0.0.1/8'] },
    enp1s0: { mac: `52:54:00:00:00:${host.slice(-1)}1`, is_up: true, addresses: [`${address(host)}/24`] },
    // The cluster network gives this one to every node.
    cali1234: { mac: 'ee:ee:ee:ee:ee:ee', is_up: true, addresses: [] },
  },
  listeners: [{ protocol: 'tcp', address: '0.0.0.0', port: 22, process: 'sshd' }],
  user: 'ops',
  keys: 1,
  disks: { '/var/lib/rancher': { at: '/var/lib', free_mib: 400_000, is_read_only: false, device: 7 } },
  holds_vip: false,
  vip_answer: null,
  measured: {},
});

const cluster = {
  is_configured: false,
  has_data: false,
  is_active: false,
  authority: null,
  token: null,
};

function caseOf(change: Change, hasSeen: boolean): object {
  const grouped = { ...groups, ...change.groups };
  const names = [...new Set([...grouped.servers, ...grouped.agents, ...grouped.basement, ...grouped.hub])];
  const byHost = <Value>(value: (host: string) => Value): Record<string, Value> =>
    Object.fromEntries(names.map((host) => [host, value(host)]));
  const written = byHost((host) => [
    ...Object.keys(change.all ?? {}),
    ...Object.keys(change.of?.[host] ?? {}),
  ]);
  const inventory = {
    groups: grouped,
    hosts: byHost((host) => ({
      ...all,
      ansible_host: address(host),
      basement_lan_address: address(host),
      ...change.all,
      ...change.of?.[host],
    })),
    written,
    specifications,
    controller: change.controller ?? {},
  };
  const seen = byHost((host) => ({
    clock: [-0.4, 0.3],
    salt: 'salt',
    seen: {
      ...looked(host),
      cluster: { ...cluster, ...change.cluster?.[host] },
      ...change.seen?.[host],
    },
    ...change.look?.[host],
  }));
  return hasSeen ? { inventory, seen } : { inventory };
}

/** What the rules say to each of the cases, in one go. */
export function judged(cases: readonly Case[], about: 'variables' | 'machines'): readonly string[][] {
  const input = JSON.stringify(cases.map(([, change]) => caseOf(change, about === 'machines')));
  const output = execFileSync('python3', [judge, role], { input, encoding: 'utf8' });
  const answers: unknown = JSON.parse(output);
  return z.array(z.array(z.string())).parse(answers);
}
