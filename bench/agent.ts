// What the agent of a standby costs its machine: the real script, started as its timer starts it, beside clients at the head and a directory like a node's.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { median, rounded } from './numbers.ts';
import type { Report } from './report.ts';

export type AgentOptions = { readonly runs: number; readonly files: number };

const agent = fileURLToPath(
  new URL('../terraform/modules/standby/node/agent/watchdog-agent', import.meta.url),
);
const perFolder = 2_000;

/** Runs a command and tells what only its parent can: processor seconds and the largest resident set of what it has started. */
const meter = `
import json, resource, subprocess, sys, time
begun = time.monotonic()
code = subprocess.run(sys.argv[1:], stderr=subprocess.DEVNULL).returncode
wall = time.monotonic() - begun
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({'code': code, 'wall': wall, 'cpu': used.ru_utime + used.ru_stime, 'kib': used.ru_maxrss}))
`;
const measured = z.object({ code: z.int(), wall: z.number(), cpu: z.number(), kib: z.number() });

const execution: Readonly<Record<string, unknown>> = {
  eth_chainId: '0x1',
  eth_syncing: false,
  net_peerCount: '0x28',
  web3_clientVersion: 'Geth/v1.16.9-stable/linux-amd64/go1.25',
};

function answerTo(path: string, body: string): unknown {
  const now = Math.floor(Date.now() / 1000);
  const rpc = z.object({ method: z.string() });
  switch (path) {
    case '/eth/v1/beacon/genesis':
      return { data: { genesis_time: String(now - 12_000_000), genesis_validators_root: '0x4b' } };
    case '/eth/v1/config/spec':
      return { data: { SECONDS_PER_SLOT: '12', SLOTS_PER_EPOCH: '32' } };
    case '/eth/v1/node/syncing':
      return { data: { head_slot: '1000000', is_syncing: false, is_optimistic: false, el_offline: false } };
    case '/eth/v1/node/peer_count':
      return { data: { connected: '50' } };
    case '/eth/v1/node/version':
      return { data: { version: 'Lighthouse/v8.1.3' } };
    case '/': {
      const { method } = rpc.parse(JSON.parse(body));
      // A block comes with the hashes of all its transactions.
      const block = {
        number: '0x1400000',
        timestamp: `0x${now.toString(16)}`,
        transactions: Array.from({ length: 300 }, () => `0x${'ab'.repeat(32)}`),
      };
      return { jsonrpc: '2.0', id: 1, result: method === 'eth_getBlockByNumber' ? block : execution[method] };
    }
    default:
      return {};
  }
}

async function startNode(): Promise<{
  readonly address: string;
  readonly reports: string[];
  readonly close: () => void;
}> {
  const reports: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      if (request.method === 'PUT') reports.push(body);
      response.end(JSON.stringify(answerTo(request.url ?? '/', body)));
    });
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return { address: `127.0.0.1:${port}`, reports, close: () => server.close() };
}

async function makeFiles(folder: string, files: number): Promise<void> {
  for (let from = 0; from < files; from += perFolder) {
    const below = join(folder, `chaindata-${from}`);
    // oxlint-disable-next-line no-await-in-loop -- so many at once are too many
    await mkdir(below);
    const names = Array.from(
      { length: Math.min(perFolder, files - from) },
      (_, each) => `${from + each}.sst`,
    );
    // oxlint-disable-next-line no-await-in-loop -- as above
    await Promise.all(names.map((name) => writeFile(join(below, name), '')));
  }
}

export async function measureAgent({ runs, files }: AgentOptions): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'watchdog-bench-agent-'));
  const node = await startNode();
  try {
    const look = join(folder, 'look');
    await mkdir(look);
    await makeFiles(look, files);
    const env = {
      PATH: process.env['PATH'],
      WATCHDOG_CHAIN: 'ethereum',
      WATCHDOG_EXECUTION: `http://${node.address}`,
      WATCHDOG_BEACON: `http://${node.address}`,
      WATCHDOG_LOOK: look,
      WATCHDOG_PLACES: '',
      WATCHDOG_STATE: join(folder, 'state.json'),
      GCE_METADATA_HOST: node.address,
    };
    const execute = promisify(execFile);
    const all: z.infer<typeof measured>[] = [];
    for (let run = 0; run < runs; run += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, as the timer does
      const { stdout } = await execute('python3', ['-c', meter, agent], { env });
      all.push(measured.parse(JSON.parse(stdout)));
    }
    const isWell = all.every(({ code }) => code === 0) && node.reports.length >= runs;
    const keys = z.object({ keys: z.string() }).safeParse(JSON.parse(node.reports.at(-1) ?? '{}'));
    return {
      fields: {
        reportMs: rounded(median(all.map(({ wall }) => wall * 1000))),
        rssMb: rounded(Math.max(...all.map(({ kib }) => kib / 1024)), 1),
        cpuPercent: rounded((median(all.map(({ cpu }) => cpu)) / 60) * 100, 2),
      },
      details: { runs, files },
      limits: [
        { field: 'reportMs', atMost: 2_000 },
        { field: 'rssMb', atMost: 30 },
        { field: 'cpuPercent', atMost: 1 },
      ],
      broken: [
        ...(isWell ? [] : ['a run did not report']),
        ...(keys.success && keys.data.keys === 'absent' ? [] : ['it did not see all files']),
      ],
    };
  } finally {
    node.close();
    await rm(folder, { recursive: true, force: true });
  }
}
