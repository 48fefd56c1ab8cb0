// A net of four Berachain validators: beacond on its fork of CometBFT with BLS keys, each with a geth of its own.
import { randomBytes } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { tool } from '../../support/tools.ts';
import { allowOneHost, keysOf, peersOf, untilHeight } from './comet.ts';
import type { CometNode, Keys } from './comet.ts';
import { geth } from './execution.ts';
import type { Execution } from './execution.ts';
import { execTool, flags, freePorts, net } from './net.ts';
import type { Closable, Site } from './net.ts';
import type { Running } from './process.ts';

export type BerachainNode = CometNode & {
  /** Of the beacon node API. */
  readonly apiUrl: string;
  /** The validator's BLS key, uncompressed: 96 bytes in hex. */
  readonly publicKey96: string;
  /** The same as people know it, compressed and with 0x, as beacond wrote it into the deposit. */
  readonly publicKey: string;
  readonly execution: Execution & { readonly chainId: number };
};

/** A node that is no validator, with the key that it made itself. */
export type JoinedNode = CometNode & {
  readonly home: string;
  readonly execution: Execution;
};

export type BerachainNet = Closable & {
  readonly chainId: string;
  readonly nodes: readonly BerachainNode[];
  /** Where validator `place` has its key. */
  readonly keyFile: (place: number) => string;
  /** A node that begins with nothing and knows the validators. */
  readonly join: () => Promise<JoinedNode>;
};

const size = 4;
const chainId = 'beacond-2061';
const executionChainId = 80_087;
const env = { CHAIN_SPEC: 'devnet' };
const stake = '32000000000';
const withdrawals = `0x${'22'.repeat(20)}`;

type Prepared = Keys & {
  readonly home: string;
  readonly depositKey: string;
  readonly rpc: number;
  readonly p2p: number;
  readonly api: number;
};

const deposit = z.object({ pubkey: z.string() });

/** The public key in the deposit that was made in `folder`. */
function depositKeyIn(folder: string): string {
  const [file = ''] = readdirSync(folder);
  const content: unknown = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  return deposit.parse(content).pubkey;
}

/** The files of all validators, with one genesis. */
async function prepare(site: Site): Promise<{ readonly nodes: Prepared[]; readonly genesisFile: string }> {
  const { path, folder } = tool('beacond');
  const beacond = (home: string, ...args: readonly string[]): Promise<string> =>
    execTool(path, [...args, '--home', home], { folder: site.folder, env });
  const homes = Array.from({ length: size }, (_, place) => join(site.folder, `node${place}`));
  const [first = ''] = homes;
  for (const [place, home] of homes.entries()) {
    await beacond(home, 'init', `node${place}`, '--chain-id', chainId);
    await beacond(home, 'genesis', 'add-premined-deposit', stake, withdrawals);
    allowOneHost(home);
  }
  const deposits = (home: string): string => join(home, 'config', 'premined-deposits');
  const depositKeys = homes.map((home) => depositKeyIn(deposits(home)));
  for (const home of homes.slice(1)) {
    for (const file of readdirSync(deposits(home))) {
      copyFileSync(join(deposits(home), file), join(deposits(first), file));
    }
  }
  await beacond(first, 'genesis', 'collect-premined-deposits');
  await beacond(first, 'genesis', 'set-deposit-storage', join(folder, 'eth-genesis.json'));
  const genesisFile = join(first, 'eth-genesis.json');
  await beacond(first, 'genesis', 'execution-payload', genesisFile);
  const genesis = (home: string): string => join(home, 'config', 'genesis.json');
  for (const home of homes.slice(1)) copyFileSync(genesis(first), genesis(home));

  const ports = await freePorts(3 * size);
  const nodes = homes.map((home, place) => {
    const [rpc = 0, p2p = 0, api = 0] = ports.slice(3 * place);
    return { home, depositKey: depositKeys[place] ?? '', ...keysOf(home), rpc, p2p, api };
  });
  return { nodes, genesisFile };
}

/** Resolves when all nodes have blocks. Three of four are enough to go on. */
export async function startBerachainNet(): Promise<BerachainNet> {
  return net('berachain', async (site) => {
    const { path, folder } = tool('beacond');
    const { nodes: prepared, genesisFile } = await prepare(site);
    const jwtFile = join(site.folder, 'jwt');
    writeFileSync(jwtFile, `0x${randomBytes(32).toString('hex')}`);
    const startBeacond = (
      each: Pick<Prepared, 'home' | 'rpc' | 'p2p' | 'api'>,
      options: { readonly name: string; readonly peers: string; readonly engineUrl: string },
    ): Running =>
      site.launch({
        name: options.name,
        path,
        env,
        args: [
          'start',
          ...flags({
            home: each.home,
            'rpc.laddr': `tcp://127.0.0.1:${each.rpc}`,
            'p2p.laddr': `tcp://127.0.0.1:${each.p2p}`,
            'p2p.persistent_peers': options.peers,
            'beacon-kit.engine.rpc-dial-url': options.engineUrl,
            'beacon-kit.engine.jwt-secret-path': jwtFile,
            'beacon-kit.kzg.trusted-setup-path': join(folder, 'kzg-trusted-setup.json'),
            'beacon-kit.node-api.enabled': true,
            'beacon-kit.node-api.address': `127.0.0.1:${each.api}`,
          }),
        ],
      });
    const nodes: BerachainNode[] = [];
    let enode = '';
    for (const [place, each] of prepared.entries()) {
      const { nodeId, address, publicKey, depositKey, rpc, api } = each;
      const name = `geth-${place}`;
      const execution = await geth(site, { name, chainId: executionChainId, genesisFile, jwtFile });
      enode = execution.enode;
      nodes.push({
        url: `http://127.0.0.1:${rpc}`,
        apiUrl: `http://127.0.0.1:${api}`,
        nodeId,
        address,
        publicKey96: publicKey.toString('hex'),
        publicKey: depositKey,
        execution: { url: execution.url, process: execution.process, chainId: executionChainId },
        process: startBeacond(each, {
          name: `beacond-${place}`,
          peers: peersOf(prepared, place),
          engineUrl: execution.engineUrl,
        }),
      });
    }
    for (const node of nodes) await untilHeight(node, 2);
    const keyFile = (place: number): string =>
      join(prepared[place]?.home ?? '', 'config', 'priv_validator_key.json');
    const joinNet = async (): Promise<JoinedNode> => {
      const home = join(site.folder, 'joined');
      await execTool(path, ['init', 'joined', '--chain-id', chainId, '--home', home], {
        folder: site.folder,
        env,
      });
      allowOneHost(home);
      const [first] = prepared;
      if (first === undefined) throw new Error('there is nobody to join');
      copyFileSync(join(first.home, 'config', 'genesis.json'), join(home, 'config', 'genesis.json'));
      const [rpc = 0, p2p = 0, api = 0] = await freePorts(3);
      const execution = await geth(site, {
        name: 'geth-joined',
        chainId: executionChainId,
        genesisFile,
        jwtFile,
        peer: enode,
      });
      const process = startBeacond(
        { home, rpc, p2p, api },
        { name: 'beacond-joined', peers: peersOf(prepared, -1), engineUrl: execution.engineUrl },
      );
      const { nodeId, address } = keysOf(home);
      return {
        url: `http://127.0.0.1:${rpc}`,
        nodeId,
        address,
        process,
        home,
        execution: { url: execution.url, process: execution.process },
      };
    };
    return { chainId, nodes, keyFile, join: joinNet };
  });
}
