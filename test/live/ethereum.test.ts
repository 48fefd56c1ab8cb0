// A real Ethereum net: who attests can be read from a finished epoch, and a chain whose execution client died looks healthy.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { lacks } from '../support/tools.ts';
import { headSlot, slotAt, startEthereumNet } from './nets/ethereum.ts';
import type { EthereumNet } from './nets/ethereum.ts';
import { read, until } from './nets/wait.ts';

const everybody = Array.from({ length: 16 }, (_, index) => index);
// Lodestar of this age answers the question as it was before it was standardised, and with numbers.
const liveness = z.object({ data: z.array(z.object({ index: z.int(), is_live: z.boolean() })) });

describe.skipIf(lacks('node', 'lodestar', 'geth'))('geth, Lodestar and 16 validators', () => {
  let net: EthereumNet;
  let url = '';
  let other = '';
  beforeAll(async () => {
    net = await startEthereumNet();
    [url = '', other = ''] = net.beacons.map((beacon) => beacon.url);
  });
  afterAll(async () => {
    await net?.close();
  });

  const epochNow = (): number => Math.floor(slotAt(net, Date.now()) / net.slotsPerEpoch);

  /** Who was seen in this epoch; it must be over, and not long ago. */
  async function liveIn(epoch: number): Promise<number[]> {
    await until(`the end of epoch ${epoch}`, () => Promise.resolve(epochNow() > epoch ? true : null));
    const asked = everybody.map((index) => `&indices=${index}`).join('');
    const { data } = await read(`${url}/eth/v1/validator/liveness?epoch=${epoch}${asked}`, liveness);
    return data.filter((each) => each.is_live).map(({ index }) => index);
  }

  test('both beacon nodes follow one chain', async () => {
    const heads = await until('the same head', async () => {
      const [one, two] = await Promise.all([headSlot(url), headSlot(other)]);
      return one === two && one > 2 ? { one, two } : null;
    });
    expect(heads.one).toBe(heads.two);
  });

  test('the validators of a stopped client are missing in the epochs after, and the others are not', async () => {
    const [running, stopped] = net.clients;
    if (running === undefined || stopped === undefined) throw new Error('two clients are needed');
    await stopped.process.stop();
    const first = epochNow() + 1;
    // One missed slot is no silence: somebody who is in neither of two epochs is silent.
    const seen = new Set([...(await liveIn(first)), ...(await liveIn(first + 1))]);
    expect([...seen].toSorted((a, b) => a - b)).toEqual(running.indices);
    stopped.process.start();
  });

  test('without its execution client the head stands still, and its health stays good', async () => {
    // With SIGTERM: killed, geth forgets its last blocks, and has nobody to ask for them.
    await net.execution.process.stop();
    // By an epoch and more behind, Lodestar takes itself for syncing and would let nobody propose any more.
    const frozen = await until('a head that is 4 slots old', async () => {
      const slot = await headSlot(url);
      return slotAt(net, Date.now()) - slot >= 4 ? slot : null;
    });
    const health = await fetch(`${url}/eth/v1/node/health`);
    net.execution.process.start();
    expect(health.status).toBe(200);
    const moved = await until(
      'the head to move again',
      async () => {
        const slot = await headSlot(url);
        return slot > frozen + 1 ? slot : null;
      },
      { processes: net.beacons.map(({ process }) => process), limitMs: 60_000 },
    );
    expect(moved).toBeGreaterThan(frozen);
  });
});
