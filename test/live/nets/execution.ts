// Execution clients: geth, alone or under a consensus client, and anvil.
import { createECDH } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { tool } from '../../support/tools.ts';
import { execTool, flags, freePorts, net } from './net.ts';
import type { Closable, Site } from './net.ts';
import type { Running } from './process.ts';
import { call, until } from './wait.ts';

export type Execution = { readonly url: string; readonly process: Running };
export type ExecutionNet = Execution & Closable & { readonly chainId: number };

const quantity = z.string().regex(/^0x[0-9a-f]+$/);

async function answers(url: string, process: Running): Promise<string> {
  return until(`${process.name} to answer`, () => call(url, quantity, 'eth_chainId'), {
    processes: [process],
    limitMs: 60_000,
  });
}

/** A chain of its own on which nobody has anything; the merge lies before its first block. */
export function privateGenesis(chainId: number): string {
  const forks = ['homestead', 'eip150', 'eip155', 'eip158', 'byzantium', 'constantinople', 'petersburg'];
  const later = ['istanbul', 'muirGlacier', 'berlin', 'london'];
  return JSON.stringify({
    config: {
      chainId,
      ...Object.fromEntries([...forks, ...later].map((fork) => [`${fork}Block`, 0])),
      terminalTotalDifficulty: 0,
      terminalTotalDifficultyPassed: true,
    },
    difficulty: '0x1',
    gasLimit: '0x1c9c380',
    alloc: {},
  });
}

export type GethOptions = {
  readonly name: string;
  readonly chainId: number;
  readonly genesisFile: string;
  /** Shared with the consensus client that drives it. */
  readonly jwtFile?: string;
  /** The enode of another one. */
  readonly peer?: string;
};

/** What others call a geth with this directory and port. */
function enodeOf(data: string, port: number): string {
  const key = createECDH('secp256k1');
  key.setPrivateKey(readFileSync(join(data, 'geth', 'nodekey'), 'utf8').trim(), 'hex');
  return `enode://${key.getPublicKey('hex').slice(2)}@127.0.0.1:${port}`;
}

/** One geth on loopback that looks for nobody. */
export async function geth(
  site: Site,
  options: GethOptions,
): Promise<Execution & { readonly engineUrl: string; readonly enode: string; readonly data: string }> {
  const { name, chainId, genesisFile, jwtFile, peer = '' } = options;
  const [http = 0, engine = 0, p2p = 0] = await freePorts(3);
  const data = join(site.folder, name);
  mkdirSync(data, { recursive: true });
  const { path } = tool('geth');
  await execTool(path, ['init', ...flags({ datadir: data }), genesisFile], { folder: site.folder });
  // A network id of its own and no DNS: nothing of this may look for the public networks.
  const process = site.launch({
    name,
    path,
    args: flags({
      datadir: data,
      networkid: chainId,
      syncmode: 'full',
      ipcdisable: true,
      cache: 64,
      http: true,
      'http.addr': '127.0.0.1',
      'http.port': http,
      // It answers 403 to every name but localhost otherwise.
      'http.vhosts': '*',
      'authrpc.addr': '127.0.0.1',
      'authrpc.port': engine,
      'authrpc.jwtsecret': jwtFile ?? false,
      port: p2p,
      'discovery.port': p2p,
      'discovery.v4': true,
      'discovery.v5': true,
      'discovery.dns': '',
      bootnodes: peer,
      nat: 'extip:127.0.0.1',
      netrestrict: '127.0.0.0/8',
    }),
  });
  const url = `http://127.0.0.1:${http}`;
  await answers(url, process);
  return { url, engineUrl: `http://127.0.0.1:${engine}`, enode: enodeOf(data, p2p), data, process };
}

/** A geth with p2p and without a consensus client: it stays at its first block. */
export async function startGeth(): Promise<ExecutionNet> {
  const chainId = 80_999;
  return net('geth', async (site) => {
    const genesisFile = join(site.folder, 'genesis.json');
    writeFileSync(genesisFile, privateGenesis(chainId));
    const { url, process } = await geth(site, { name: 'geth', chainId, genesisFile });
    return { url, process, chainId };
  });
}

/** Anvil makes a block each second, and has no p2p. */
export async function startAnvil(): Promise<ExecutionNet> {
  const chainId = 31_337;
  return net('anvil', async (site) => {
    const [port = 0] = await freePorts(1);
    const process = site.launch({
      name: 'anvil',
      path: tool('anvil').path,
      args: [
        '--host',
        '127.0.0.1',
        '--port',
        String(port),
        '--block-time',
        '1',
        '--chain-id',
        String(chainId),
      ],
    });
    const url = `http://127.0.0.1:${port}`;
    await answers(url, process);
    return { url, process, chainId };
  });
}
