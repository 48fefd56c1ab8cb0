// What a pretend CometBFT node says of itself and of its peers.
import type { ApiAnswer } from './api.ts';
import type { CometChain } from './comet-chain.ts';
import { hashOf } from './comet-commit.ts';
import { keyOf, result, timeText, type View } from './comet-view.ts';

const versions = {
  cometbft: { protocol: { p2p: '8', block: '11', app: '1' }, version: '0.38.17', index: 'on' },
  berachain: { protocol: { p2p: '9', block: '11', app: '0' }, version: '1.0.1', index: 'off' },
} as const;

/** `number` makes one node another. */
function nodeInfo(chain: CometChain, number: number): object {
  const { protocol, version, index } = versions[chain.options.dialect];
  return {
    protocol_version: protocol,
    id: chain.hash(number, null).slice(0, 40).toLowerCase(),
    listen_addr: 'tcp://0.0.0.0:26656',
    network: chain.options.chainId,
    version,
    channels: '40202122233038606100',
    moniker: 'pretend',
    other: { tx_index: index, rpc_address: 'tcp://0.0.0.0:26657' },
  };
}

export function status(view: View): ApiAnswer {
  const { chain, node, lies, at } = view;
  const height = chain.height(at);
  const earliest = node.earliest ?? 1;
  const place = node.ownPlace ?? null;
  const own = place === null ? undefined : chain.validators[place];
  return result({
    node_info: nodeInfo(chain, -1 - (place ?? -1)),
    sync_info: {
      latest_block_hash: chain.hash(height, lies),
      latest_app_hash: hashOf(view, height, 'app'),
      latest_block_height: String(height),
      latest_block_time: timeText(chain.timeOf(height)),
      earliest_block_hash: chain.hash(earliest, lies),
      earliest_app_hash: hashOf(view, earliest, 'app'),
      earliest_block_height: String(earliest),
      earliest_block_time: timeText(chain.timeOf(earliest)),
      catching_up: node.isSyncing === true,
    },
    validator_info: {
      address: own?.address ?? '00'.repeat(20),
      pub_key: keyOf(chain, own?.publicKey ?? Buffer.alloc(chain.options.dialect === 'berachain' ? 96 : 32)),
      voting_power: String(own?.power ?? 0),
    },
  });
}

const monitor = (since: string): object => ({
  Start: since,
  Bytes: '21188',
  Samples: '47',
  InstRate: '4008',
  CurRate: '2879',
  AvgRate: '1591',
  PeakRate: '16580',
  BytesRem: '0',
  Duration: '13320000000',
  Idle: '40000000',
  TimeRem: '0',
  Progress: 0,
  Active: true,
});

const channel = (id: number): object => ({
  ID: id,
  SendQueueCapacity: '10',
  SendQueueSize: '0',
  Priority: '5',
  RecentlySent: '0',
});

export function netInfo({ chain, node }: View): ApiAnswer {
  const since = timeText(chain.timeOf(1));
  const peers = Array.from({ length: node.peers ?? 20 }, (_, index) => ({
    node_info: nodeInfo(chain, -1_000 - index),
    is_outbound: index % 2 === 0,
    connection_status: {
      Duration: '13310127617',
      SendMonitor: monitor(since),
      RecvMonitor: monitor(since),
      Channels: [0x00, 0x20, 0x21, 0x22, 0x23].map(channel),
    },
    remote_ip: `192.0.2.${index % 256}`,
  }));
  return result({ listening: true, listeners: ['Listener(@)'], n_peers: String(peers.length), peers });
}
