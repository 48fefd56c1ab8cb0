// The scenes of an Ethereum net.
import { tool } from '../../support/tools.ts';
import { headSlot, slotAt, startEthereumNet } from '../nets/ethereum.ts';
import type { EthereumNet } from '../nets/ethereum.ts';
import { until } from '../nets/wait.ts';
import { execution } from './execution.ts';
import { get, recordScene } from './scene.ts';
import type { Asked, Question } from './scene.ts';

const everybody = Array.from({ length: 16 }, (_, index) => String(index));

/** About two epochs that are over, and the one after them as far as it got. */
function questionsUpTo(net: EthereumNet, epoch: number): Question[] {
  const first = epoch - 2;
  const slots = Array.from({ length: 3 * net.slotsPerEpoch }, (_, each) => first * net.slotsPerEpoch + each);
  const epochOf = (slot: number): number => Math.floor(slot / net.slotsPerEpoch);
  const recent = [epoch - 2, epoch - 1, epoch];
  return [
    ...get(
      ...['syncing', 'health', 'peer_count', 'version', 'identity'].map((each) => `/eth/v1/node/${each}`),
      '/eth/v1/beacon/genesis',
      '/eth/v1/config/spec',
      '/eth/v1/beacon/headers/head',
      '/eth/v1/beacon/states/head/fork',
      '/eth/v1/beacon/states/head/finality_checkpoints',
      '/eth/v1/beacon/states/head/validators?id=0&id=15',
      ...recent.map(
        (each) =>
          `/eth/v1/validator/liveness?epoch=${each}${everybody.map((index) => `&indices=${index}`).join('')}`,
      ),
    ),
    ...recent.flatMap((each) => [
      { path: `/eth/v1/validator/liveness/${each}`, body: everybody },
      { path: `/eth/v1/beacon/rewards/attestations/${each}`, body: everybody },
    ]),
    ...get(
      ...slots.flatMap((slot) => [
        `/eth/v1/beacon/states/${slot}/committees?epoch=${epochOf(slot)}`,
        `/eth/v2/beacon/blocks/${slot}`,
      ]),
    ),
  ];
}

export async function recordEthereum(): Promise<void> {
  const net = await startEthereumNet();
  const epochNow = (): number => Math.floor(slotAt(net, Date.now()) / net.slotsPerEpoch);
  const inEpoch = async (epoch: number): Promise<void> => {
    await until(`epoch ${epoch}`, () => Promise.resolve(epochNow() >= epoch ? true : null));
  };
  const record = async (scene: string, nodes = net.beacons): Promise<void> => {
    const beacons = nodes.map(({ url, process }): Asked => ({
      name: process.name,
      url,
      client: `lodestar ${tool('lodestar').version}`,
      questions: questionsUpTo(net, epochNow()),
    }));
    const below = net.execution.process.isRunning ? [execution('geth', 'geth', net.execution.url)] : [];
    await recordScene(`ethereum/${scene}`, [...beacons, ...below]);
  };
  try {
    const [first, second] = net.beacons;
    const [, client] = net.clients;
    if (first === undefined || second === undefined || client === undefined) return;
    await inEpoch(3);
    await record('healthy');

    await client.process.stop();
    // The epoch in which it stopped, two without it, and the one in which the last of their attestations may come.
    await inEpoch(epochNow() + 3);
    await record('one-client-stopped');
    client.process.start();

    await net.execution.process.stop();
    await until('a head that is 4 slots old', async () => {
      const age = slotAt(net, Date.now()) - (await headSlot(first.url));
      return age >= 4 ? true : null;
    });
    await record('execution-killed');
    net.execution.process.start();
    const frozen = await headSlot(first.url);
    await until('the head to move again', async () => ((await headSlot(first.url)) > frozen ? true : null));

    first.process.freeze();
    const left = await headSlot(second.url);
    await until('10 slots without its peer', () =>
      Promise.resolve(slotAt(net, Date.now()) >= left + 10 ? true : null),
    );
    await record('second-node-frozen-peer', [second]);
  } finally {
    await net.close();
  }
}
