// A net of four stock CometBFT nodes, each a validator of the same weight, on the built-in key-value store.
import { join } from 'node:path';
import { tool } from '../../support/tools.ts';
import { allowOneHost, keysOf, peersOf, untilHeight } from './comet.ts';
import type { CometNode } from './comet.ts';
import { execTool, flags, freePorts, net } from './net.ts';
import type { Closable } from './net.ts';
import { read, until } from './wait.ts';
import { z } from 'zod';

export type CometbftNet = Closable & {
  readonly chainId: string;
  readonly nodes: readonly (CometNode & {
    /** The validator's Ed25519 key in hex. */
    readonly publicKey: string;
  })[];
};

const size = 4;

/** Resolves when all nodes have blocks. Three of four are enough to go on, two are not. */
export async function startCometbftNet(): Promise<CometbftNet> {
  return net('cometbft', async (site) => {
    const { path } = tool('cometbft');
    await execTool(
      path,
      ['testnet', ...flags({ v: size, o: site.folder, 'populate-persistent-peers': false })],
      {
        folder: site.folder,
      },
    );
    const homes = Array.from({ length: size }, (_, place) => join(site.folder, `node${place}`));
    const ports = await freePorts(2 * size);
    const known = homes.map((home, place) => {
      allowOneHost(home);
      return { home, ...keysOf(home), rpc: ports[2 * place] ?? 0, p2p: ports[2 * place + 1] ?? 0 };
    });
    const nodes = known.map(({ home, nodeId, address, publicKey, rpc, p2p }, place) => ({
      url: `http://127.0.0.1:${rpc}`,
      nodeId,
      address,
      publicKey: publicKey.toString('hex'),
      process: site.launch({
        name: `cometbft-${place}`,
        path,
        args: [
          'start',
          ...flags({
            home,
            proxy_app: 'kvstore',
            'rpc.laddr': `tcp://127.0.0.1:${rpc}`,
            'p2p.laddr': `tcp://127.0.0.1:${p2p}`,
            'p2p.persistent_peers': peersOf(known, place),
          }),
        ],
      }),
    }));
    for (const node of nodes) await untilHeight(node, 2);
    const [first] = nodes;
    const status = z.object({ result: z.object({ node_info: z.object({ network: z.string() }) }) });
    const { result } = await until('the chain id', () => read(`${first?.url ?? ''}/status`, status));
    return { chainId: result.node_info.network, nodes };
  });
}
