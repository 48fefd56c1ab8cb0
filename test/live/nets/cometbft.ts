// A net of four stock CometBFT nodes, each a validator of the same weight, on the built-in key-value store.
import { copyFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { tool } from '../../support/tools.ts';
import { allowOneHost, keysOf, makeFast, peersOf, untilHeight } from './comet.ts';
import type { CometNode } from './comet.ts';
import { execTool, flags, freePorts, net } from './net.ts';
import type { Closable } from './net.ts';
import type { Running } from './process.ts';
import { read, until } from './wait.ts';
import { z } from 'zod';

export type CometbftNet = Closable & {
  readonly chainId: string;
  readonly nodes: readonly (CometNode & {
    /** The validator's Ed25519 key in hex. */
    readonly publicKey: string;
    readonly home: string;
    /** What runs it, with all its flags. */
    readonly command: readonly string[];
  })[];
  /** A node that begins with nothing and knows the validators. */
  readonly join: () => Promise<CometNode & { readonly home: string }>;
  /** Puts away the home of a node that was stopped, so that nothing starts from it again; answers where it is. */
  readonly putAway: (place: number) => string;
};

const size = 4;

/** Resolves when all nodes have blocks. Three of four are enough to go on, two are not. Fast: some ten heights a second instead of one. */
export async function startCometbftNet({ isFast = false } = {}): Promise<CometbftNet> {
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
      if (isFast) makeFast(home);
      return { home, ...keysOf(home), rpc: ports[2 * place] ?? 0, p2p: ports[2 * place + 1] ?? 0 };
    });
    const argsOf = (
      { home, rpc, p2p }: { readonly home: string; readonly rpc: number; readonly p2p: number },
      peers: string,
    ): readonly string[] => [
      'start',
      ...flags({
        home,
        proxy_app: 'kvstore',
        'rpc.laddr': `tcp://127.0.0.1:${rpc}`,
        'p2p.laddr': `tcp://127.0.0.1:${p2p}`,
        'p2p.persistent_peers': peers,
      }),
    ];
    const launch = (name: string, args: readonly string[]): Running => site.launch({ name, path, args });
    const nodes = known.map(({ home, nodeId, address, publicKey, rpc, p2p }, place) => {
      const args = argsOf({ home, rpc, p2p }, peersOf(known, place));
      return {
        url: `http://127.0.0.1:${rpc}`,
        nodeId,
        address,
        publicKey: publicKey.toString('hex'),
        home,
        command: [path, ...args],
        process: launch(`cometbft-${place}`, args),
      };
    });
    for (const node of nodes) await untilHeight(node, 2);
    const [first] = nodes;
    const status = z.object({ result: z.object({ node_info: z.object({ network: z.string() }) }) });
    const { result } = await until('the chain id', () => read(`${first?.url ?? ''}/status`, status));
    const joinNet = async (): Promise<CometNode & { readonly home: string }> => {
      const home = join(site.folder, 'joined');
      await execTool(path, ['init', ...flags({ home })], { folder: site.folder });
      allowOneHost(home);
      if (isFast) makeFast(home);
      copyFileSync(join(homes[0] ?? '', 'config', 'genesis.json'), join(home, 'config', 'genesis.json'));
      const [rpc = 0, p2p = 0] = await freePorts(2);
      const process = launch('cometbft-joined', argsOf({ home, rpc, p2p }, peersOf(known, -1)));
      const { nodeId, address } = keysOf(home);
      return { url: `http://127.0.0.1:${rpc}`, nodeId, address, process, home };
    };
    const putAway = (place: number): string => {
      const home = homes[place] ?? '';
      renameSync(home, `${home}.moved`);
      return `${home}.moved`;
    };
    return { chainId: result.node_info.network, nodes, join: joinNet, putAway };
  });
}
