// Many standbys at once: the real `provision` in a process of its own, on Google's client, against the pretend Compute Engine of the lab.
import { z } from 'zod';
import type { Wanted } from '../functions/domain/standby/want.ts';
import { httpPost } from '../functions/kit/http-post.ts';
import { openDatabase, openStore } from '../functions/stores/open.ts';
import { wantedFields } from '../functions/stores/standbys.ts';
import { type PretendCompute, startCompute } from '../lab/compute/compute.ts';
import { startNodes } from '../lab/compute/node.ts';
import { nodeTemplate } from '../lab/compute/template.ts';
import { startChild } from './child.ts';
import { sharedClock } from './clock.ts';
import { writeConfiguration } from './configuration.ts';
import { rounded } from './numbers.ts';
import type { Report } from './report.ts';

export type ProvisionOptions = { readonly standbys: number };

const speed = 60;
const project = 'my-project';
const regions = ['europe-west3', 'europe-west4'];
const sites = 2;
const minuteMs = 60_000;
const syncMs = 10 * minuteMs;
/** By the clock of the benchmark. */
const patienceMs = 120 * minuteMs;
const signerOf = (index: number): string => `signer-${index}`;

const configurationOf = (count: number): object => ({
  channels: [{ id: 'terminal', channel: 'console' }],
  sites: Array.from({ length: sites }, (_, site) => ({
    id: `site-${site}`,
    targets: ['one', 'two'].map((operator) => ({
      id: `source-${operator}`,
      role: 'chain',
      chain: 'ethereum',
      operator,
      probe: 'beacon',
      url: `https://beacon.${operator}.example`,
    })),
    signers: Array.from({ length: count }, (_unused, index) => index)
      .filter((index) => index % sites === site)
      .map((index) => ({ id: signerOf(index), chain: 'ethereum', keys: [String(index + 1)] })),
  })),
  standbys: {
    project,
    maxStandbys: count,
    monthlyCap: 1_000_000,
    witness: 'none',
    nodes: {
      ethereum: {
        machine: 'n2-standard-4',
        disk: { type: 'pd-ssd', gib: 500 },
        places: regions.map((region) => ({
          region,
          zones: ['a', 'b', 'c'].map((letter) => `${region}-${letter}`),
          template: 'ethereum',
        })),
      },
    },
    prices: { asOf: '2026-11-20', machineHour: { 'n2-standard-4': 0.2 }, diskGibMonth: { 'pd-ssd': 0.2 } },
  },
});

const wantedOf = (index: number, at: number): Wanted => ({
  id: `${signerOf(index)}.bench`,
  signer: signerOf(index),
  site: `site-${index % sites}`,
  chain: 'ethereum',
  reason: 'dark',
  incident: null,
  why: 'the house is dark',
  by: null,
  since: at,
  decidedAt: at,
  witness: 'agreed',
  lifeAt: null,
  expiresAt: at + 7 * 24 * 60 * minuteMs,
  keep: null,
  holds: true,
  stableSince: null,
  release: null,
});

async function want(host: string, count: number, at: number): Promise<void> {
  const database = openDatabase({ projectId: 'local', databaseId: '(default)', emulator: host });
  for (let index = 0; index < count; index += 1) {
    const wanted = wantedOf(index, at);
    // oxlint-disable-next-line no-await-in-loop -- not measured
    await database.doc(`standbys/${wanted.signer}`).set({ ...wantedFields(wanted) });
  }
  await database.terminate();
}

/** Inserts that came to a machine beyond the one of each signer: nobody takes any away here. */
function duplicatesIn(compute: PretendCompute): number {
  const made = compute.operations().filter(({ type, error }) => type === 'insert' && error === null);
  const signers = made.map(({ target }) => /\/bw-(signer-\d+)-\d+-[0-9a-f]{8}$/.exec(target)?.[1] ?? target);
  return signers.length - new Set(signers).size;
}

const peak = z.object({ peakRssMb: z.number() });

/** One zone is full and answers get lost; each minute of the clock comes twice, as from the scheduler and from `watch`. */
export async function measureProvision({ standbys }: ProvisionOptions): Promise<Report> {
  const epoch = Date.now();
  const clock = sharedClock(epoch, speed);
  const compute = await startCompute({
    clock,
    project,
    templates: regions.map((region) => nodeTemplate({ region, name: 'ethereum' })),
  });
  const nodes = startNodes(compute, { clock, bootMs: minuteMs, syncMs });
  compute.faults.stockOut(`${regions[0]}-a`, true);
  compute.faults.loseAnswers(Math.ceil(standbys / 5), 'after');
  const firestore = await startChild({ file: 'firestore.ts', schema: z.object({ host: z.string() }) });
  const variables = { FIRESTORE_EMULATOR_HOST: firestore.ready.host };
  const configuration = await writeConfiguration(configurationOf(standbys));
  const provision = await startChild({
    file: 'provision.ts',
    // What V8 takes on an instance of 512 MB; on a larger machine it collects later and says nothing of what is needed.
    nodeOptions: ['--max-old-space-size=256'],
    variables: {
      ...variables,
      WATCHDOG_CONFIG: configuration.path,
      COMPUTE_ENDPOINT: compute.endpoint,
      BENCH_EPOCH: String(epoch),
      BENCH_SPEED: String(speed),
      // Real work is not sped up.
      PROVISION_BUDGET_MS: String(50_000 * speed),
      PROVISION_LEASE_MS: String(70_000 * speed),
    },
    schema: z.object({ url: z.string() }),
  });
  const errors = new Set<string>();
  const run = async (): Promise<void> => {
    const answer = await httpPost({
      url: new URL(provision.ready.url),
      headers: { 'content-type': 'application/json' },
      body: '{}',
      timeoutMs: 60_000,
      signal: new AbortController().signal,
      readsBody: true,
    });
    if (!answer.answered) errors.add('a run was not answered');
    else if (answer.status !== 200) errors.add(`a run was answered with ${answer.status}`);
  };
  try {
    const store = openStore(variables);
    await want(firestore.ready.host, standbys, clock.now());
    const begun = performance.now();
    const until = clock.now() + patienceMs;
    let synced = 0;
    for (let next = clock.now(); synced < standbys && clock.now() < until; next += minuteMs) {
      // oxlint-disable no-await-in-loop -- one minute after the other
      await Promise.all([run(), run()]);
      const all = await store.loadAll();
      synced = all.standbys.filter(({ seen }) => seen?.phase === 'synced').length;
      await clock.sleep(Math.max(0, next + minuteMs - clock.now()));
      // oxlint-enable no-await-in-loop
    }
    const wallMs = performance.now() - begun;
    const { peakRssMb } = await provision.ask('peak', peak);
    const inserts = compute
      .requests()
      .filter(({ method, path }) => method === 'POST' && path.endsWith('/instances'));
    const first = inserts[0]?.at ?? Number.NaN;
    const last = inserts.slice(0, standbys).at(-1)?.at ?? Number.NaN;
    return {
      fields: {
        standbys,
        synced,
        duplicates: duplicatesIn(compute),
        wallMs: rounded(wallMs),
        rssMb: peakRssMb,
      },
      details: {
        compute: 'lab/compute',
        speed,
        firstInsertsMs: rounded((last - first) / speed),
        requests: compute.requests().length,
      },
      limits: [
        { field: 'duplicates', atMost: 0 },
        { field: 'rssMb', atMost: 400 },
        { field: 'wallMs', atMost: patienceMs / speed },
      ],
      broken: [...errors, ...(synced < standbys ? [`only ${synced} of ${standbys} are synced`] : [])],
    };
  } finally {
    nodes.stop();
    await Promise.all([provision.stop(), firestore.stop(), compute.close(), configuration.remove()]);
  }
}
