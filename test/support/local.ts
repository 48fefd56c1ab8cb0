// The whole watchdog in this process, with real sockets on every side, for tests of entries and of the way between them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { stringify } from 'yaml';
import { z } from 'zod';
import type { Log } from '../../functions/kit/log.ts';
import type { JobRun } from '../../local/scheduler/scheduler.ts';
import { startWatchdog, type LocalOptions, type LocalWatchdog } from '../../local/watchdog.ts';
import { listen, type Listening } from './server.ts';

const pagerBody = z.object({
  id: z.string(),
  kind: z.string(),
  severity: z.string(),
  title: z.string(),
  body: z.string(),
});
export type Paged = z.infer<typeof pagerBody>;

/** A TCP endpoint that can be taken away and brought back at the same address. */
export type Endpoint = {
  readonly address: string;
  readonly down: () => Promise<void>;
  readonly up: () => Promise<void>;
};

async function endpoint(host?: string): Promise<Endpoint> {
  let server: Server = createServer();
  let listening: Listening = await listen(server, host);
  const { address, port } = listening;
  return {
    address,
    down: () => listening.close(),
    up: async () => {
      server = createServer();
      const { promise, resolve } = Promise.withResolvers<void>();
      server.listen(port, listening.host, resolve);
      await promise;
      listening = { ...listening, close: async () => void server.close() };
    },
  };
}

export type LocalHouse = {
  readonly watchdog: LocalWatchdog;
  readonly configPath: string;
  readonly endpoints: Readonly<Record<'geth' | 'lighthouse' | 'exit', Endpoint>>;
  readonly paged: readonly Paged[];
  readonly logs: readonly string[];
  readonly moveTo: (at: number) => void;
  readonly tick: () => Promise<{ readonly status: number | null; readonly body: string }>;
  /** Waits until the pager has had so many messages; polls, for deliveries run on after the tick has answered. */
  readonly pagedAtLeast: (count: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

export const startAt = Date.UTC(2026, 10, 23, 2);

/** `site`: more fields of its one site, `config`: of the file. */
export type LocalHouseOptions = {
  readonly config?: object;
  readonly site?: object;
  readonly variables?: Record<string, string>;
  readonly witness?: LocalOptions['witness'];
  /** Of each function, by its name; by default lines of words for `logs`. */
  readonly log?: LocalOptions['log'];
};

export async function localHouse(options: LocalHouseOptions = {}): Promise<LocalHouse> {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-house-'));
  const paged: Paged[] = [];
  const pager = createHttp((incoming, answer) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      paged.push(pagerBody.parse(JSON.parse(Buffer.concat(chunks).toString())));
      answer.end('ok');
    });
  });
  const [pagerAt, referenceA, referenceB, geth, lighthouse, exit] = [
    await listen(pager),
    await endpoint(),
    // Two references at one host would count as one.
    await endpoint('127.0.0.2'),
    await endpoint(),
    await endpoint(),
    await endpoint(),
  ];
  const path = join(folder, 'watchdog.yaml');
  const tcp = (id: string, { address }: Endpoint, more: object = {}): object => ({
    id,
    probe: 'tcp',
    address,
    hold: '0ms',
    ...more,
  });
  writeFileSync(
    path,
    stringify({
      references: [tcp('ref-a', referenceA, { operator: 'a' }), tcp('ref-b', referenceB, { operator: 'b' })],
      channels: [
        { id: 'pager', channel: 'webhook', url: { env: 'PAGER_URL' }, secret: { env: 'PAGER_SECRET' } },
      ],
      status: { access: 'token', token: { env: 'STATUS_TOKEN' } },
      sites: [
        {
          id: 'home',
          timezone: 'Europe/Berlin',
          targets: [tcp('geth', geth), tcp('lighthouse', lighthouse), tcp('exit', exit, { role: 'exit' })],
          heartbeats: [{ source: 'cluster', token: { env: 'HEARTBEAT_TOKEN' }, every: '60s', grace: '60s' }],
          ...options.site,
        },
      ],
      ...options.config,
    }),
  );
  let now = startAt;
  const logs: string[] = [];
  const write = (fields: object, message: string): void =>
    void logs.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { info: write, warn: write, error: write };
  const runs: JobRun[] = [];
  const watchdog = await startWatchdog({
    configPath: path,
    clock: { now: () => now, sleep: () => Promise.resolve() },
    network: { allow: ['127.0.0.0/8'], hosts: new Map() },
    ...(options.witness === undefined ? {} : { witness: options.witness }),
    variables: {
      PAGER_URL: `http://${pagerAt.address}/hook/s3cr3t-path`,
      PAGER_SECRET: 'hmac-key',
      STATUS_TOKEN: 'status-token',
      ...options.variables,
    },
    log: options.log ?? (() => log),
    print: () => {},
    onTick: (run) => runs.push(run),
    isManual: true,
  });
  return {
    watchdog,
    configPath: path,
    endpoints: { geth, lighthouse, exit },
    paged,
    logs,
    moveTo: (at) => {
      now = at;
    },
    tick: () => watchdog.scheduler.runNow('watch', now),
    pagedAtLeast: async (count) => {
      for (let tries = 0; paged.length < count && tries < 2_000; tries += 1) {
        // A request to the function under test is a condition that takes its time, and no bare wait.
        await (await request(watchdog.urls.deliver, { method: 'POST' })).body.text();
      }
    },
    close: async () => {
      await watchdog.close();
      await Promise.all([
        pagerAt.close(),
        referenceA.down(),
        referenceB.down(),
        geth.down(),
        lighthouse.down(),
        exit.down(),
      ]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
