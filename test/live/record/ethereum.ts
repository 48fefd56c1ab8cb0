// The scenes of an Ethereum net.
import { z } from 'zod';
import { tool } from '../../support/tools.ts';
import { headSlot, slotAt, startEthereumNet } from '../nets/ethereum.ts';
import type { EthereumNet } from '../nets/ethereum.ts';
import { read, until } from '../nets/wait.ts';
import { execution } from './execution.ts';
import { get, recordScene } from './scene.ts';
import type { Asked, Question } from './scene.ts';

const everybody = Array.from({ length: 16 }, (_, index) => String(index));

/** The slots of two epochs that are over, and of the one after them as far as it got. */
function slotsUpTo(net: EthereumNet, epoch: number): number[] {
  return Array.from({ length: 3 * net.slotsPerEpoch }, (_, each) => (epoch - 2) * net.slotsPerEpoch + each);
}

function questionsUpTo(net: EthereumNet, epoch: number): Question[] {
  const recent = [epoch - 2, epoch - 1, epoch];
  const indices = everybody.map((index) => `&indices=${index}`).join('');
  return [
    ...get(
      ...['syncing', 'health', 'peer_count', 'version', 'identity'].map((each) => `/eth/v1/node/${each}`),
      '/eth/v1/beacon/genesis',
      '/eth/v1/config/spec',
      '/eth/v1/beacon/headers/head',
      '/eth/v1/beacon/states/head/fork',
      '/eth/v1/beacon/states/head/finality_checkpoints',
      '/eth/v1/beacon/states/head/validators?id=0&id=15',
      '/eth/v1/beacon/states/head/validators?id=0,15',
      ...recent.map((each) => `/eth/v1/validator/liveness?epoch=${each}${indices}`),
      ...recent.map((each) => `/eth/v1/beacon/states/head/committees?epoch=${each}`),
      `/eth/v1/beacon/states/head/committees?epoch=${epoch}&slot=${epoch * net.slotsPerEpoch}`,
    ),
    ...recent.flatMap((each) => [
      { path: `/eth/v1/validator/liveness/${each}`, body: everybody },
      { path: `/eth/v1/beacon/rewards/attestations/${each}`, body: everybody },
      { path: `/eth/v1/validator/duties/attester/${each}`, body: everybody },
    ]),
  ];
}

/** What needs most room, and is therefore asked one node only. */
function questionsBySlot(net: EthereumNet, epoch: number): Question[] {
  return get(
    ...slotsUpTo(net, epoch).flatMap((slot) => [
      `/eth/v1/beacon/states/${slot}/committees?epoch=${Math.floor(slot / net.slotsPerEpoch)}`,
      `/eth/v2/beacon/blocks/${slot}`,
    ]),
  );
}

const header = z.object({ data: z.object({ root: z.string() }) });

/** The blocks of these slots by their roots, as whoever walks the chain asks for them. */
async function questionsByRoot(url: string, slots: readonly number[]): Promise<Question[]> {
  const roots = await Promise.all(
    slots.map((slot) =>
      read(`${url}/eth/v1/beacon/headers/${slot}`, header).then(
        ({ data }) => [data.root],
        // An empty slot, or one that is yet to come.
        () => [],
      ),
    ),
  );
  return get(...roots.flat().map((root) => `/eth/v2/beacon/blocks/${root}`));
}

export async function recordEthereum(): Promise<void> {
  const net = await startEthereumNet();
  const epochNow = (): number => Math.floor(slotAt(net, Date.now()) / net.slotsPerEpoch);
  /** Resolves in its last slot, so that most of what attests to the epochs before is there. */
  const inEpoch = async (epoch: number): Promise<void> => {
    const last = (epoch + 1) * net.slotsPerEpoch - 1;
    await until(`slot ${last}`, () => Promise.resolve(slotAt(net, Date.now()) >= last ? true : null));
  };
  const record = async (scene: string, nodes = net.beacons): Promise<void> => {
    const epoch = epochNow();
    const [asked] = nodes;
    const byRoot = await questionsByRoot(asked?.url ?? '', slotsUpTo(net, epoch));
    const beacons = nodes.map(({ url, process }, place): Asked => ({
      name: process.name,
      url,
      client: `lodestar ${tool('lodestar').version}`,
      questions: [
        ...questionsUpTo(net, epoch),
        ...(place === 0 ? questionsBySlot(net, epoch) : []),
        ...byRoot,
      ],
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
    // Two epochs without it, and the one in which the last of their attestations may come.
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
