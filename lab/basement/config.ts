// The configuration of the lab, written as an operator would write it: product defaults, and names instead of loopback addresses.
import { stringify } from 'yaml';
import { chainIds, type ChainIdentity, identityOf } from './chains.ts';
import { phones } from '../pager/pager.ts';
import { addresses, labFence, labHeartbeat, labSigners, labSite, labTimezone, labUps } from './names.ts';
import { labStandbys } from './standbys.ts';
import { type Place, places } from './world.ts';

/** The secrets that the configuration refers to, by the names of their variables. */
export const labVariables = {
  pager: 'PAGER_URL',
  neighbour: 'NEIGHBOUR_URL',
  secret: 'PAGER_SECRET',
  token: 'STATUS_TOKEN',
  view: 'VIEW_KEY',
  ackKey: 'ACK_KEY',
  ackToken: 'ACK_TOKEN',
  heartbeat: 'HEARTBEAT_TOKEN',
  fence: 'FENCE_TOKEN',
  gate: 'GATE_KEY',
} as const;

/** The neighbour is told of what is critical once nobody has reacted for so long. */
const neighbourAfter = '10m';

type Client = Extract<Place['service'], object>['node'];

/** How the API of a client is probed; the networks are the lab's own. */
function clientProbe(node: Client, identity: ChainIdentity): object {
  if (node === 'geth' || node === 'bera-reth') return { probe: 'jsonrpc', chainId: chainIds[node] };
  return node === 'lighthouse' || node.startsWith('ethereum')
    ? { probe: 'beacon', network: identity.ethereum }
    : { probe: 'cometbft', network: identity.berachain };
}

function roleOf({ kind, service }: Place): object {
  if (kind === 'exit') return { role: 'exit' };
  if (kind !== 'public' || typeof service === 'string') return {};
  const [chain, operator] = service.node.split('-');
  return { role: 'chain', chain, operator };
}

function target(place: Place, identity: ChainIdentity): object {
  const { id, service, host, port } = place;
  const common = { id, ...roleOf(place) };
  if (service === 'tcp') return { ...common, probe: 'tcp', address: `${host}:${port}` };
  const url = `http://${host}:${port}`;
  return service === 'http'
    ? { ...common, probe: 'http', url: `${url}/health`, expect: { json: { status: 'ok' } } }
    : { ...common, ...clientProbe(service.node, identity), url };
}

export type LabSettings = {
  readonly ackPort: number;
  readonly statusPort: number;
  /** The public half of the key of the gate. */
  readonly gateKey: string;
};

/** The YAML text. References are the product's default ones, and so is the policy, so neither is written here. */
export function labConfig(startAt: number, given: LabSettings): string {
  const { ackPort, statusPort, gateKey } = given;
  const identity = identityOf(startAt);
  return stringify({
    timezone: labTimezone,
    channels: phones.map((id) => ({
      id,
      channel: 'webhook',
      url: { env: labVariables[id] },
      secret: { env: labVariables.secret },
    })),
    // Work is not sped up: on a slow machine a look takes minutes of the lab's time, and is not late for that.
    policies: { default: { late: { after: '8m' } } },
    status: { access: 'token', token: { env: labVariables.token }, linkKey: { env: labVariables.view } },
    links: { status: `http://127.0.0.1:${statusPort}/` },
    acknowledge: {
      url: `http://127.0.0.1:${ackPort}/ack`,
      key: { env: labVariables.ackKey },
      token: { env: labVariables.ackToken },
    },
    gate: { url: 'https://gate.example.net', key: { env: labVariables.gate }, publicKeys: [gateKey] },
    sites: [
      {
        id: labSite,
        name: 'Basement, Berlin',
        notify: ['pager', { after: neighbourAfter, channels: ['neighbour'], from: 'critical' }],
        targets: places.filter((place) => place.kind !== 'reference').map((place) => target(place, identity)),
        signers: [
          {
            id: labSigners[0],
            chain: 'ethereum',
            keys: identity.keys.lighthouse,
            fences: [{ id: 'mini1', token: { env: labVariables.fence } }],
          },
          { id: labSigners[1], chain: 'berachain', keys: identity.keys.beacond },
        ],
        heartbeats: [
          {
            source: labHeartbeat,
            token: { env: labVariables.heartbeat },
            every: '60s',
            grace: '60s',
            silence: 'warning',
          },
          { source: labUps, token: { env: labVariables.heartbeat } },
          { source: labFence, token: { env: labVariables.heartbeat } },
        ],
        exits: { addresses: [addresses.exit, addresses.secondExit] },
      },
    ],
    standbys: labStandbys,
  });
}
