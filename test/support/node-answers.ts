// What nodes that are well answer, as seen on real ones: the ground of tests that change one thing in it.
import { networkOf, slotAt } from '../../functions/wire/ethereum-network.ts';
import type { Answers } from './api-server.ts';

const root = (digit: string): string => `0x${digit.repeat(64)}`;
const mainnet = networkOf('mainnet');

/** The slot that it is on mainnet. */
export const currentSlot = (at: number): number => slotAt(mainnet, at);

export const genesisAnswer = {
  data: {
    genesis_time: '1606824023',
    genesis_validators_root: mainnet.genesisValidatorsRoot,
    genesis_fork_version: '0x00000000',
  },
};

export const syncingAnswer = (slot: number, changes: object = {}) => ({
  data: {
    head_slot: String(slot),
    sync_distance: '0',
    is_syncing: false,
    is_optimistic: false,
    el_offline: false,
    ...changes,
  },
});

export const headerAnswer = (slot: number | string, isOptimistic = false) => ({
  execution_optimistic: isOptimistic,
  finalized: false,
  data: {
    root: root('a'),
    canonical: true,
    header: {
      message: {
        slot: String(slot),
        proposer_index: '77',
        parent_root: root('b'),
        state_root: root('c'),
        body_root: root('d'),
      },
      signature: `0x${'e'.repeat(192)}`,
    },
  },
});

export const forkAnswer = (version = '0x06000000') => ({
  execution_optimistic: false,
  finalized: false,
  data: { previous_version: '0x05000000', current_version: version, epoch: '411392' },
});

export const peerCountAnswer = (connected: string) => ({
  data: { connected, connecting: '0', disconnected: '3', disconnecting: '0' },
});

/** A beacon node of mainnet that is well at a time. */
export function beaconNode(at: number, slot = currentSlot(at)): Answers {
  return {
    '/eth/v1/beacon/genesis': { body: genesisAnswer },
    '/eth/v1/node/syncing': { body: syncingAnswer(slot) },
    '/eth/v1/beacon/headers/head': { body: headerAnswer(slot) },
    '/eth/v1/beacon/states/head/fork': { body: forkAnswer() },
    '/eth/v1/node/peer_count': { body: peerCountAnswer('61') },
  };
}

export const rpcResult = (result: unknown) => ({ body: { jsonrpc: '2.0', id: 'asked', result } });
export const rpcError = (code: number, status = 200) => ({
  status,
  body: { jsonrpc: '2.0', id: 'asked', error: { code, message: 'no, says the server' } },
});
const hexOf = (value: number): string => `0x${value.toString(16)}`;

export const blockResult = (height: number, at: number) => ({
  number: hexOf(height),
  hash: root('f'),
  timestamp: hexOf(Math.floor(at / 1000)),
  gasUsed: '0x1c9c380',
  transactions: [root('1'), root('2')],
});

/** An execution client of mainnet that is well at a time. */
export function executionNode(at: number): Answers {
  return {
    eth_chainId: rpcResult('0x1'),
    eth_syncing: rpcResult(false),
    eth_getBlockByNumber: rpcResult(blockResult(23_900_000, at - 4_000)),
    net_peerCount: rpcResult('0x32'),
  };
}

export type CometChanges = {
  readonly network?: unknown;
  readonly id?: unknown;
  readonly height?: unknown;
  readonly at?: number | string;
  readonly isCatchingUp?: unknown;
  readonly power?: unknown;
};

export const cometNetwork = 'mainnet-beacon-80094';

export function statusAnswer(at: number, changes: CometChanges = {}) {
  const time = typeof changes.at === 'string' ? changes.at : new Date(changes.at ?? at - 2_000).toISOString();
  return {
    jsonrpc: '2.0',
    id: -1,
    result: {
      node_info: {
        protocol_version: { p2p: '9', block: '11', app: '0' },
        id: changes.id ?? '9a'.repeat(20),
        listen_addr: 'tcp://0.0.0.0:26656',
        network: changes.network ?? cometNetwork,
        version: '1.0.1',
        moniker: 'basement',
      },
      sync_info: {
        latest_block_hash: 'AB'.repeat(32),
        latest_app_hash: 'CD'.repeat(32),
        latest_block_height: changes.height ?? '11000000',
        latest_block_time: time.replace(/Z$/, '123456Z'),
        catching_up: changes.isCatchingUp ?? false,
      },
      validator_info: {
        address: '12'.repeat(20).toUpperCase(),
        pub_key: { type: 'cometbft/PubKeyBls12_381', value: 'AAAA' },
        voting_power: changes.power ?? '0',
      },
    },
  };
}

export const netInfoAnswer = (peers: unknown) => ({
  jsonrpc: '2.0',
  id: -1,
  result: { listening: true, listeners: ['Listener(@)'], n_peers: peers, peers: [] },
});

/** A node of Berachain that is well at a time. */
export function cometNode(at: number, changes: CometChanges = {}): Answers {
  return {
    '/status': { body: statusAnswer(at, changes) },
    '/net_info': { body: netInfoAnswer('12') },
  };
}
