// A whole Ethereum net: geth, two Lodestar beacon nodes on it, and two validator clients that share 16 validators.
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { tool } from '../../support/tools.ts';
import { geth, privateGenesis } from './execution.ts';
import type { Execution } from './execution.ts';
import { execTool, flags, freePorts, net } from './net.ts';
import type { Closable, Site } from './net.ts';
import type { Running } from './process.ts';
import { call, read, until } from './wait.ts';

export type EthereumNet = Closable & {
  /** Epoch seconds. */
  readonly genesisTime: number;
  readonly secondsPerSlot: number;
  readonly slotsPerEpoch: number;
  /** The first one serves the validator clients; the second knows the chain from the first. */
  readonly beacons: readonly { readonly url: string; readonly process: Running }[];
  readonly clients: readonly {
    readonly indices: readonly number[];
    readonly process: Running;
    /** Into or out of what keeps the stopped client from signing twice; by its own command. */
    readonly protection: (way: 'import' | 'export', file: string) => Promise<void>;
    /** What runs it on the beacon node with this address, for whoever starts it otherwise; one at a time. */
    readonly commandAt: (beaconUrl: string) => {
      readonly command: readonly string[];
      readonly folder: string;
      readonly env: Readonly<Record<string, string>>;
    };
  }[];
  /** Under both beacon nodes. */
  readonly execution: Execution & { readonly chainId: number };
  /** A node that begins with nothing: a geth of its own and a beacon node, which know the first ones. */
  readonly join: () => Promise<{
    readonly execution: Execution;
    readonly beacon: { readonly url: string; readonly process: Running };
    /** Where both have all that they have. */
    readonly folders: readonly string[];
  }>;
};

const chainId = 80_998;
const secondsPerSlot = 2;
const slotsPerEpoch = 8;
// More than a third of them would have to stop for finality to stop.
/** First and last validator of each client. */
export type Shares = readonly (readonly [from: number, to: number])[];
const usualShares: Shares = [
  [0, 13],
  [14, 15],
];
const count = 16;
// Time enough for everything to be up before the first slot, also on a machine that is busy.
const leadSeconds = 30;

const chain = {
  'params.SECONDS_PER_SLOT': secondsPerSlot,
  'params.ALTAIR_FORK_EPOCH': 0,
  'params.BELLATRIX_FORK_EPOCH': 0,
  'params.TERMINAL_TOTAL_DIFFICULTY': 0,
  dataDir: 'data',
};

const environment = (): Record<string, string> => ({
  NODE_OPTIONS: `--require ${join(tool('lodestar').folder, 'polyfill.cjs')}`,
  NODE_ENV: 'production',
});

function lodestar(site: Site, name: string, args: readonly string[]): Running {
  // Each writes files into where it runs.
  const own = join(site.folder, name);
  mkdirSync(own);
  return site.launch({
    name,
    path: tool('node').path,
    args: [tool('lodestar').path, ...args],
    folder: own,
    env: environment(),
  });
}

type Engine = { readonly url: string; readonly jwtFile: string; readonly genesisHash: string };

async function beacon(
  site: Site,
  options: {
    readonly name: string;
    readonly genesisTime: number;
    readonly engine: Engine;
    readonly bootnode: string | null;
    readonly joins?: boolean;
  },
): Promise<{ readonly url: string; readonly enr: string; readonly process: Running }> {
  const { name, genesisTime, engine, bootnode, joins = false } = options;
  const [rest = 0, p2p = 0] = await freePorts(2);
  const process = lodestar(site, name, [
    'dev',
    ...flags({
      ...chain,
      genesisValidators: count,
      genesisTime,
      genesisEth1Hash: engine.genesisHash,
      'rest.address': '127.0.0.1',
      'rest.port': rest,
      'rest.namespace': '*',
      listenAddress: '127.0.0.1',
      port: p2p,
      'enr.ip': '127.0.0.1',
      'enr.tcp': p2p,
      'enr.udp': p2p,
      eth1: true,
      'eth1.providerUrls': engine.url,
      'execution.urls': engine.url,
      'jwt-secret': engine.jwtFile,
      'sync.isSingleNode': !joins,
      'network.allowPublishToZeroPeers': true,
      bootnodes: bootnode ?? false,
      'network.connectToDiscv5Bootnodes': bootnode !== null,
    }),
  ]);
  const url = `http://127.0.0.1:${rest}`;
  const identity = z.object({ data: z.object({ enr: z.string() }) });
  const { data } = await until(`${name} to answer`, () => read(`${url}/eth/v1/node/identity`, identity), {
    processes: [process],
  });
  return { url, enr: data.enr, process };
}

const head = z.object({ data: z.object({ header: z.object({ message: z.object({ slot: z.string() }) }) }) });

/** The slot of the block that this beacon node takes for the head of the chain. */
export async function headSlot(url: string): Promise<number> {
  const { data } = await read(`${url}/eth/v1/beacon/headers/head`, head);
  return Number(data.header.message.slot);
}

/** The slot that it is at this time, in epoch milliseconds. */
export function slotAt(net: Pick<EthereumNet, 'genesisTime' | 'secondsPerSlot'>, at: number): number {
  return Math.floor((at / 1000 - net.genesisTime) / net.secondsPerSlot);
}

/** Resolves when both beacon nodes have blocks. */
export async function startEthereumNet(shares: Shares = usualShares): Promise<EthereumNet> {
  return net('ethereum', async (site) => {
    const jwtFile = join(site.folder, 'jwt');
    writeFileSync(jwtFile, randomBytes(32).toString('hex'));
    const genesisFile = join(site.folder, 'genesis.json');
    writeFileSync(genesisFile, privateGenesis(chainId));
    const execution = await geth(site, { name: 'geth', chainId, genesisFile, jwtFile });
    const block = await call(
      execution.url,
      z.object({ hash: z.string() }),
      'eth_getBlockByNumber',
      '0x0',
      false,
    );
    const engine = { url: execution.engineUrl, jwtFile, genesisHash: block.hash };

    const genesisTime = Math.floor(Date.now() / 1000) + leadSeconds;
    const one = await beacon(site, { name: 'beacon-1', genesisTime, engine, bootnode: null });
    const two = await beacon(site, { name: 'beacon-2', genesisTime, engine, bootnode: one.enr });
    const clientArgs = ([from, to]: Shares[number], server: string): readonly string[] => [
      'validator',
      ...flags({
        ...chain,
        network: 'dev',
        force: true,
        interopIndexes: `${from}..${to}`,
        server,
        suggestedFeeRecipient: `0x${'11'.repeat(20)}`,
      }),
    ];
    const client = (name: string, share: Shares[number]): EthereumNet['clients'][number] => ({
      indices: Array.from({ length: share[1] - share[0] + 1 }, (_, each) => share[0] + each),
      process: lodestar(site, name, clientArgs(share, one.url)),
      commandAt: (beaconUrl) => ({
        command: [tool('node').path, tool('lodestar').path, ...clientArgs(share, beaconUrl)],
        folder: join(site.folder, name),
        env: environment(),
      }),
      protection: async (way, file) => {
        const args = flags({ ...chain, network: 'dev', beaconNodes: one.url, file });
        await execTool(
          tool('node').path,
          [tool('lodestar').path, 'validator', 'slashing-protection', way, ...args],
          { folder: join(site.folder, name), env: environment() },
        );
      },
    });
    const clients = shares.map((share, place) => client(`validators-${place + 1}`, share));
    const beacons = [one, two].map(({ url, process }) => ({ url, process }));
    const processes = [execution, one, two, ...clients].map(({ process }) => process);
    for (const { url, process } of beacons) {
      await until(`blocks at ${process.name}`, async () => ((await headSlot(url)) > 0 ? true : null), {
        processes,
      });
    }
    return {
      genesisTime,
      secondsPerSlot,
      slotsPerEpoch,
      beacons,
      clients,
      execution: { url: execution.url, process: execution.process, chainId },
      join: async () => {
        const second = await geth(site, {
          name: 'geth-joined',
          chainId,
          genesisFile,
          jwtFile,
          peer: execution.enode,
        });
        const joined = await beacon(site, {
          name: 'beacon-joined',
          genesisTime,
          engine: { ...engine, url: second.engineUrl },
          bootnode: one.enr,
          joins: true,
        });
        return {
          execution: { url: second.url, process: second.process },
          beacon: { url: joined.url, process: joined.process },
          folders: [second.data, join(site.folder, 'beacon-joined')],
        };
      },
    };
  });
}
