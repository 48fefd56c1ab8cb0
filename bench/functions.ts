// What each function needs: a fresh process of it, as the platform starts it, called so many times, one call after the other.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { systemClock } from '../functions/kit/clock.ts';
import { openSignature } from '../functions/kit/signature.ts';
import { startCompute } from '../lab/compute/compute.ts';
import { nodeTemplate } from '../lab/compute/template.ts';
import { startChild } from './child.ts';
import { referencesAt, sitesOf, writeConfiguration } from './configuration.ts';
import { deployedHeap } from './deployed-size.ts';
import { startFresh } from './fresh.ts';
import { median, rounded } from './numbers.ts';
import type { Report } from './report.ts';
import { watchCaller } from './watch-call.ts';
import { watchdogAlert } from './watchdog-alert.ts';

export type FunctionsOptions = { readonly calls: number };

const token = 'x'.repeat(32);
const counts = z.object({ reads: z.number(), writes: z.number(), deletes: z.number() });
/** What a function of 512 MiB should never be larger than: the rest is for a bad day. */
const mostMb = 400;

const muteNow = (): object => ({
  kind: 'mute',
  site: 'home',
  subject: null,
  from: systemClock.now(),
  until: systemClock.now() + 3_600_000,
  why: 'benchmark',
});

type Call = { readonly path?: string; readonly body?: object };

const callOf =
  (base: string, { path = '/', body }: Call) =>
  async (): Promise<void> => {
    const answer = await fetch(`${base}${path}`, {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(30_000),
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.status !== 200)
      throw new Error(`${base}${path} answered ${answer.status}: ${text.slice(0, 300)}`);
  };

/** One house with all that can be configured, so that each function has everything to load. */
function configurationOf(addresses: readonly string[], publicKey: string): object {
  const [site] = sitesOf(6, 1, addresses);
  const chainOf = (operator: string): object => ({
    id: `beacon-${operator}`,
    role: 'chain',
    chain: 'ethereum',
    operator,
    probe: 'beacon',
    url: `https://beacon.${operator}.example`,
  });
  const targets = site !== undefined && 'targets' in site && Array.isArray(site.targets) ? site.targets : [];
  return {
    channels: [
      { id: 'terminal', channel: 'console' },
      {
        id: 'mail',
        channel: 'email',
        from: 'a@example.org',
        to: ['b@example.org'],
        host: 'mail.example.org',
      },
    ],
    status: { access: 'token', token: { env: 'STATUS_TOKEN' } },
    acknowledge: { url: 'https://ack.example.net', key: { env: 'LINK_KEY' }, token: { env: 'STATUS_TOKEN' } },
    gate: { url: 'https://gate.example.net', key: { env: 'GATE_KEY' }, publicKeys: [publicKey] },
    sites: [
      {
        ...site,
        id: 'home',
        signers: [
          {
            id: 'eth-1',
            chain: 'ethereum',
            keys: ['7'],
            fences: [{ id: 'mini1', token: { env: 'FENCE_TOKEN' } }],
          },
        ],
        targets: [...targets, chainOf('a'), chainOf('b')],
      },
    ],
    standbys: {
      project: 'my-project',
      witness: 'none',
      nodes: {
        ethereum: {
          machine: 'n2-standard-4',
          disk: { type: 'pd-ssd', gib: 500 },
          places: [{ region: 'europe-west3', zones: ['europe-west3-a'], template: 'ethereum' }],
        },
      },
      prices: { asOf: '2026-11-20', machineHour: { 'n2-standard-4': 0.2 }, diskGibMonth: { 'pd-ssd': 0.2 } },
    },
  };
}

type Measured = {
  readonly coldMs: number;
  readonly coldCpuMs: number;
  readonly warmMs: number;
  readonly rssMb: number;
  readonly peakMb: number;
  readonly reads: number;
  readonly writes: number;
};

/** One after the other, for side by side they would slow each other down. */
export async function measureFunctions({ calls }: FunctionsOptions): Promise<Report> {
  const targets = await startChild({
    file: 'targets.ts',
    args: ['--latency', '10'],
    schema: z.object({ addresses: z.array(z.string()) }),
  });
  const firestore = await startChild({ file: 'firestore.ts', schema: z.object({ host: z.string() }) });
  const compute = await startCompute({
    clock: systemClock,
    project: 'my-project',
    templates: [nodeTemplate({ region: 'europe-west3', name: 'ethereum' })],
  });
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const { publicKey } = openSignature(key, 'the key of the benchmark');
  const { addresses } = targets.ready;
  const whole = await writeConfiguration(configurationOf(addresses, publicKey));
  const plain = await writeConfiguration({
    references: referencesAt(addresses),
    channels: [{ id: 'terminal', channel: 'console' }],
    sites: sitesOf(6, 1, addresses).map((site) => ({ ...site, id: 'home' })),
  });
  const variables = {
    FIRESTORE_EMULATOR_HOST: firestore.ready.host,
    METADATA_SERVER_DETECTION: 'none',
    COMPUTE_ENDPOINT: compute.endpoint,
    STATUS_TOKEN: token,
    HEARTBEAT_TOKEN: token,
    HEARTBEAT_CALLS_PER_MINUTE: '1000000',
    LINK_KEY: token,
    FENCE_TOKEN: token,
    GATE_KEY: key,
    GATE_CALLS_PER_MINUTE: '1000000',
  };
  const measure = async (
    target: string,
    how: { readonly isProbing?: true; readonly caller: (url: string) => () => Promise<unknown> },
  ): Promise<Measured> => {
    const fresh = await startFresh({
      source: how.isProbing === true ? 'bench/process/deployed.ts' : '.',
      target,
      isWatched: false,
      nodeOptions: [deployedHeap],
      variables: {
        ...variables,
        GOOGLE_CLOUD_PROJECT: `functions-${target}`,
        WATCHDOG_CONFIG: how.isProbing === true ? plain.path : whole.path,
      },
    });
    try {
      await fresh.listening();
      const call = how.caller(fresh.url);
      await call();
      const coldMs = performance.now() - fresh.startedAt;
      const coldCpuMs = await fresh.cpuMs();
      const before = await firestore.ask('counts', counts);
      const times: number[] = [];
      for (let index = 0; index < calls; index += 1) {
        const begun = performance.now();
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await call();
        times.push(performance.now() - begun);
      }
      const after = await firestore.ask('counts', counts);
      return {
        coldMs: rounded(coldMs),
        coldCpuMs,
        warmMs: rounded(median(times), 1),
        rssMb: await fresh.rssMb(),
        peakMb: await fresh.peakRssMb(),
        reads: rounded((after.reads - before.reads) / calls, 2),
        writes: rounded((after.writes - before.writes) / calls, 2),
      };
    } finally {
      await fresh.stop();
    }
  };
  const over = (call: () => Call) => (url: string) => (): Promise<void> => callOf(url, call())();
  try {
    const all = {
      watch: await measure('watch', {
        isProbing: true,
        caller: (url) => watchCaller(url, systemClock.now()),
      }),
      witness: await measure('witness', {
        isProbing: true,
        caller: over(() => ({
          body: {
            targets: Array.from({ length: 6 }, (_, index) => ({ site: 'home', target: `endpoint-${index}` })),
          },
        })),
      }),
      deliver: await measure('deliver', { caller: over(() => ({ body: {} })) }),
      provision: await measure('provision', { caller: over(() => ({ body: {} })) }),
      heartbeat: await measure('heartbeat', {
        caller: over(() => ({ path: '/home/cluster/alertmanager', body: watchdogAlert })),
      }),
      gate: await measure('gate', {
        caller: over(() => ({
          path: `/eth-1?instance=machine-a&nonce=${randomBytes(16).toString('hex')}`,
        })),
      }),
      ack: await measure('ack', { caller: over(() => ({ path: '/events', body: muteNow() })) }),
      status: await measure('status', { caller: over(() => ({})) }),
      daily: await measure('daily', { caller: over(() => ({ body: {} })) }),
    };
    const fields = Object.fromEntries(
      Object.entries(all).flatMap(([name, each]) =>
        Object.entries(each).map(([field, value]) => [`${name}.${field}`, value]),
      ),
    );
    return {
      fields,
      details: { calls },
      limits: Object.keys(all).map((name) => ({ field: `${name}.peakMb`, atMost: mostMb })),
      broken: [],
    };
  } finally {
    await Promise.all([whole.remove(), plain.remove(), targets.stop(), firestore.stop(), compute.close()]);
  }
}
