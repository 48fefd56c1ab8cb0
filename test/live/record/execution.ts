// The scenes of execution clients by themselves.
import { tool } from '../../support/tools.ts';
import { startAnvil, startGeth } from '../nets/execution.ts';
import type { ExecutionNet } from '../nets/execution.ts';
import { recordScene, rpc } from './scene.ts';
import type { Asked } from './scene.ts';

const questions = rpc(
  ['eth_chainId'],
  ['eth_syncing'],
  ['eth_blockNumber'],
  ['eth_getBlockByNumber', 'latest', false],
  ['net_peerCount'],
  ['web3_clientVersion'],
  ['net_version'],
);

/** What to ask an execution client of a net, or on its own. */
export function execution(name: string, kind: 'geth' | 'anvil', url: string): Asked {
  return { name, url, client: `${kind} ${tool(kind).version}`, questions };
}

async function recordOne(kind: 'geth' | 'anvil', start: () => Promise<ExecutionNet>): Promise<void> {
  const net = await start();
  try {
    await recordScene(`execution/${kind}`, [execution(kind, kind, net.url)]);
  } finally {
    await net.close();
  }
}

export async function recordExecution(): Promise<void> {
  await recordOne('anvil', startAnvil);
  await recordOne('geth', startGeth);
}
