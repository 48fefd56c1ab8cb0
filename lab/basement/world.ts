// What stands in the pretend world, and what of it can be reached in which state: plain values.
import type { ChainName, ExecutionClient, NodeName, Operator, SignerName } from './chains.ts';
import { addresses } from './names.ts';

export type Place = {
  readonly id: string;
  /**
   * forward: a port of the house through the VPN exit. exit: the VPN server itself. reference: a public resolver. public: an RPC that
   * shows a chain to everybody.
   */
  readonly kind: 'forward' | 'exit' | 'reference' | 'public';
  /** tcp and http say no more than that somebody is there; a node speaks for a client. */
  readonly service: 'tcp' | 'http' | { readonly node: NodeName };
  /** As an operator writes it; the lab resolves it to a port of this machine. */
  readonly host: string;
  readonly port: number;
};

export const places: readonly Place[] = [
  { id: 'geth-p2p', kind: 'forward', service: 'tcp', host: 'vpn.example.net', port: 30303 },
  { id: 'lighthouse-p2p', kind: 'forward', service: 'tcp', host: 'vpn.example.net', port: 9000 },
  { id: 'beacond-p2p', kind: 'forward', service: 'tcp', host: 'vpn.example.net', port: 26656 },
  { id: 'web', kind: 'forward', service: 'http', host: 'vpn.example.net', port: 8080 },
  {
    id: 'lighthouse',
    kind: 'forward',
    service: { node: 'lighthouse' },
    host: 'vpn.example.net',
    port: 5052,
  },
  { id: 'geth', kind: 'forward', service: { node: 'geth' }, host: 'vpn.example.net', port: 8545 },
  { id: 'beacond', kind: 'forward', service: { node: 'beacond' }, host: 'vpn.example.net', port: 26657 },
  { id: 'bera-reth', kind: 'forward', service: { node: 'bera-reth' }, host: 'vpn.example.net', port: 8546 },
  {
    id: 'eth-orchard',
    kind: 'public',
    service: { node: 'ethereum-orchard' },
    host: 'eth.orchard.example',
    port: 80,
  },
  {
    id: 'eth-harbour',
    kind: 'public',
    service: { node: 'ethereum-harbour' },
    host: 'eth.harbour.example',
    port: 80,
  },
  {
    id: 'bera-orchard',
    kind: 'public',
    service: { node: 'berachain-orchard' },
    host: 'bera.orchard.example',
    port: 80,
  },
  {
    id: 'bera-harbour',
    kind: 'public',
    service: { node: 'berachain-harbour' },
    host: 'bera.harbour.example',
    port: 80,
  },
  { id: 'vpn', kind: 'exit', service: 'tcp', host: 'vpn.example.net', port: 22 },
  { id: 'cloudflare', kind: 'reference', service: 'tcp', host: '1.1.1.1', port: 53 },
  { id: 'quad9', kind: 'reference', service: 'tcp', host: '9.9.9.9', port: 53 },
];

export const forwards: readonly string[] = places
  .filter((place) => place.kind === 'forward')
  .map((place) => place.id);

export type WorldState = {
  /** The house has power. */
  readonly hasPower: boolean;
  /** The line has power; without it the house runs on its battery. */
  readonly hasMains: boolean;
  /** The VPN exit works: the way into the house, and the usual way out of it. */
  readonly hasExit: boolean;
  /** Forwards that the exit does not hold any more. */
  readonly broken: ReadonlySet<string>;
  /** The house may send its heartbeats by a second way as well, a mobile router with a VPN exit of its own. */
  readonly hasSecondWay: boolean;
  /** The Alertmanager of the house runs. */
  readonly hasAlertmanager: boolean;
  /** The house sends past its VPN, so that everybody sees its own address. */
  readonly isLeaking: boolean;
  /** The watchdog's own way out to the world works. */
  readonly hasOurNetwork: boolean;
  /** Validator clients that were stopped by hand, with everything else of the house running. */
  readonly stoppedSigners: ReadonlySet<SignerName>;
  /** Validator clients that their fence does not let run. */
  readonly heldBack: ReadonlySet<SignerName>;
  /** Validator clients that run on a node in the cloud, after somebody has moved the keys there. */
  readonly cloudSigners: ReadonlySet<SignerName>;
  readonly stalledChains: ReadonlySet<ChainName>;
  /** Execution clients that are dead; the consensus clients beside them stay up, and see nothing new. */
  readonly frozenClients: ReadonlySet<ExecutionClient>;
  readonly liars: ReadonlySet<Operator>;
  /** Places that the region of the watchdog does not reach, while that of its witness does. */
  readonly hidden: ReadonlySet<string>;
  /** The witness answers. */
  readonly hasWitness: boolean;
  /** The witness says that all is well. */
  readonly isWitnessLying: boolean;
};

export const healthy: WorldState = {
  hasPower: true,
  hasMains: true,
  hasExit: true,
  broken: new Set(),
  hasSecondWay: false,
  hasAlertmanager: true,
  isLeaking: false,
  hasOurNetwork: true,
  stoppedSigners: new Set(),
  heldBack: new Set(),
  cloudSigners: new Set(),
  stalledChains: new Set(),
  frozenClients: new Set(),
  liars: new Set(),
  hidden: new Set(),
  hasWitness: true,
  isWitnessLying: false,
};

/** True when the place answers those who get to it. */
function isUp(place: Place, state: WorldState): boolean {
  switch (place.kind) {
    case 'reference':
    case 'public':
      return true;
    case 'exit':
      return state.hasExit;
    case 'forward':
      return state.hasExit && state.hasPower && !state.broken.has(place.id);
  }
}

/** Where somebody stands who looks at the world: the watchdog, or its witness in another region. */
export const views = ['watchdog', 'witness'] as const;
export type View = (typeof views)[number];

/** True when somebody who stands there can connect to the place. */
export function isReachable(place: Place, state: WorldState, from: View = 'watchdog'): boolean {
  if (from === 'witness') return state.isWitnessLying || isUp(place, state);
  return state.hasOurNetwork && !state.hidden.has(place.id) && isUp(place, state);
}

/** True when the machine of the signer's client is on, and nobody has stopped it by hand. */
export const isStarted = (signer: SignerName, { hasPower, stoppedSigners }: WorldState): boolean =>
  hasPower && !stoppedSigners.has(signer);

/** True when the signer's client runs in the house, whether what it signs gets out or not. */
export const runsInHouse = (signer: SignerName, state: WorldState): boolean =>
  isStarted(signer, state) && !state.heldBack.has(signer);

/** True when what a signer signs gets into its chain. */
export const isSigning = (signer: SignerName, state: WorldState): boolean =>
  (canSend(state) && runsInHouse(signer, state)) || state.cloudSigners.has(signer);

/** True when the same keys sign in two places: the one mistake that cannot be undone. */
export const isSigningTwice = (signer: SignerName, state: WorldState): boolean =>
  runsInHouse(signer, state) && state.cloudSigners.has(signer);

/** The address that a message of the house comes from. */
export function sendsFrom(state: WorldState): string {
  if (state.isLeaking) return addresses.home;
  return state.hasExit ? addresses.exit : addresses.secondExit;
}

/** True when a message from the house gets out. It comes to the watchdog by itself, so our own way out does not matter. */
export const canSend = (state: WorldState): boolean =>
  state.hasPower && (state.hasExit || state.hasSecondWay || state.isLeaking);
