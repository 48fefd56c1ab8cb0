// How long a tick takes when everything answers: the real `watch` over HTTP, warm, with its commits.
import { z } from 'zod';
import { createWatch } from '../functions/entry/watch.ts';
import { hear, wellAt } from '../functions/domain/hear.ts';
import { systemClock } from '../functions/kit/clock.ts';
import { silentLog } from '../functions/kit/log.ts';
import { openStore } from '../functions/stores/open.ts';
import { serveFunction } from '../local/functions/serve.ts';
import { startChild } from './child.ts';
import { endpointUrl, referencesAt, sitesOf, writeConfiguration } from './configuration.ts';
import { type Limit, mebibytes, median, rounded } from './numbers.ts';
import type { Report } from './report.ts';
import { timeSockets } from './sockets.ts';
import { watchCaller } from './watch-call.ts';

export type TickOptions = {
  readonly endpoints: number;
  readonly latencyMs: number;
  readonly sites: number;
  /** Ticks that are measured, after the warm-up. */
  readonly ticks: number;
};

const warmUps = 5;
const counts = z.object({ reads: z.number(), writes: z.number(), deletes: z.number() });

/** The times that were promised for two sizes; other sizes have none. */
const tickLimits: Readonly<Record<number, number>> = { 200: 999, 1000: 2999 };

async function repeat(times: number, run: () => Promise<number>): Promise<number[]> {
  const all: number[] = [];
  // eslint-disable-next-line no-await-in-loop -- side by side they would measure each other
  for (let time = 0; time < times; time += 1) all.push(await run());
  return all;
}

/** Measures in this process; endpoints and Firestore are two others. */
export async function measureTick(options: TickOptions): Promise<Report> {
  const { endpoints, latencyMs, sites, ticks } = options;
  const targets = await startChild({
    file: 'targets.ts',
    args: ['--latency', String(latencyMs)],
    schema: z.object({ addresses: z.array(z.string()) }),
  });
  const firestore = await startChild({ file: 'firestore.ts', schema: z.object({ host: z.string() }) });
  const { addresses } = targets.ready;
  const configuration = await writeConfiguration({
    references: referencesAt(addresses),
    channels: [{ id: 'terminal', channel: 'console' }],
    sites: sitesOf(endpoints, sites, addresses),
  });
  const variables = {
    WATCHDOG_CONFIG: configuration.path,
    FIRESTORE_EMULATOR_HOST: firestore.ready.host,
    GOOGLE_CLOUD_PROJECT: 'bench',
  };
  const store = openStore(variables);
  const watch = await serveFunction(
    createWatch({
      variables,
      clock: systemClock,
      log: () => silentLog,
      print: () => undefined,
      network: { allow: ['127.0.0.0/8'], hosts: new Map() },
    }),
  );
  try {
    const now = systemClock.now();
    // A house that was heard: its heartbeat document exists, as in service.
    await Promise.all(
      Array.from({ length: sites }, (_, site) =>
        store.changePulse(`site-${site}`, (pulse) => hear(pulse, wellAt('cluster', now))),
      ),
    );
    const call = watchCaller(watch.url, now);
    const tick = async (): Promise<number> => {
      const { tookMs, verdicts } = await call();
      const bad = verdicts.find((verdict) => verdict !== 'ok');
      if (bad !== undefined) throw new Error(`a site was ${String(bad)} although everything answers`);
      return tookMs;
    };
    await repeat(warmUps, tick);
    const before = await firestore.ask('counts', counts);
    const tickTimes = await repeat(ticks, tick);
    const after = await firestore.ask('counts', counts);
    const rssMb = mebibytes(process.memoryUsage().rss);
    const urls = Array.from({ length: endpoints }, (_, index) => new URL(endpointUrl(index, addresses)));
    await repeat(2, () => timeSockets(urls));
    const referenceTimes = await repeat(ticks, () => timeSockets(urls));
    const perSite = (from: number, to: number): number => rounded((to - from) / ticks / sites, 2);
    const tickLimit = tickLimits[endpoints];
    const limits: Limit[] = [
      { field: 'readsPerSite', atMost: 2 },
      { field: 'writesPerSite', atMost: 1 },
    ];
    return {
      fields: {
        endpoints,
        tickMs: rounded(median(tickTimes)),
        referenceMs: rounded(median(referenceTimes)),
        rssMb,
        readsPerSite: perSite(before.reads, after.reads),
        writesPerSite: perSite(before.writes, after.writes),
      },
      details: { sites, ticks, slowestTickMs: rounded(Math.max(...tickTimes)) },
      limits: tickLimit === undefined ? limits : [{ field: 'tickMs', atMost: tickLimit }, ...limits],
      broken: [],
    };
  } finally {
    await watch.close();
    await configuration.remove();
    await Promise.all([targets.stop(), firestore.stop()]);
  }
}
