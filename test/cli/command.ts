// Runs the command line as a user does, as a process of its own, and a small house with real sockets for it to look at.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closedPort, listen } from '../support/server.ts';

export const repository = fileURLToPath(new URL('../..', import.meta.url));

export type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

export type RunOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The program and its first arguments; cli/main.ts under this very Node by default. */
  readonly program?: readonly [string, ...string[]];
};

/** Runs `watchdog` with these arguments and waits for its end. The zone is Berlin, the environment otherwise bare. */
export async function watchdog(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const [program, ...first] = options.program ?? [process.execPath, join(repository, 'cli/main.ts')];
  const child = spawn(program, [...first, ...args], {
    cwd: options.cwd ?? repository,
    env: {
      PATH: process.env['PATH'] ?? '',
      TZ: 'Europe/Berlin',
      NODE_COMPILE_CACHE: join(repository, 'node_modules/.cache/watchdog'),
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', (ended) => {
      resolve(ended);
    });
  });
  return { code, out, err };
}

/** A folder of its own, removed with everything in it. */
export function folder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'watchdog-cli-'));
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

export type House = {
  /** The configuration; it names hosts as an operator writes them. */
  readonly config: string;
  readonly path: string;
  /** `--resolve` for everything, with all ports answering. */
  readonly up: readonly string[];
  /** The same, but nothing answers on these hosts and ports, e.g. `home.example:30303`. */
  readonly without: (...keys: readonly string[]) => string[];
  readonly close: () => Promise<void>;
};

const hosts = ['ref-a.example:53', 'ref-b.example:53', 'home.example:30303', 'home.example:8545'] as const;

const written = `
references:
  - { id: ref-a, probe: tcp, address: "ref-a.example:53" }
  - { id: ref-b, probe: tcp, address: "ref-b.example:53" }
channels:
  - { id: here, channel: console }
sites:
  - id: home
    name: The basement
    targets:
      - { id: p2p, probe: tcp, address: "home.example:30303" }
      - { id: rpc, probe: http, url: "http://home.example:8545/health" }
`;

/** Two references, one TCP and one HTTP target, all on loopback behind `--resolve`. */
export async function house(): Promise<House> {
  const { path, remove } = folder();
  const config = join(path, 'watchdog.yaml');
  writeFileSync(config, written);
  const tcp = await listen(createServer());
  const web = await listen(createHttp((_request, response) => response.end('{"ok":true}')));
  const nobody = await closedPort(createServer());
  const portOf = (key: string): number => (key === 'home.example:8545' ? web.port : tcp.port);
  const without = (...keys: readonly string[]): string[] =>
    hosts.flatMap((key) => ['--resolve', `${key}:127.0.0.1:${keys.includes(key) ? nobody : portOf(key)}`]);
  return {
    config,
    path,
    up: without(),
    without,
    close: async () => {
      await Promise.all([tcp.close(), web.close()]);
      remove();
    },
  };
}

/** A server that answers every request with this status and text. */
export async function answering(
  text: string,
  status = 200,
): Promise<{ url: string; seen: string[]; close: () => Promise<void> }> {
  const seen: string[] = [];
  const server = createHttp((request, response) => {
    seen.push(request.headers.authorization ?? '');
    response.writeHead(status, { 'content-type': 'application/json', location: 'http://192.0.2.1/' });
    response.end(text);
  });
  const { address, close } = await listen(server);
  return { url: `http://${address}/some/secret-path?key=hidden`, seen, close };
}
