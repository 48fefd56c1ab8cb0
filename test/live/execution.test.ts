// Execution clients answer as the probes are told: geth with p2p, and anvil without.
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { lacks } from '../support/tools.ts';
import { startAnvil, startGeth } from './nets/execution.ts';
import { call, until } from './nets/wait.ts';
import { watchHouse, type WatchedHouse, type WatchedNode } from './watched-house.ts';

const quantity = z.string().transform(Number);

const watch = async (...nodes: readonly WatchedNode[]): Promise<WatchedHouse> =>
  watchHouse({ nodes, signers: [], signing: {} });

describe.skipIf(lacks('geth'))('geth', () => {
  test('is alone on a chain of its own, and calls that syncing', async () => {
    const geth = await startGeth();
    try {
      const chainId = await call(geth.url, quantity, 'eth_chainId');
      const peers = await call(geth.url, quantity, 'net_peerCount');
      const syncing = await call(geth.url, z.unknown(), 'eth_syncing');
      expect({ chainId, peers }).toEqual({ chainId: geth.chainId, peers: 0 });
      expect(syncing).toMatchObject({ currentBlock: '0x0', highestBlock: '0x0' });
      const node = { url: geth.url, probe: 'jsonrpc', chainId: geth.chainId };
      const house = await watch(
        // An object of zeros is not syncing; that it stays at its first block is told by that block's age.
        { ...node, id: 'old', minPeers: 0 },
        { ...node, id: 'alone', maxHeadAge: '1d', minPeers: 1 },
        { ...node, id: 'other', chainId: 1 },
      );
      const { targets } = await house.look();
      await house.close();
      expect(targets).toMatchObject({ old: 'stale', other: 'wrong-chain' });
      expect(targets['alone']).not.toBe('good');
    } finally {
      await geth.close();
    }
  });
});

describe.skipIf(lacks('anvil'))('anvil', () => {
  test('makes blocks, and refuses to speak of peers', async () => {
    const anvil = await startAnvil();
    try {
      await until('a block', async () => {
        const number = await call(anvil.url, quantity, 'eth_blockNumber');
        return number > 0 ? number : null;
      });
      await expect(call(anvil.url, quantity, 'net_peerCount')).rejects.toThrow('-32601');
      const house = await watch({ id: 'anvil', url: anvil.url, probe: 'jsonrpc', chainId: anvil.chainId });
      const { code, targets } = await house.look();
      await house.close();
      expect({ code, anvil: targets['anvil'] }).toEqual({ code: 0, anvil: 'good' });
    } finally {
      await anvil.close();
    }
  });
});
