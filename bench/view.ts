// What looking costs: how long the view takes to be made of what is remembered, how large it is, and how long a fresh process takes to its first page.
import { z } from 'zod';
import { loadConfig } from '../functions/config/config.ts';
import { dayAfter, dayMs, dayOf, startOf } from '../functions/domain/history/day.ts';
import { calendarDays, type DayRollup } from '../functions/domain/history/history.ts';
import { account, lookOf, type Accounted } from '../functions/domain/history/rollup.ts';
import type { SiteState } from '../functions/domain/memory.ts';
import { createWatch } from '../functions/entry/watch.ts';
import { systemClock } from '../functions/kit/clock.ts';
import { silentLog } from '../functions/kit/log.ts';
import { openStore } from '../functions/stores/open.ts';
import type { Store } from '../functions/stores/store.ts';
import { overviewOf } from '../functions/views/overview-of.ts';
import { overviewPage } from '../functions/views/page/overview-page.ts';
import { serveFunction } from '../local/functions/serve.ts';
import { bundledWatch } from './bundled.ts';
import { startChild } from './child.ts';
import { referencesAt, sitesOf, writeConfiguration } from './configuration.ts';
import { deployedHeap } from './deployed-size.ts';
import { startFresh } from './fresh.ts';
import { median, rounded, seeded } from './numbers.ts';
import type { Report } from './report.ts';
import { watchCaller } from './watch-call.ts';

export type ViewOptions = { readonly targets: number; readonly runs: number; readonly processes: number };

const token = 'x'.repeat(32);
const site = 'site-0';
const minuteMs = 60_000;
const warmUps = 5;
const network = { allow: ['127.0.0.0/8'], hosts: new Map() };

/** One whole day that was looked at each minute, as the domain counts it. */
function countedDay(state: SiteState, random: () => number): Accounted {
  const look = lookOf(state);
  const start = startOf(dayAfter(dayOf(state.tick.at), -1));
  let counted: Accounted | null = null;
  for (let at = start, before = null; at <= start + dayMs; at += minuteMs) {
    const now = {
      ...look,
      at,
      targets: look.targets.map((target) => ({ ...target, totalMs: 20 + Math.floor(random() * 200) })),
    };
    counted = account(counted?.history ?? null, {
      before,
      now,
      latenessMs: 1_000,
      open: {},
      changed: [],
      pages: 0,
    });
    before = now;
  }
  if (counted === null) throw new Error('no day was counted');
  return counted;
}

/** That day again, `ago` days earlier, with an hour of trouble for some targets. */
function daysLike(day: DayRollup, random: () => number): DayRollup[] {
  return Array.from({ length: calendarDays }, (_, ago) => {
    const moved = dayAfter(day.day, -ago);
    const by = startOf(day.day) - startOf(moved);
    const targets = Object.entries(day.targets).map(([id, tally]) => {
      const bad = random() < 0.1 ? Math.floor(random() * 60) * minuteMs : 0;
      const ms = { ...tally.ms, good: (tally.ms['good'] ?? 0) - bad, ...(bad === 0 ? {} : { bad }) };
      return [id, { ...tally, ms }] as const;
    });
    return {
      ...day,
      day: moved,
      from: day.from - by,
      through: day.through - by,
      targets: Object.fromEntries(targets),
    };
  });
}

/** Ninety days go into the store in the way in which a tick files them. */
async function fileHistory(store: Store): Promise<void> {
  const random = seeded(1);
  const { memory } = await store.loadSite(site);
  if (memory === null) throw new Error('the site was not watched');
  const { history, filed } = countedDay(memory.state, random);
  const [whole] = filed;
  if (whole === undefined) throw new Error('the day did not end');
  for (const day of daysLike(whole, random)) {
    // oxlint-disable no-await-in-loop -- each commit follows on the one before
    const { base, memory: now } = await store.loadSite(site);
    const state = { ...(now ?? memory).state, history };
    const end = await store.commitSite({
      base,
      memory: { ...(now ?? memory), state },
      touched: [],
      rows: [],
      wanted: [],
      filed: [day],
    });
    // oxlint-enable no-await-in-loop
    if (end !== 'committed') throw new Error('a day could not be filed');
  }
}

const asBrowser = { accept: 'text/html', authorization: `Bearer ${token}` };

async function firstPage(url: string): Promise<number> {
  const answer = await fetch(url, { headers: asBrowser, signal: AbortSignal.timeout(30_000) });
  const text = await answer.text();
  if (answer.status !== 200 || !text.includes('endpoint-0')) {
    throw new Error(`the view answered ${answer.status}: ${text.slice(0, 300)}`);
  }
  return Buffer.byteLength(text);
}

/** The targets, Firestore, and each process that is started cold are processes of their own. */
export async function measureView({ targets: count, runs, processes }: ViewOptions): Promise<Report> {
  const targets = await startChild({
    file: 'targets.ts',
    args: ['--latency', '10'],
    schema: z.object({ addresses: z.array(z.string()) }),
  });
  const firestore = await startChild({ file: 'firestore.ts', schema: z.object({ host: z.string() }) });
  const { addresses } = targets.ready;
  const configuration = await writeConfiguration({
    references: referencesAt(addresses),
    channels: [{ id: 'terminal', channel: 'console' }],
    status: { access: 'token', token: { env: 'STATUS_TOKEN' } },
    sites: sitesOf(count, 1, addresses),
  });
  const variables = {
    WATCHDOG_CONFIG: configuration.path,
    FIRESTORE_EMULATOR_HOST: firestore.ready.host,
    GOOGLE_CLOUD_PROJECT: 'bench',
    STATUS_TOKEN: token,
    STATUS_REFRESH_SECONDS: '15',
  };
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  const served = await bundledWatch();
  const watch = await serveFunction(
    createWatch({
      variables,
      clock: systemClock,
      log: () => silentLog,
      print: () => undefined,
      network,
    }),
  );
  const cold = async (): Promise<{ readonly ms: number; readonly bytes: number }> => {
    const fresh = await startFresh({
      source: served.source,
      target: 'status',
      variables,
      isWatched: false,
      nodeOptions: [deployedHeap],
    });
    await fresh.listening();
    const bytes = await firstPage(fresh.url);
    const ms = performance.now() - fresh.startedAt;
    await fresh.stop();
    return { ms, bytes };
  };
  try {
    const call = watchCaller(watch.url, systemClock.now());
    // oxlint-disable-next-line no-await-in-loop -- a tick follows on the one before
    for (let tick = 0; tick < 3; tick += 1) await call();
    const store = openStore(variables);
    await fileHistory(store);
    const { states } = await store.readStates([site]);
    const { calendars, broken } = await store.readCalendars([site]);
    const rules = loadConfig(configuration.path, network).sites.map((each) => each.rules);
    const times: number[] = [];
    let bytes = 0;
    for (let run = 0; run < warmUps + runs; run += 1) {
      const begun = performance.now();
      const overview = overviewOf(rules, { states, calendars, broken }, systemClock.now());
      const { html } = overviewPage(overview, { refreshSeconds: 15 });
      if (run >= warmUps) times.push(performance.now() - begun);
      bytes = Buffer.byteLength(html);
    }
    const starts: { readonly ms: number; readonly bytes: number }[] = [];
    // oxlint-disable-next-line no-await-in-loop -- side by side they would slow each other down
    for (let index = 0; index < processes; index += 1) starts.push(await cold());
    const days = calendars.get(site)?.days.length ?? 0;
    return {
      fields: {
        renderMs: rounded(median(times), 1),
        bytes: Math.max(bytes, ...starts.map((start) => start.bytes)),
        coldMs: rounded(median(starts.map(({ ms }) => ms))),
      },
      details: {
        slowestRenderMs: rounded(Math.max(...times), 1),
        slowestColdMs: rounded(Math.max(...starts.map(({ ms }) => ms))),
        targets: Object.keys(states.get(site)?.history.today.targets ?? {}).length,
        days,
        processes,
      },
      limits: [
        { field: 'renderMs', atMost: 30 },
        { field: 'bytes', atMost: 100_000 },
        { field: 'coldMs', atMost: 1200 },
      ],
      broken: [
        ...(days < calendarDays - 1 ? [`the calendar has ${days} days`] : []),
        ...(broken.length > 0 ? broken : []),
      ],
    };
  } finally {
    await Promise.all([watch.close(), configuration.remove(), served.remove()]);
    await Promise.all([targets.stop(), firestore.stop()]);
  }
}
