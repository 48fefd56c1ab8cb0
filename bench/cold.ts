// How long a fresh process takes until its first tick is answered, and how large it is after many.
import { z } from 'zod';
import { systemClock } from '../functions/kit/clock.ts';
import { bundledWatch, sourceWatch } from './bundled.ts';
import { startChild } from './child.ts';
import { referencesAt, sitesOf, writeConfiguration } from './configuration.ts';
import { deployedHeap } from './deployed-size.ts';
import { type FreshProcess, startFresh } from './fresh.ts';
import { median, rounded } from './numbers.ts';
import type { Report } from './report.ts';
import { watchCaller } from './watch-call.ts';

export type ColdOptions = {
  readonly processes: number;
  readonly ticks: number;
  /** As it is deployed, instead of the sources. */
  readonly isBundle: boolean;
};

/** One house as most are: so many ports, and two references. */
const endpoints = 6;

type Start = { readonly totalMs: number; readonly listenMs: number; readonly cpuMs: number };

async function firstTickMs(fresh: FreshProcess): Promise<Start> {
  await fresh.listening();
  const listenMs = performance.now() - fresh.startedAt;
  await watchCaller(fresh.url, systemClock.now())();
  const totalMs = performance.now() - fresh.startedAt;
  return { totalMs, listenMs, cpuMs: await fresh.cpuMs() };
}

async function sizeAfter(ticks: number, fresh: FreshProcess): Promise<number> {
  await fresh.listening();
  const call = watchCaller(fresh.url, systemClock.now());
  // eslint-disable-next-line no-await-in-loop -- a tick follows on the one before
  for (let tick = 0; tick < ticks; tick += 1) await call();
  return fresh.rssMb();
}

/** Each process has a project of its own, so that its first tick is the first of all. */
export async function measureCold(options: ColdOptions): Promise<Report> {
  const targets = await startChild({
    file: 'targets.ts',
    args: ['--latency', '10'],
    schema: z.object({ addresses: z.array(z.string()) }),
  });
  const firestore = await startChild({ file: 'firestore.ts', schema: z.object({ host: z.string() }) });
  const { addresses } = targets.ready;
  const served = options.isBundle ? await bundledWatch() : sourceWatch;
  const configuration = await writeConfiguration({
    references: referencesAt(addresses),
    channels: [{ id: 'terminal', channel: 'console' }],
    sites: sitesOf(endpoints, 1, addresses),
  });
  const variables = (project: string): Record<string, string> => ({
    WATCHDOG_CONFIG: configuration.path,
    FIRESTORE_EMULATOR_HOST: firestore.ready.host,
    GOOGLE_CLOUD_PROJECT: project,
  });
  const start = (
    project: string,
    how: { isWatched: boolean; nodeOptions: string[] },
  ): Promise<FreshProcess> => startFresh({ source: served.source, variables: variables(project), ...how });
  const timed = async (project: string): Promise<Start> => {
    const fresh = await start(project, { isWatched: false, nodeOptions: [deployedHeap] });
    const times = await firstTickMs(fresh);
    await fresh.stop();
    return times;
  };
  try {
    const starts: Start[] = [];
    // eslint-disable-next-line no-await-in-loop -- side by side they would slow each other down
    for (let index = 0; index < options.processes; index += 1) starts.push(await timed(`cold-${index}`));
    const long = await start('long', { isWatched: true, nodeOptions: [deployedHeap] });
    const rssMb = await sizeAfter(options.ticks, long);
    const { files, sawWatch, computeLoaded } = await long.loads();
    await long.stop();
    const free = await start('free', { isWatched: false, nodeOptions: [] });
    const rssUnlimitedMb = await sizeAfter(options.ticks, free);
    await free.stop();
    return {
      fields: { coldMs: rounded(median(starts.map(({ totalMs }) => totalMs))), rssMb, computeLoaded },
      details: {
        slowestColdMs: rounded(Math.max(...starts.map(({ totalMs }) => totalMs))),
        listeningMs: rounded(median(starts.map(({ listenMs }) => listenMs))),
        cpuMs: rounded(median(starts.map(({ cpuMs }) => cpuMs))),
        processes: options.processes,
        ticks: options.ticks,
        rssUnlimitedMb,
        filesLoaded: files,
      },
      limits: [
        { field: 'coldMs', atMost: 1200 },
        { field: 'rssMb', atMost: 180 },
      ],
      broken: [
        ...(computeLoaded ? ['@google-cloud/compute is loaded by watch'] : []),
        ...(sawWatch ? [] : ['the loader did not see watch, so it proves nothing about what is loaded']),
      ],
    };
  } finally {
    await Promise.all([configuration.remove(), served.remove()]);
    await Promise.all([targets.stop(), firestore.stop()]);
  }
}
