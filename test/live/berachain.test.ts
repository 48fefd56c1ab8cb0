// A real Berachain net shows in its commits, which carry one signature for all, who signs and who does not.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lacks } from '../support/tools.ts';
import { startBerachainNet } from './nets/berachain.ts';
import type { BerachainNet, BerachainNode } from './nets/berachain.ts';
import { flagsAt, heightOf, proposerAt, untilHeight } from './nets/comet.ts';
import { until } from './nets/wait.ts';
import { isWell, quietReasons, watchHouse, type House, type WatchedHouse } from './watched-house.ts';

describe.skipIf(lacks('beacond', 'geth'))('four Berachain validators', () => {
  let net: BerachainNet;
  /** By address, which is their order in a commit. */
  let nodes: readonly BerachainNode[];
  let house: WatchedHouse;
  beforeAll(async () => {
    net = await startBerachainNet();
    nodes = net.nodes.toSorted((a, b) => a.address.localeCompare(b.address));
    house = await watchHouse(houseOf(net.chainId));
  });
  afterAll(async () => {
    await house?.close();
    await net?.close();
  });

  /** Each node is the RPC of an operator, each validator a signer; of the last one we also watch the node and its geth. */
  const houseOf = (network: string): House => {
    const rpcs = nodes.map(({ url }, place) => ({ id: `rpc-${place}`, url }));
    const common = { probe: 'cometbft', network, maxHeadAge: '20s' };
    const own = nodeAt(3);
    const geth = { probe: 'jsonrpc', chainId: own.execution.chainId, maxHeadAge: '20s', minPeers: 0 };
    // As people have them: the address, and the public key in the forms that can be had of the node.
    const keys = [
      nodeAt(0).address,
      `0x${nodeAt(1).publicKey96}`,
      Buffer.from(nodeAt(2).publicKey96, 'hex').toString('base64'),
      nodeAt(3).publicKey,
    ];
    return {
      nodes: [
        { id: 'own', url: own.url, ...common, nodeId: own.nodeId, votingPower: 'some' },
        { id: 'geth', url: own.execution.url, ...geth },
        ...rpcs.map((rpc) => ({ ...rpc, ...common, role: 'chain', chain: 'berachain', operator: rpc.id })),
      ],
      signers: keys.map((key, place) => ({ id: `val-${place}`, chain: 'berachain', keys: [key] })),
      signing: { heights: 10, heightsLast: '10s', cometbftStalled: '1m' },
    };
  };
  /** All sign but the one at this place. */
  const signersBut = (silent: number | null): Record<string, string> =>
    Object.fromEntries(nodes.map((_, place) => [`val-${place}`, place === silent ? 'silent' : 'signing']));

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
    const look = await house.untilSeen('all signing', isWell);
    expect(look).toMatchObject({ signers: signersBut(null), targets: { own: 'good', geth: 'good' } });
  });

  test('watchdog quiet shows who really proposes the next heights, in whichever form the key is written', async () => {
    const looks = await Promise.all(nodes.map((_, place) => house.quiet(`val-${place}`, '5s')));
    for (const { because } of looks) expect(quietReasons).toContain(because);
    const turns = looks.flatMap(({ duties }, place) => duties.map(({ from }) => ({ place, from })));
    expect(turns.length).toBeGreaterThan(4);
    await untilHeight(nodeAt(0), Math.max(...turns.map(({ from }) => from)) + 1);
    for (const { place, from } of turns) {
      // In a later round it is the turn of another one.
      expect([nodeAt(place).address, null]).toContain(await proposerAt(nodeAt(0).url, from));
    }
  });

  test('whoever stopped is absent, and signs again when it is back', async () => {
    await nodeAt(2).process.stop();
    expect(await sees(nodeAt(0), [4, 5, 1, 5])).toBe(true);
    const look = await house.untilSeen('a silent signer', (seen) => seen.signers['val-2'] === 'silent');
    expect(look).toMatchObject({
      code: 1,
      signers: signersBut(2),
      chains: { berachain: 'moving' },
      targets: { own: 'good', geth: 'good', 'rpc-2': 'refused' },
    });
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
    const look = await house.untilSeen(
      'a stale node and a silent signer',
      (seen) => seen.targets['own'] === 'stale' && seen.signers['val-3'] === 'silent',
    );
    expect(look).toMatchObject({
      signers: signersBut(3),
      chains: { berachain: 'moving' },
      targets: { geth: 'refused', 'rpc-0': 'good', 'rpc-3': 'stale' },
    });
    // Its consensus has failed for good: a geth that is back does not wake it.
    execution.process.start();
    await process.stop();
    process.start();
    expect(await sees(nodeAt(0), [4, 5, 5, 5])).toBe(true);
  });
});
