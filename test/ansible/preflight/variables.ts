// What may be wrong with the variables of an inventory, and how it is told.
import type { Case } from './cases.ts';

const forward = {
  name: 'beacon-p2p',
  target: 'beacon-p2p',
  node: 'mini1',
  protocols: ['udp'],
  exit_port: 9000,
  node_port: 9000,
};
const geth = {
  name: 'geth-p2p',
  target: 'geth-p2p',
  node: 'mini2',
  protocols: ['tcp', 'udp'],
  exit_port: 30_303,
  node_port: 30_303,
};
const commercial = {
  vpn_provider: 'acme',
  vpn_endpoint: '203.0.113.9:51820',
  vpn_address_v4: '10.2.0.2/32',
  vpn_peer_public_key: 'a-public-key',
  port_forwards_address: '203.0.113.10',
};
const providers = { hub: {}, custom: {}, acme: { forwards: 1, devices: 2, dns: ['10.2.0.1'] } };
const sender = (source: string): object => ({
  site: 'home',
  source,
  secret: `${source.toUpperCase().replace('-', '_')}_TOKEN`,
});
const senders = ['node-mini1', 'node-mini2', 'node-mini3'].map(sender);
const nodeTokens = ['NODE_MINI1_TOKEN', 'NODE_MINI2_TOKEN', 'NODE_MINI3_TOKEN'];
const sending = {
  all: { basement_watchdog_outputs: 'watchdog.json' },
  of: Object.fromEntries(
    ['mini1', 'mini2', 'mini3'].map((host) => [host, { watchdog_heartbeat_source: `node-${host}` }]),
  ),
};
const alone = { servers: ['mini1'], basement: ['mini1'], validators: [] };

export const variableCases: readonly Case[] = [
  ['nothing is wrong', {}, []],
  ['one node needs no VIP', { groups: alone, all: { basement_vip: '', port_forwards: [] } }, []],

  // The LAN.
  ['no site', { all: { basement_site: '' } }, ['basement_site: missing']],
  ['a site that can be no id', { all: { basement_site: 'My Home' } }, ['basement_site: "My Home" is no id']],
  ['no interface', { all: { basement_lan_interface: '' } }, ['basement_lan_interface: missing']],
  ['no network', { all: { basement_lan_cidr: '' } }, ['basement_lan_cidr: missing']],
  [
    'an address of a host for a network',
    { all: { basement_lan_cidr: '192.168.10.1/24' } },
    ['basement_lan_cidr: "192.168.10.1/24" is no network: write 192.168.10.0/24'],
  ],
  [
    'a node outside the LAN',
    { of: { mini2: { basement_lan_address: '192.168.11.12' } } },
    ['basement_lan_address: 192.168.11.12 is outside basement_lan_cidr 192.168.10.0/24'],
  ],
  [
    'a name for an address of a node',
    { of: { mini2: { basement_lan_address: 'mini2.lan' } } },
    ['basement_lan_address: "mini2.lan" is no address'],
  ],
  [
    'two nodes with one address',
    { of: { mini2: { basement_lan_address: '192.168.10.11' } } },
    ['basement_lan_address: 192.168.10.11 is given to both mini1 and mini2'],
  ],
  [
    'nobody may come in',
    { all: { basement_admin_addresses: [] } },
    ['basement_admin_addresses: missing: the addresses in 192.168.10.0/24'],
  ],
  [
    'somebody from elsewhere may come in',
    { all: { basement_admin_addresses: ['192.168.10.20', '10.0.0.0/8'] } },
    ['basement_admin_addresses: 10.0.0.0/8 is outside basement_lan_cidr'],
  ],
  [
    'a VIP outside the subnet',
    { all: { basement_vip: '192.168.11.50' } },
    ['basement_vip: 192.168.11.50 is outside basement_lan_cidr 192.168.10.0/24: take a free address'],
  ],
  [
    'a VIP that is the broadcast address',
    { all: { basement_vip: '192.168.10.255' } },
    ['basement_vip: 192.168.10.255 is outside'],
  ],
  [
    'a VIP that is a node',
    { all: { basement_vip: '192.168.10.12' } },
    ['basement_vip: 192.168.10.12 is the address of mini2'],
  ],
  ['three servers and no VIP', { all: { basement_vip: '' } }, ['basement_vip: missing with 3 servers']],
  ['three servers behind a name', { all: { basement_vip: '', basement_api_name: 'api.example' } }, []],
  [
    'pods where the LAN is',
    { all: { rke2_cluster_cidr: '192.168.0.0/16' } },
    ['rke2_cluster_cidr: 192.168.0.0/16 overlaps basement_lan_cidr 192.168.10.0/24'],
  ],
  [
    'pods and services in one network, as one of two',
    { all: { rke2_service_cidr: '10.42.128.0/20,fd43::/112' } },
    ['rke2_service_cidr: 10.42.128.0/20 overlaps rke2_cluster_cidr'],
  ],
  [
    'the tunnel among the pods',
    { all: { vpn_hub_network: '10.42.7.0/24' } },
    ['vpn_hub_network: 10.42.7.0/24 overlaps rke2_cluster_cidr'],
  ],

  // The cluster.
  ['no servers', { groups: { servers: [], agents: ['mini1', 'mini2', 'mini3'] } }, ['groups.servers: empty']],
  [
    'an even number of servers',
    { groups: { servers: ['mini1', 'mini2'], agents: ['mini3'] } },
    ['groups.servers: 2 servers (mini1, mini2): take 1 or 3'],
  ],
  [
    'a server that is an agent',
    { groups: { agents: ['mini2'] } },
    ['groups.agents: mini2 is in servers as well'],
  ],
  [
    'two exits',
    { groups: { hub: ['exit1', 'exit2'] } },
    ['groups.hub: 2 hosts (exit1, exit2): one exit, or none'],
  ],
  [
    'validators on a machine that is not there',
    { groups: { validators: ['mini7'] } },
    ['groups.validators: mini7 is no node of the basement'],
  ],
  [
    'a name that no node can have',
    { groups: { agents: ['Mini_4'], basement: ['mini1', 'mini2', 'mini3', 'Mini_4'] } },
    ['inventory_hostname: "Mini_4" cannot be the name of a node'],
  ],
  [
    'two servers that claim to be first',
    { of: { mini1: { rke2_first_server: true }, mini2: { rke2_first_server: true } } },
    ['rke2_first_server: several servers claim to be the first (mini1, mini2)'],
  ],
  [
    'a version on one node only',
    { of: { mini2: { rke2_version: 'v1.35.1+rke2r1' } } },
    ['rke2_version: differs within the basement (mini1: v1.36.3+rke2r1; mini2: v1.35.1+rke2r1; mini3'],
  ],
  [
    'a version without its release',
    { all: { rke2_version: '1.36.3' } },
    ['rke2_version: "1.36.3" is no version'],
  ],
  [
    'a token on one node only, which is not told',
    { of: { mini2: { rke2_token: 'another-token-of-good-length' } } },
    ['rke2_token: differs within the basement: set it once, for all'],
  ],
  [
    'a short token',
    { all: { rke2_token: 'K10abcdef::server:secret' } },
    ['rke2_token: shorter than 16 characters'],
  ],
  [
    'a UPS at a machine that is not there',
    { all: { ups_primary: 'mini9' } },
    ['ups_primary: "mini9" is no node of the basement'],
  ],
  [
    'a UPS by USB that says when its battery is low',
    {
      all: {
        ups_primary: 'mini1',
        ups_driver: 'usbhid-ups',
        ups_driver_options: { ignorelb: '', 'override.battery.runtime.low': 300 },
      },
    },
    [],
  ],
  [
    'a UPS by USB that does not',
    { all: { ups_primary: 'mini1', ups_driver: 'usbhid-ups', ups_driver_options: { serial: 'X1' } } },
    ['ups_driver_options: nothing says when the battery is low'],
  ],

  // The way out.
  [
    'a mode that does not exist',
    { all: { vpn_mode: 'wireguard' } },
    ['vpn_mode: "wireguard" is none of gateway, per-node, none'],
  ],
  ['no tunnel, by mistake', { all: { vpn_mode: 'none', port_forwards: [] } }, ['vpn_mode: none: everybody']],
  ['no tunnel, on purpose', { all: { vpn_mode: 'none', vpn_mode_none_ok: true, port_forwards: [] } }, []],
  ['a gateway that is not there', { all: { vpn_gateway: 'mini9' } }, ['vpn_gateway: "mini9" is no node']],
  ['an exit without a host', { groups: { hub: [] } }, ['vpn_provider: hub, but no host is in group hub']],
  [
    'a name for the exit',
    { all: { vpn_hub_address: 'exit.example.net' } },
    ['vpn_hub_address: "exit.example.net" is a name'],
  ],
  [
    'a provider that nobody knows',
    { all: { vpn_provider: 'acmee', vpn_endpoint: '203.0.113.9:51820' }, controller: { providers } },
    ['vpn_provider: "acmee" is none of acme, custom, hub'],
  ],
  [
    'a name for the endpoint',
    { all: { vpn_endpoint: 'vpn.example.net:51830' } },
    ['vpn_endpoint: "vpn.example.net:51830" is a name: give the address itself'],
  ],
  [
    'an endpoint without a port',
    { all: { vpn_endpoint: '198.51.100.7' } },
    ['vpn_endpoint: "198.51.100.7" is no address with a port'],
  ],
  ['an endpoint in IPv6', { all: { vpn_endpoint: '[2001:db8::7]:51830' } }, []],
  [
    "a port of Canal's WireGuard at the exit",
    { all: { vpn_hub_port: '51821' } },
    ["vpn_hub_port: 51821 is a port of Canal's own WireGuard"],
  ],
  ['an MTU below what IPv6 takes', { all: { vpn_mtu: 1200 } }, ['vpn_mtu: 1200: between 1280']],
  [
    'more tunnels than devices',
    {
      all: { ...commercial, vpn_mode: 'per-node' },
      controller: { providers },
    },
    ['vpn_mode: per-node needs a tunnel for each of 3 nodes; acme allows 2 devices: choose gateway'],
  ],

  [
    "what another's exit says of itself, which is missing",
    {
      all: { vpn_provider: 'custom', vpn_endpoint: '203.0.113.9:51820', vpn_gateway: 'mini1' },
      controller: { providers },
    },
    [
      "port_forwards_address: missing: the public address of custom's exit",
      'vpn_address_v4: missing: Address of [Interface]',
      'vpn_dns: missing: DNS of [Interface]',
      'vpn_peer_public_key: missing: PublicKey of [Peer] in the configuration that custom gives you (mini1)',
    ],
  ],
  ['nothing is missing of an exit of somebody else', { all: commercial, controller: { providers } }, []],
  [
    'a name for the address that is advertised',
    { all: { ...commercial, port_forwards_address: 'exit.example.net' }, controller: { providers } },
    ['port_forwards_address: "exit.example.net" is no address'],
  ],
  [
    'no address to advertise, where nothing is forwarded',
    { all: { ...commercial, port_forwards_address: '', port_forwards: [] }, controller: { providers } },
    [],
  ],
  [
    'no address to advertise, where ports are leased',
    {
      all: { ...commercial, port_forwards_address: '', port_forwards_lease: 'natpmp' },
      controller: { providers },
    },
    [],
  ],
  [
    'one of several endpoints that is a name',
    {
      all: { ...commercial, vpn_endpoints: [{ address: '203.0.113.9:51820' }, { address: 'a.example:1' }] },
      controller: { providers },
    },
    ['vpn_endpoints: "a.example:1" is a name'],
  ],
  [
    'a mirror without an address',
    { all: { rke2_install_from: 'mirror' } },
    ['rke2_mirror_url: missing with rke2_install_from: mirror'],
  ],

  // Forwards.
  [
    'a forward that is missing',
    { all: { preflight_forwards_needed: ['geth-p2p', 'beacon-p2p'] } },
    ['port_forwards: beacon-p2p is missing, which preflight_forwards_needed names'],
  ],
  [
    'more forwards than the provider offers',
    {
      of: { mini1: commercial, mini2: commercial, mini3: commercial },
      controller: { providers },
      all: { port_forwards: [geth, forward] },
    },
    ['port_forwards: 2 are needed (geth-p2p, beacon-p2p), acme offers 1'],
  ],
  [
    'a forward to nowhere',
    { all: { port_forwards: [{ ...forward, node: 'mini9' }] } },
    ['port_forwards: beacon-p2p: "mini9" is no node'],
  ],
  [
    'a forward without ports, of a protocol that is none',
    { all: { port_forwards: [{ name: 'x', node: 'mini1', protocols: ['sctp'] }] } },
    ['port_forwards: x lacks exit_port', 'port_forwards: x: protocols must be'],
  ],
  [
    'a forward that leaves to its defaults what it can',
    { all: { port_forwards: [geth, { name: 'beacon-p2p', node: 'mini1', exit_port: 9000 }] } },
    [],
  ],
  [
    'two forwards of one port',
    { all: { port_forwards: [geth, { ...geth, name: 'reth-p2p', node: 'mini1' }] } },
    [
      'port_forwards: reth-p2p: exit_port 30303/tcp is taken by geth-p2p',
      'port_forwards: reth-p2p: exit_port 30303/udp is taken by geth-p2p',
    ],
  ],
  [
    "a forward of the tunnel's own port",
    { all: { port_forwards: [{ ...forward, exit_port: 51_830 }] } },
    ['port_forwards: beacon-p2p: exit_port 51830/udp is taken by the tunnel (vpn_hub_port)'],
  ],

  // Beside the inventory.
  [
    'secrets that others may read',
    { controller: { secret_modes: { '/i/secrets': 0o40755, '/i/secrets/rke2_token': 0o100640 } } },
    [
      'basement_secrets_dir: others may read /i/secrets (0755): chmod 0700 /i/secrets',
      'basement_secrets_dir: others may read /i/secrets/rke2_token (0640): chmod 0600 /i/secrets/rke2_token',
    ],
  ],
  [
    'no outputs of the watchdog where they should be',
    {
      all: { basement_watchdog_outputs: 'watchdog.json' },
      controller: { outputs_error: 'cannot be read (No such file or directory)' },
    },
    [
      'basement_watchdog_outputs: watchdog.json cannot be read (No such file or directory): `terraform output',
    ],
  ],
  [
    "another basement's outputs",
    {
      all: { basement_watchdog_outputs: 'watchdog.json' },
      controller: { outputs: { heartbeats: [{ site: 'cellar', source: 'ups' }] } },
    },
    ['basement_watchdog_outputs: watchdog.json has senders of cellar, none of basement_site home'],
  ],

  [
    'all nodes may send',
    {
      ...sending,
      controller: {
        outputs: { heartbeats: senders },
        tokens: nodeTokens,
      },
    },
    [],
  ],
  [
    'a node that the watchdog does not know, and one without its token',
    {
      ...sending,
      controller: { outputs: { heartbeats: senders.slice(1) }, tokens: ['NODE_MINI3_TOKEN'] },
    },
    [
      'basement_watchdog_tokens_dir: the token of node-mini2 is missing: `watchdog secrets show . NODE_MINI2_TOKEN` tells it',
      'watchdog_heartbeat_source: watchdog.json knows no sender node-mini1',
    ],
  ],
  [
    'a UPS that the watchdog does not know',
    {
      ...sending,
      all: { ...sending.all, ups_primary: 'mini1' },
      controller: { outputs: { heartbeats: senders }, tokens: nodeTokens },
    },
    ['ups_watchdog_source: watchdog.json knows no sender ups'],
  ],
  [
    'a UPS without its token',
    {
      ...sending,
      all: { ...sending.all, ups_primary: 'mini1' },
      controller: { outputs: { heartbeats: [...senders, sender('ups')] }, tokens: nodeTokens },
    },
    [
      'basement_watchdog_tokens_dir: the token of ups is missing: `watchdog secrets show . UPS_TOKEN` tells it',
    ],
  ],
  [
    'a UPS of which the watchdog is not told',
    {
      ...sending,
      all: { ...sending.all, ups_primary: 'mini1', ups_notify: false },
      controller: { outputs: { heartbeats: senders }, tokens: nodeTokens },
    },
    [],
  ],

  // What is written.
  [
    'a variable that nobody knows',
    { all: { rke2_verison: 'v1.36.3+rke2r1', basement_vpi: '' } },
    [
      'basement_vpi: no role knows this variable: is basement_vip meant? (mini1, mini2, mini3, exit1)',
      'rke2_verison: no role knows this variable: is rke2_version meant? (mini1, mini2, mini3, exit1)',
    ],
  ],
  [
    'a choice that there is not',
    { all: { rke2_ingress: 'nginx' } },
    ['rke2_ingress: "nginx" is none of traefik, none'],
  ],
  [
    'a word for a number',
    { all: { vpn_mtu: 'small' } },
    ['vpn_mtu: must be a whole number', 'vpn_mtu: small: between'],
  ],
  [
    'a text for a list',
    { all: { basement_admin_addresses: '192.168.10.20' } },
    ['basement_admin_addresses: must be list, not str', 'basement_admin_addresses: missing'],
  ],
  [
    'an entry with a field that nobody knows',
    { of: { mini1: { storage_disks: [{ device: '/dev/disk/by-id/x', formt: true }] } } },
    ['storage_disks: entry 1: nobody knows formt, is format meant? (mini1)'],
  ],
  [
    'an entry that lacks a field',
    { of: { mini1: { storage_disks: [{ format: true }] } } },
    ['storage_disks: entry 1 lacks device'],
  ],
];
