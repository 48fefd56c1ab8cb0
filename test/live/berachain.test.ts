// A real Berachain net shows in its commits, which carry one signature for all, who signs and who does not.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lacks } from '../support/tools.ts';
import { startBerachainNet } from './nets/berachain.ts';
import type { BerachainNet, BerachainNode } from './nets/berachain.ts';
import { flagsAt, heightOf, untilHeight } from './nets/comet.ts';
import { until } from './nets/wait.ts';

describe.skipIf(lacks('beacond', 'geth'))('four Berachain validators', () => {
  let net: BerachainNet;
  /** By address, which is their order in a commit. */
  let nodes: readonly BerachainNode[];
  beforeAll(async () => {
    net = await startBerachainNet();
    nodes = net.nodes.toSorted((a, b) => a.address.localeCompare(b.address));
  });
  afterAll(async () => {
    await net?.close();
  });

  const nodeAt = (place: number): BerachainNode => {
    const node = nodes[place];
    if (node === undefined) throw new Error(`there is no node ${place}`);
    return node;
  };
  /** Waits for a commit with these flags, in the order of the validators; true when one came. */
  const sees = async (watcher: BerachainNode, wanted: readonly number[]): Promise<boolean> => {
    const from = (await heightOf(watcher.url)) + 1;
    return until(`flags ${wanted.join(' ')} after height ${from}`, async () => {
      const height = (await heightOf(watcher.url)) - 1;
      if (height < from) return null;
      const found = await flagsAt(watcher.url, height);
      if (found === null) return null;
      const seen = nodes.map(({ address }) => found.get(address)).join(' ');
      if (seen === wanted.join(' ')) return true;
      throw new Error(`height ${height} has ${seen}`);
    });
  };

  test('the first signer carries the signature of all', async () => {
    expect(await sees(nodeAt(0), [4, 5, 5, 5])).toBe(true);
  });

  test('whoever stopped is absent, and signs again when it is back', async () => {
    await nodeAt(2).process.stop();
    expect(await sees(nodeAt(0), [4, 5, 1, 5])).toBe(true);
    nodeAt(2).process.start();
    expect(await sees(nodeAt(0), [4, 5, 5, 5])).toBe(true);
  });

  test('without the first one the next carries the signature', async () => {
    await nodeAt(0).process.stop();
    expect(await sees(nodeAt(1), [1, 4, 5, 5])).toBe(true);
    nodeAt(0).process.start();
    expect(await sees(nodeAt(1), [4, 5, 5, 5])).toBe(true);
  });

  test('with its geth gone a validator is absent, and its own answers stay green', async () => {
    const { url, execution, process } = nodeAt(3);
    await execution.process.stop();
    expect(await sees(nodeAt(0), [4, 5, 5, 1])).toBe(true);
    const frozen = await heightOf(url);
    await untilHeight(nodeAt(0), frozen + 5);
    const health = await fetch(`${url}/health`);
    expect({ status: health.status, height: await heightOf(url) }).toEqual({ status: 200, height: frozen });
    // Its consensus has failed for good: a geth that is back does not wake it.
    execution.process.start();
    await process.stop();
    process.start();
    expect(await sees(nodeAt(0), [4, 5, 5, 5])).toBe(true);
  });
});
