// The scenes of CometBFT nets, stock and Berachain's.
import { tool } from '../../support/tools.ts';
import { startBerachainNet } from '../nets/berachain.ts';
import { startCometbftNet } from '../nets/cometbft.ts';
import { heightOf, untilHeight } from '../nets/comet.ts';
import type { CometNode } from '../nets/comet.ts';
import type { Running } from '../nets/process.ts';
import { until } from '../nets/wait.ts';
import { execution } from './execution.ts';
import { get, recordScene } from './scene.ts';
import type { Asked, Question } from './scene.ts';

function questionsAt(height: number): Question[] {
  const heights = Array.from({ length: 6 }, (_, back) => height - back);
  return get(
    '/status',
    '/health',
    '/net_info',
    `/validators?height=${height}&page=1&per_page=100`,
    ...heights.map((each) => `/commit?height=${each}`),
    '/commit',
    ...heights.slice(0, 5).map((each) => `/block?height=${each}`),
    '/commit?height=99999999',
    '/dump_consensus_state',
  );
}

/** What to ask each node that runs, all of them about the same heights. */
async function asked(client: 'cometbft' | 'beacond', nodes: readonly CometNode[]): Promise<Asked[]> {
  const running = nodes.filter(({ process }) => process.isRunning);
  const [first] = running;
  const height = await heightOf(first?.url ?? '');
  return running.map(({ url, process }) => ({
    name: process.name,
    url,
    client: `${client} ${tool(client).version}`,
    questions: questionsAt(height),
  }));
}

/** Ends a process and resolves some blocks later, when no commit asked for has its last vote in it. */
async function withoutIt(process: Running, watcher: CometNode): Promise<void> {
  await process.stop();
  await untilHeight(watcher, (await heightOf(watcher.url)) + 8);
}

export async function recordCometbft(): Promise<void> {
  const net = await startCometbftNet();
  try {
    const [watcher, second, third] = net.nodes;
    if (watcher === undefined || second === undefined || third === undefined) return;
    await untilHeight(watcher, 10);
    await recordScene('cometbft/healthy', await asked('cometbft', net.nodes));
    await withoutIt(second.process, watcher);
    await recordScene('cometbft/one-stopped', await asked('cometbft', net.nodes));
    await third.process.stop();
    let height = await heightOf(watcher.url);
    let since = Date.now();
    await until('the chain to stand still for 10 s', async () => {
      const now = await heightOf(watcher.url);
      if (now !== height) [height, since] = [now, Date.now()];
      return Date.now() - since > 10_000 ? true : null;
    });
    await recordScene('cometbft/halted', await asked('cometbft', net.nodes));
  } finally {
    await net.close();
  }
}

const nodeApi = get(...['syncing', 'health', 'peer_count', 'version'].map((each) => `/eth/v1/node/${each}`));

export async function recordBerachain(): Promise<void> {
  const net = await startBerachainNet();
  const record = async (scene: string): Promise<void> => {
    const running = net.nodes.filter(({ process }) => process.isRunning);
    await recordScene(`berachain/${scene}`, [
      ...(await asked('beacond', net.nodes)),
      ...running.map(({ apiUrl, process }) => ({
        name: `${process.name}-api`,
        url: apiUrl,
        client: `beacond ${tool('beacond').version}`,
        questions: nodeApi,
      })),
      ...net.nodes
        .filter((node) => node.execution.process.isRunning)
        .map((node) => execution(node.execution.process.name, 'geth', node.execution.url)),
    ]);
  };
  try {
    const [watcher, second, third] = net.nodes;
    if (watcher === undefined || second === undefined || third === undefined) return;
    await untilHeight(watcher, 10);
    await record('healthy');
    await withoutIt(second.process, watcher);
    await record('one-stopped');
    second.process.start();
    await untilHeight(second, (await heightOf(watcher.url)) + 3);
    await withoutIt(third.execution.process, watcher);
    await record('execution-killed');
  } finally {
    await net.close();
  }
}
