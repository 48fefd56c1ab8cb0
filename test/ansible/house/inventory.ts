// What the operator of the house has on the laptop: an inventory, the watchdog's outputs, and the tokens.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { hubId, type HouseMachine } from './machines.ts';
import { places } from './networks.ts';

export const watchdogHost = 'watchdog.test';

/** Who may send to the watchdog, with the name of its secret. */
export const senders: readonly { readonly source: string; readonly secret: string }[] = [
  'node-mini1',
  'node-mini2',
  'node-mini3',
  'ups',
  'leak',
  'antivirus-mini1',
  'antivirus-mini2',
  'antivirus-mini3',
  'ports',
  'alertmanager',
].map((source) => ({ source, secret: `${source.toUpperCase().replaceAll('-', '_')}_TOKEN` }));

/** What the stub of rke2 is built as: what is installed first, and what it is upgraded to. */
export const rke2Versions = ['v1.36.3+rke2r1', 'v1.36.4+rke2r1'] as const;

export const tokenOf = (source: string): string => `a-token-of-${source}-0123456789abcdef`;

/** Ports of the exit: one for a node behind the gateway, one for the gateway itself. */
export const forwards = [
  { name: 'geth-p2p', target: 'geth-p2p', node: 'mini2', exit_port: 30_303, node_port: 30_304 },
  { name: 'beacon-p2p', target: 'beacon-p2p', node: 'mini1', exit_port: 9000, node_port: 9001 },
] as const;

export type InventoryOptions = {
  readonly machines: readonly HouseMachine[];
  /** More variables of all, and of one. */
  readonly all?: object;
  readonly of?: Readonly<Record<string, object>>;
};

/** Writes it into the folder, in place of what was there. */
export function writeInventory(folder: string, options: InventoryOptions): void {
  const { machines, all = {}, of = {} } = options;
  const hosts = (some: readonly HouseMachine[]): object =>
    Object.fromEntries(some.map(({ id, address }) => [id, { ansible_host: address, ...of[id] }]));
  const minis = machines.filter(({ id }) => id !== hubId);
  const hub = machines.filter(({ id }) => id === hubId);
  mkdirSync(join(folder, 'group_vars'), { recursive: true });
  const inventory = {
    all: {
      children: {
        hub: { hosts: hosts(hub) },
        servers: { hosts: hosts(minis) },
        agents: { hosts: {} },
        basement: { children: { servers: {}, agents: {} } },
      },
    },
  };
  const ssh = [
    '-o StrictHostKeyChecking=no',
    '-o UserKnownHostsFile=/dev/null',
    '-o LogLevel=ERROR',
    `-o ControlPath=${join(folder, '../ssh-%h')}`,
  ];
  const variables = {
    ansible_user: 'ops',
    ansible_become: true,
    ansible_ssh_private_key_file: join(folder, '../key'),
    ansible_ssh_common_args: ssh.join(' '),
    basement_site: 'home',
    basement_lan_interface: 'host0',
    basement_lan_cidr: places.lan,
    basement_admin_addresses: [places.laptop],
    basement_vip: minis.length > 1 ? places.vip : '',
    basement_watchdog_outputs: join(folder, '../outputs.json'),
    basement_watchdog_tokens_dir: join(folder, '../tokens'),
    vpn_mode: hub.length > 0 ? 'gateway' : 'none',
    ...(hub.length > 0 ? { vpn_hub_address: places.hub, vpn_hub_dns_upstream: [places.world] } : {}),
    ...(hub.length > 0 ? {} : { vpn_mode_none_ok: true }),
    port_forwards: hub.length > 0 && minis.length > 1 ? forwards : [],
    // What there is in this world to ask.
    port_forwards_leak_urls: ['http://world.test/'],
    port_forwards_leak_targets: [`${places.world}:80`, `[${places.world6}]:80`],
    port_forwards_leak_seconds: 2,
    rke2_install_from: 'airgap',
    rke2_airgap_dir: join(folder, '../rke2'),
    rke2_version: rke2Versions[0],
    // All of a machine is more than a test has the time to scan.
    antivirus_scan: ['/etc', '/home', '/var/lib'],
    preflight_container_ok: true,
    // This machine is busy and its disk not what is tested, but where it is.
    preflight_fio: 'never',
    preflight_disks: [{ path: '/var/lib/rancher', free_gib: 1 }],
    ...all,
  };
  writeFileSync(join(folder, 'hosts.yml'), stringify(inventory));
  writeFileSync(join(folder, 'group_vars/all.yml'), stringify(variables));
}

/** As `terraform output -json basement` says it, and a file for each token. */
export function writeWatchdogFiles(folder: string): void {
  const url = `https://${watchdogHost}`;
  mkdirSync(join(folder, 'tokens'), { recursive: true, mode: 0o700 });
  writeFileSync(
    join(folder, 'outputs.json'),
    JSON.stringify({
      heartbeat_url: url,
      gate_url: null,
      gate_public_keys: [],
      status_url: null,
      heartbeats: senders.map(({ source, secret }) => ({
        site: 'home',
        source,
        url: `${url}/home/${source}`,
        secret,
        secret_id: 'basement-watchdog-heartbeat',
        secret_project: 'demo',
      })),
      fences: [],
    }),
  );
  for (const { source, secret } of senders) {
    writeFileSync(join(folder, 'tokens', secret), `${tokenOf(source)}\n`, { mode: 0o600 });
  }
}
