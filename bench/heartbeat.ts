// How long `heartbeat` takes while all is well: the real function over HTTP, warm, one write for each message.
import { z } from 'zod';
import { createHeartbeat } from '../functions/entry/heartbeat.ts';
import { systemClock } from '../functions/kit/clock.ts';
import { silentLog } from '../functions/kit/log.ts';
import { httpPost } from '../functions/kit/http-post.ts';
import { serveFunction } from '../local/functions/serve.ts';
import { startChild } from './child.ts';
import { writeConfiguration } from './configuration.ts';
import { median, percentile, rounded } from './numbers.ts';
import type { Report } from './report.ts';
import { watchdogAlert } from './watchdog-alert.ts';

export type HeartbeatOptions = { readonly messages: number };

const warmUps = 20;
const counts = z.object({ reads: z.number(), writes: z.number(), deletes: z.number() });
const token = 'x'.repeat(32);

const body = JSON.stringify(watchdogAlert);

/** Measures in this process; Firestore is another one. */
export async function measureHeartbeat({ messages }: HeartbeatOptions): Promise<Report> {
  const firestore = await startChild({ file: 'firestore.ts', schema: z.object({ host: z.string() }) });
  const configuration = await writeConfiguration({
    channels: [{ id: 'terminal', channel: 'console' }],
    sites: [
      {
        id: 'home',
        heartbeats: [{ source: 'alertmanager', token: { env: 'HEARTBEAT_TOKEN' } }],
        exits: { addresses: ['127.0.0.0/8'] },
      },
    ],
  });
  const heartbeat = await serveFunction(
    createHeartbeat({
      variables: {
        WATCHDOG_CONFIG: configuration.path,
        FIRESTORE_EMULATOR_HOST: firestore.ready.host,
        GOOGLE_CLOUD_PROJECT: 'bench',
        HEARTBEAT_TOKEN: token,
        HEARTBEAT_CALLS_PER_MINUTE: '1000000',
      },
      clock: systemClock,
      log: () => silentLog,
      print: () => undefined,
      network: { allow: [], hosts: new Map() },
    }),
  );
  const url = new URL(`${heartbeat.url}/home/alertmanager/alertmanager`);
  const send = async (): Promise<number> => {
    const begun = performance.now();
    const answer = await httpPost({
      url,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
      timeoutMs: 10_000,
      signal: new AbortController().signal,
      readsBody: true,
    });
    if (!answer.answered || answer.status !== 200) throw new Error('a heartbeat was not taken');
    return performance.now() - begun;
  };
  try {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as a house sends them
    for (let index = 0; index < warmUps; index += 1) await send();
    const before = await firestore.ask('counts', counts);
    const times: number[] = [];
    // oxlint-disable-next-line no-await-in-loop -- as above
    for (let index = 0; index < messages; index += 1) times.push(await send());
    const after = await firestore.ask('counts', counts);
    const sorted = times.toSorted((a, b) => a - b);
    return {
      fields: {
        p50Ms: rounded(median(times), 1),
        p99Ms: rounded(percentile(sorted, 0.99), 1),
        writes: rounded((after.writes - before.writes) / messages, 2),
      },
      details: { messages, reads: rounded((after.reads - before.reads) / messages, 2) },
      limits: [
        { field: 'p50Ms', atMost: 50 },
        { field: 'writes', atMost: 1 },
      ],
      broken: [],
    };
  } finally {
    await heartbeat.close();
    await Promise.all([firestore.stop(), configuration.remove()]);
  }
}
