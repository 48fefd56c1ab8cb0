// A pretend machine with stubs for its clients, on which the real agent runs as often and at what time a test wants.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readReport } from '../../functions/flows/provision-report.ts';
import type { NodeReport } from '../../functions/domain/standby/standby.ts';
import { pretendCompute } from '../support/pretend-compute.ts';
import { startStub, type Answer, type Stub } from './stub.ts';

export const agent = fileURLToPath(
  new URL('../../terraform/modules/standby/node/agent/watchdog-agent', import.meta.url),
);
const wrapper = fileURLToPath(new URL('with.py', import.meta.url));

/** The time of the first run, in seconds of the epoch; each machine has been up for this long then. */
export const firstAt = Date.parse('2026-12-01T02:14:00Z') / 1000;
const upFor = 1_000;

export type Said = {
  readonly code: number;
  readonly errors: string;
  /** As it was published, or null. */
  readonly raw: string | null;
  /** What `provision` makes of it; throws when it would not take it. */
  readonly report: NodeReport;
};

export type Run = {
  /** Seconds after the first run. */
  readonly after?: number;
  readonly settings?: Readonly<Record<string, string>>;
  /** Anything of the agent that a test replaces. */
  readonly replace?: Readonly<Record<string, unknown>>;
  readonly times?: number;
  /** The agent itself, with the machine's own clock and disk. */
  readonly isReal?: boolean;
};

export type Machine = {
  readonly folder: string;
  readonly stateFile: string;
  readonly execution: Stub;
  readonly consensus: Stub;
  /** Writes a file below the directory that is looked through. */
  readonly put: (path: string, content: string) => string;
  readonly run: (run?: Run) => Promise<Said>;
  readonly attribute: (key: string) => string | null;
  readonly close: () => Promise<void>;
};

type Ended = { readonly code: number; readonly errors: string };
type Settings = Readonly<Record<string, string>>;

const execute = (args: readonly string[], settings: Settings): Promise<Ended> =>
  new Promise((resolve) => {
    const env = { PATH: process.env['PATH'] ?? '', ...settings };
    execFile('python3', args, { env, timeout: 60_000 }, (error, _stdout, errors) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), errors });
    });
  });

/** Runs the agent with these settings and nothing else; `replace` as in `Run`. */
export const runAgent = (
  settings: Settings,
  replace: Readonly<Record<string, unknown>>,
  times = 1,
): Promise<Ended> => execute([wrapper, agent, JSON.stringify(replace), String(times)], settings);

/** What `provision` makes of it; throws when it would not take it. */
export function accepted(raw: string | null): NodeReport {
  const heard = readReport(raw);
  if (heard.kind !== 'report') throw new Error(`${JSON.stringify(heard)} of ${raw}`);
  return heard.report;
}

export async function startMachine(chain: 'ethereum' | 'berachain'): Promise<Machine> {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-agent-'));
  const look = join(folder, 'look');
  mkdirSync(look);
  const world = await pretendCompute();
  const { name } = await world.running();
  const { host } = await world.compute.metadata(name);
  const [execution, consensus] = await Promise.all([startStub(), startStub()]);
  const stateFile = join(folder, 'state', 'state.json');
  const attribute = (key: string): string | null =>
    world.compute
      .instances()
      .find((each) => each.name === name)
      ?.guest.get(`watchdog/${key}`) ?? null;
  return {
    folder,
    stateFile,
    execution,
    consensus,
    attribute,
    put: (path, content) => {
      const full = join(look, path);
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, content);
      return full;
    },
    run: async ({ after = 0, settings = {}, replace = {}, times = 1, isReal = false } = {}) => {
      const env = {
        WATCHDOG_CHAIN: chain,
        WATCHDOG_EXECUTION: execution.url,
        WATCHDOG_BEACON: consensus.url,
        WATCHDOG_COMET: consensus.url,
        WATCHDOG_LOOK: look,
        WATCHDOG_PLACES: '',
        WATCHDOG_DATA: folder,
        WATCHDOG_STATE: stateFile,
        GCE_METADATA_HOST: host,
        ...settings,
      };
      const usual = {
        now: firstAt + after,
        ticks: upFor + after,
        is_clock_synchronised: true,
        free_gib: 212.4,
        used_gib: 581.26,
        is_read_only: false,
      };
      const ended = isReal
        ? await execute([agent], env)
        : await runAgent(env, { ...usual, ...replace }, times);
      const raw = attribute('report');
      return {
        ...ended,
        raw,
        get report() {
          return accepted(raw);
        },
      };
    },
    close: async () => {
      await Promise.all([execution.close(), consensus.close(), world.compute.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const hex = (value: number): string => `0x${value.toString(16)}`;
const json = (value: unknown): Answer => ({ json: value });

export type ExecutionSays = {
  readonly chainId?: number;
  readonly block?: number;
  /** Of its block, in seconds of the epoch. */
  readonly stamp?: number;
  readonly peers?: number;
  readonly syncing?: unknown;
};

/** An execution client that is at the head at the time of the first run, but for what is given. */
export function executionSays(stub: Stub, says: ExecutionSays = {}): void {
  const { chainId = 1, block = 21_000_000, stamp = firstAt - 1, peers = 40, syncing = false } = says;
  stub.answers.set('eth_chainId', json(hex(chainId)));
  stub.answers.set('eth_syncing', json(syncing));
  stub.answers.set('eth_getBlockByNumber', json({ number: hex(block), timestamp: hex(stamp) }));
  stub.answers.set('net_peerCount', json(hex(peers)));
  stub.answers.set('web3_clientVersion', json('Geth/v1.16.9-stable/linux-amd64/go1.25'));
}

/** The answer of geth to `eth_syncing`. */
export const syncingTo = (current: number, highest: number, more: object = {}): object => ({
  startingBlock: '0x0',
  currentBlock: hex(current),
  highestBlock: hex(highest),
  ...more,
});

export const headSlot = 12_900_000;
const genesisTime = firstAt - headSlot * 12;
export const root = `0x${'4b'.repeat(32)}`;

export type BeaconSays = {
  readonly head?: number;
  readonly isSyncing?: boolean;
  readonly isOptimistic?: unknown;
  readonly isElOffline?: unknown;
  readonly peers?: number;
  readonly root?: string;
};

/** A beacon node that is at the head at the time of the first run, but for what is given. */
export function beaconSays(stub: Stub, says: BeaconSays = {}): void {
  const { head = headSlot, isSyncing = false, isOptimistic = false, isElOffline = false, peers = 34 } = says;
  const genesis = { genesis_time: String(genesisTime), genesis_validators_root: says.root ?? root };
  const spec = { SECONDS_PER_SLOT: '12', SLOTS_PER_EPOCH: '32' };
  const syncing = {
    head_slot: String(head),
    sync_distance: '0',
    is_syncing: isSyncing,
    is_optimistic: isOptimistic,
    el_offline: isElOffline,
  };
  stub.answers.set('/eth/v1/beacon/genesis', json({ data: genesis }));
  stub.answers.set('/eth/v1/config/spec', json({ data: spec }));
  stub.answers.set('/eth/v1/node/syncing', json({ data: syncing }));
  stub.answers.set('/eth/v1/node/peer_count', json({ data: { connected: String(peers) } }));
  stub.answers.set('/eth/v1/node/version', json({ data: { version: 'Lighthouse/v8.1.3-abc/x86_64-linux' } }));
}

export type CometSays = {
  readonly height?: number;
  /** Of its block, in seconds of the epoch. */
  readonly stamp?: number;
  readonly isCatchingUp?: unknown;
  readonly peers?: number;
  readonly network?: string;
  readonly validator?: { readonly address: string; readonly power: string };
};

/** A CometBFT node that is at the head at the time of the first run, but for what is given. */
export function cometSays(stub: Stub, says: CometSays = {}): void {
  const { height = 9_000_000, stamp = firstAt - 2, isCatchingUp = false, peers = 18 } = says;
  const { address = 'AB'.repeat(20), power = '0' } = says.validator ?? {};
  const time = new Date(stamp * 1000).toISOString().replace('.000Z', '.123456789Z');
  const sync = {
    latest_block_height: String(height),
    latest_block_time: time,
    catching_up: isCatchingUp,
  };
  const node = { network: says.network ?? 'mainnet-beacon-80094', version: '1.0.1' };
  const validator = { address, voting_power: power };
  stub.answers.set(
    '/status',
    json({ result: { node_info: node, sync_info: sync, validator_info: validator } }),
  );
  stub.answers.set('/net_info', json({ result: { n_peers: String(peers) } }));
}
