// The probe endpoint as its chart configures it: the real HAProxy before nodes that remember everything that reaches them.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connect as connectTls, type SecureVersion } from 'node:tls';
import { vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { guarded } from '../../live/nets/process.ts';
import { type Answers, apiServer, type Asked } from '../../support/api-server.ts';
import { authority, type Certificate } from '../../support/certificates.ts';
import { beaconNode, cometNode, executionNode } from '../../support/node-answers.ts';
import { closedPort, listen } from '../../support/server.ts';
import { tool } from '../../support/tools.ts';

export const token = 'a-token-that-only-the-watchdog-has';
const chart = fileURLToPath(new URL('../../../basement/helm/probe-endpoint', import.meta.url));

const manifest = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), annotations: z.record(z.string(), z.string()).optional() }),
  data: z.record(z.string(), z.string()).optional(),
  spec: z.unknown().optional(),
});
export type Manifest = z.output<typeof manifest>;

/** What the chart renders to with these values. Throws an error with Helm's words in `stderr` when it refuses. */
export function rendered(values: object): Manifest[] {
  const text = execFileSync(tool('helm').path, ['template', 'home', chart, '--values', '-'], {
    input: JSON.stringify(values),
    encoding: 'utf8',
    stdio: 'pipe',
    maxBuffer: 16_000_000,
  });
  return parseAllDocuments(text).map((document) => manifest.parse(document.toJS()));
}

export const configOf = (values: object): string =>
  rendered(values).find(({ kind }) => kind === 'ConfigMap')?.data?.['haproxy.cfg'] ?? '';

export type NodeName = 'beacon' | 'geth' | 'beacond' | 'reth';

export type Endpoint = {
  readonly port: number;
  readonly insidePort: number;
  readonly certificate: Certificate;
  /** The values of its chart. */
  readonly values: object;
  /** What reached the nodes since the last look, requests and connections. */
  readonly reached: () => { readonly asked: readonly Asked[]; readonly connections: number };
  /** Lines of its log. */
  readonly log: readonly string[];
  readonly close: () => Promise<void>;
};

type Given = {
  readonly values?: object;
  readonly limits?: object;
  readonly token?: string;
  readonly answers?: Partial<Readonly<Record<NodeName, Answers>>>;
};

const generous = { newConnectionsPerMinute: 100_000, requestsPerMinute: 100_000, connectionsPerSource: 100 };

export async function startEndpoint(given: Given = {}): Promise<Endpoint> {
  const now = Date.now();
  const said = {
    beacon: beaconNode(now),
    geth: executionNode(now),
    beacond: cometNode(now),
    reth: {
      ...executionNode(now),
      eth_chainId: { body: { jsonrpc: '2.0', id: 'asked', result: '0x138de' } },
    },
    ...given.answers,
  };
  const nodes = await Promise.all(
    Object.entries(said).map(async ([name, answers]) => {
      const { server, asked } = apiServer(answers);
      return { name, asked, ...(await listen(server)) };
    }),
  );
  const port = await closedPort(createServer());
  const insidePort = await closedPort(createServer());
  const folder = mkdtempSync(join(tmpdir(), 'endpoint-'));
  const certificate = authority().issue({ name: 'endpoint.test' });
  writeFileSync(join(folder, 'tls.crt'), certificate.cert);
  writeFileSync(join(folder, 'tls.key'), certificate.key, { mode: 0o600 });
  const values = {
    token: { existingSecret: 'probe-token' },
    tls: { existingSecret: 'endpoint-tls' },
    endpoint: { containerPort: port, bindAddress: '127.0.0.1' },
    metrics: { port: insidePort },
    upstreams: Object.fromEntries(nodes.map((node) => [node.name, { host: node.host, port: node.port }])),
    limits: { ...generous, ...given.limits },
    ...given.values,
  };
  writeFileSync(join(folder, 'haproxy.cfg'), configOf(values).replaceAll('/etc/haproxy-tls', folder));
  const [program = '', ...args] = guarded([tool('haproxy').path, '-db', '-f', join(folder, 'haproxy.cfg')]);
  const child = spawn(program, args, {
    env: { PATH: process.env['PATH'], PROBE_TOKEN: given.token ?? token },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const log: string[] = [];
  const words: string[] = [];
  createInterface(child.stdout).on('line', (line) => log.push(line));
  createInterface(child.stderr).on('line', (line) => words.push(line));
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await Promise.all(nodes.map((node) => node.close()));
    rmSync(folder, { recursive: true });
  };
  try {
    await vi.waitFor(
      async () => {
        if (child.exitCode !== null) throw new Error(`haproxy ended: ${words.join('\n')}`);
        await fetch(`http://127.0.0.1:${insidePort}/healthz`);
      },
      { timeout: 20_000, interval: 20 },
    );
  } catch (error) {
    await close();
    throw error;
  }
  let seen = nodes.map(() => 0);
  return {
    port,
    insidePort,
    certificate,
    values,
    reached: () => {
      const asked = nodes.flatMap((node) => node.asked.splice(0));
      const counts = nodes.map((node) => node.accepted());
      const connections = counts.reduce((sum, count, index) => sum + count - (seen[index] ?? 0), 0);
      seen = counts;
      return { asked, connections };
    },
    log,
    close,
  };
}

function allOf(socket: Socket, bytes: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  // It may hang up while we are still talking.
  socket.on('error', () => undefined);
  socket.once('close', () => {
    resolve(Buffer.concat(chunks).toString('latin1'));
  });
  if (bytes !== '') socket.write(bytes);
  return promise;
}

/**
 * Sends bytes over TLS as they are, and gives all that comes back until the other side hangs up. Behind them goes a request that
 * is answered with 403 and the end of the connection, for those that are answered without it.
 */
export function say(
  { port }: Endpoint,
  bytes: string,
  options: {
    readonly alpn?: readonly string[];
    readonly maxVersion?: SecureVersion;
    readonly isUnfinished?: boolean;
  } = {},
): Promise<string> {
  const socket = connectTls({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ALPNProtocols: [...(options.alpn ?? ['http/1.1'])],
    maxVersion: options.maxVersion ?? 'TLSv1.3',
  });
  const last = request({ authorization: null, headers: ['connection: close'] });
  return allOf(socket, options.isUnfinished === true ? bytes : `${bytes}${last}`);
}

/** The same without TLS, and with nothing behind it. */
export const sayPlain = ({ port }: Endpoint, bytes: string): Promise<string> =>
  allOf(connect(port, '127.0.0.1'), bytes);

/** The statuses of the answers in what came back, in their order. */
export const statusesOf = (text: string): readonly string[] =>
  [...text.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)].map(([, status = '']) => status);

/** The statuses of the answers to these requests alone. */
export const statuses = async (endpoint: Endpoint, bytes: string): Promise<readonly string[]> =>
  statusesOf(await say(endpoint, bytes)).slice(0, -1);

type Parts = {
  readonly method?: string;
  readonly target?: string;
  readonly version?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly authorization?: string | null;
};

/** One request as text, good unless something else is said. */
export function request(parts: Parts = {}): string {
  const {
    method = 'GET',
    target = '/beacon/eth/v1/node/syncing',
    version = 'HTTP/1.1',
    headers = [],
  } = parts;
  const authorization = parts.authorization === undefined ? `Bearer ${token}` : parts.authorization;
  const lines = [
    `${method} ${target} ${version}`,
    'host: home.test',
    ...(authorization === null ? [] : [`authorization: ${authorization}`]),
    ...headers,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${parts.body ?? ''}`;
}

export const canonical = (method = 'eth_chainId', params = '[]', id = 1): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}`;

/** A JSON-RPC call with a body as it is. */
export const call = (body: string, parts: Omit<Parts, 'body'> = {}): string =>
  request({
    method: 'POST',
    target: '/geth',
    ...parts,
    headers: [
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
      ...(parts.headers ?? []),
    ],
    body,
  });
