// A real CometBFT net shows in its canonical commits who signs and who does not, and by the age of its last block that it stands still.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { lacks } from '../support/tools.ts';
import { startCometbftNet } from './nets/cometbft.ts';
import type { CometbftNet } from './nets/cometbft.ts';
import { flagsAt, heightOf, proposerAt, untilHeight } from './nets/comet.ts';
import { read, until } from './nets/wait.ts';
import { isWell, namedUrl, quietReasons, watchHouse, type WatchedHouse } from './watched-house.ts';

describe.skipIf(lacks('cometbft'))('four CometBFT nodes', () => {
  let net: CometbftNet;
  let house: WatchedHouse;
  beforeAll(async () => {
    net = await startCometbftNet();
    house = await watchHouse(houseOf(net));
  });
  afterAll(async () => {
    await house?.close();
    await net?.close();
  });

  /** Each node is the RPC of an operator, each validator a signer, and the second one is our own node as well. */
  const houseOf = ({ nodes, chainId }: CometbftNet): Parameters<typeof watchHouse>[0] => {
    const common = { probe: 'cometbft', network: chainId, maxHeadAge: '20s' };
    const rpcs = nodes.map(({ url }, place) => ({ id: `rpc-${place}`, url }));
    const own = nodes.slice(1, 2).map(({ url, nodeId }) => ({
      id: 'own',
      url,
      ...common,
      nodeId,
      votingPower: 'some',
      compareWith: rpcs.filter((_, place) => place !== 1).map(namedUrl),
      maxLag: 3,
    }));
    return {
      nodes: [
        ...own,
        ...rpcs.map((rpc) => ({ ...rpc, ...common, role: 'chain', chain: 'cometbft', operator: rpc.id })),
      ],
      signers: nodes.map(({ address }, place) => ({
        id: `val-${place}`,
        chain: 'cometbft',
        keys: [address],
      })),
      signing: { heights: 10, heightsLast: '10s', cometbftStalled: '10s' },
    };
  };
  const signers = (second: string): Record<string, string> => ({
    'val-0': 'signing',
    'val-1': second,
    'val-2': 'signing',
    'val-3': 'signing',
  });

  const nodeAt = (place: number): CometbftNet['nodes'][number] => {
    const node = net.nodes[place];
    if (node === undefined) throw new Error(`there is no node ${place}`);
    return node;
  };
  const all = (flag: number): Record<string, number> =>
    Object.fromEntries(net.nodes.map(({ address }) => [address, flag]));
  const flags = async (height: number): Promise<Record<string, number>> =>
    Object.fromEntries(
      await until(`the canonical commit of ${height}`, () => flagsAt(nodeAt(0).url, height)),
    );

  test('all sign while all run', async () => {
    const from = await heightOf(nodeAt(0).url);
    await untilHeight(nodeAt(0), from + 4);
    // A vote that comes late is in no commit; in some of the blocks everybody's came in time.
    const seen: Record<string, number>[] = [];
    for (let height = from; height < from + 4; height++) seen.push(await flags(height));
    expect(seen).toContainEqual(all(2));
  });

  test('watchdog probe shows all of them signing, a moving chain, and our node at its head', async () => {
    const look = await house.untilSeen('all signing', isWell);
    expect(look).toMatchObject({
      signers: signers('signing'),
      chains: { cometbft: 'moving' },
      targets: { own: 'good' },
    });
  });

  test('watchdog quiet shows who really proposes the next heights', async () => {
    const looks = await Promise.all(net.nodes.map((_, place) => house.quiet(`val-${place}`, '5s')));
    for (const { because } of looks) expect(quietReasons).toContain(because);
    const turns = looks.flatMap(({ duties }, place) => duties.map(({ from }) => ({ place, from })));
    expect(turns.length).toBeGreaterThan(4);
    await untilHeight(nodeAt(0), Math.max(...turns.map(({ from }) => from)) + 1);
    for (const { place, from } of turns) {
      // In a later round it is the turn of another one.
      expect([nodeAt(place).address, null]).toContain(await proposerAt(nodeAt(0).url, from));
    }
  });

  test('whoever stopped has flag 1 in its place, and the others go on', async () => {
    const { address, process } = nodeAt(1);
    await process.stop();
    const height = (await heightOf(nodeAt(0).url)) + 2;
    await untilHeight(nodeAt(0), height + 2);
    expect(await flags(height)).toMatchObject({ [address]: 1 });
    expect(Object.values(await flags(height)).filter((flag) => flag === 2).length).toBe(3);
  });

  test('watchdog probe shows the stopped one as silent, and everybody else signing', async () => {
    const look = await house.untilSeen('a silent signer', (seen) => seen.signers['val-1'] === 'silent');
    expect(look).toMatchObject({
      code: 1,
      signers: signers('silent'),
      chains: { cometbft: 'moving' },
      targets: { own: 'refused', 'rpc-0': 'good', 'rpc-1': 'refused', 'rpc-2': 'good', 'rpc-3': 'good' },
    });
  });

  test('with two of four gone it stands still, and its health stays good', async () => {
    await nodeAt(2).process.stop();
    const info = z.object({
      result: z.object({ sync_info: z.object({ latest_block_time: z.iso.datetime() }) }),
    });
    const age = await until('a block that is 10 s old', async () => {
      const { result } = await read(`${nodeAt(0).url}/status`, info);
      const ageMs = Date.now() - Date.parse(result.sync_info.latest_block_time);
      return ageMs > 10_000 ? ageMs : null;
    });
    const health = await fetch(`${nodeAt(0).url}/health`);
    expect({ status: health.status, isStill: age > 10_000 }).toEqual({ status: 200, isStill: true });
  });

  test('watchdog probe shows a stalled chain, stale nodes, and nobody who had signed as silent', async () => {
    const look = await house.untilSeen('a stalled chain', ({ chains, targets }) => {
      return chains['cometbft'] === 'stalled' && targets['rpc-0'] === 'stale';
    });
    expect(look).toMatchObject({ code: 1, targets: { 'rpc-0': 'stale', 'rpc-3': 'stale' } });
    const { 'val-0': first, 'val-2': third, 'val-3': fourth } = look.signers;
    expect([first, third, fourth]).not.toContain('silent');
  });

  test('they sign again once they are back', async () => {
    for (const place of [1, 2]) nodeAt(place).process.start();
    const from = await heightOf(nodeAt(0).url);
    const found = await until('a commit with everybody in it', async () => {
      const height = (await heightOf(nodeAt(0).url)) - 1;
      if (height <= from) return null;
      const seen = await flagsAt(nodeAt(0).url, height);
      return seen !== null && [...seen.values()].every((flag) => flag === 2) ? seen : null;
    });
    expect(Object.fromEntries(found)).toEqual(all(2));
    const look = await house.untilSeen('all signing again', isWell);
    expect(look.signers).toEqual(signers('signing'));
  });
});
