// `provision` as a function over a real store and the pretend Compute Engine, whose machines start real clients and the real agent when they boot.
import { mkdirSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { dirname, join } from 'node:path';
import { request } from 'undici';
import { stringify } from 'yaml';
import { z } from 'zod';
import type { ChainName } from '../../functions/domain/chain.ts';
import type { NodeReport, Seen } from '../../functions/domain/standby/standby.ts';
import { createProvision } from '../../functions/entry/provision.ts';
import { createStatus } from '../../functions/entry/status.ts';
import { systemClock, type Clock } from '../../functions/kit/clock.ts';
import { silentLog } from '../../functions/kit/log.ts';
import { openDatabase, openStore } from '../../functions/stores/open.ts';
import { startCompute, type PretendCompute } from '../../lab/compute/compute.ts';
import { nodeTemplate } from '../../lab/compute/template.ts';
import { startFirestore } from '../../local/firestore/server.ts';
import { serveFunction } from '../../local/functions/serve.ts';
import { folder as newFolder, watchdog, type Ended } from '../cli/command.ts';
import { accepted, runAgent } from '../standby-node/machine.ts';
import { commit, siteState } from '../support/documents.ts';
import { flagOf, releasedOf } from '../support/standby-house.ts';
import { standbysConfig, standbySite, wanted } from '../support/standbys.ts';
import type { Running } from './nets/process.ts';
import { until } from './nets/wait.ts';

/** What a boot has started. */
export type Booted = {
  /** Of the agent. */
  readonly settings: Readonly<Record<string, string>>;
  /** Whose end is the end of waiting. */
  readonly processes: readonly Running[];
};

/** What one minute came to. */
export type Minute = {
  /** By the machine's clock, before anything was asked. */
  readonly at: number;
  /** What the agent published in this minute; null where none ran. */
  readonly published: NodeReport | null;
  readonly seen: Seen;
};

export type ProvisionedHouse = {
  readonly compute: PretendCompute;
  readonly want: () => Promise<void>;
  readonly release: () => Promise<void>;
  /** One run of the agent, where its machine runs, and then one of `provision`. */
  readonly minute: () => Promise<Minute>;
  /** One after the other, until one comes to this; all of them, that one last. */
  readonly minutesUntil: (what: string, isIt: (minute: Minute) => boolean) => Promise<readonly Minute[]>;
  /** For Compute, `provision` and the agent's measure of time, but not for the clock of the machine. */
  readonly pass: (ms: number) => void;
  /** `watchdog standby list`. */
  readonly list: () => Promise<Ended>;
  readonly close: () => Promise<void>;
};

type Machine = {
  readonly host: string;
  /** By the system's measure of time since its boot. */
  readonly startedAt: number;
  readonly stateFile: string;
  /** Grows when the boot is done. */
  settings: Readonly<Record<string, string>>;
  failure: unknown;
};

const signers = { ethereum: 'eth', berachain: 'bera' } as const satisfies Partial<Record<ChainName, string>>;
const region = 'europe-west3';
const zone = `${region}-a`;
const token = 'status-token';
const dayMs = 24 * 3_600_000;
/** In seconds: of how long a machine has been up there are two opinions that differ a little. */
const bootedBefore = 60;
/** Nobody listens there. */
const closed = 'http://127.0.0.1:9';
const summary = z.object({ errors: z.array(z.string()) });

const node = {
  machine: 'n2-standard-8',
  disk: { type: 'pd-balanced', gib: 1_500 },
  places: [{ region, zones: [zone], template: 'node' }],
};
const config = {
  channels: [{ id: 'terminal', channel: 'console' }],
  status: { access: 'token', token: { env: 'STATUS_TOKEN' } },
  standbys: { ...standbysConfig, stuckAfter: '10m', nodes: { ethereum: node, berachain: node } },
  sites: [{ id: 'home', ...standbySite }],
};

/** `boot` is what the machine's template would start; it is called once for each machine, as soon as that runs. */
export async function provisionedHouse(
  chain: keyof typeof signers,
  boot: () => Promise<Booted>,
): Promise<ProvisionedHouse> {
  const signer = signers[chain];
  const { path, remove } = newFolder();
  let ahead = 0;
  const clock: Clock = {
    now: () => systemClock.now() + ahead,
    sleep: (ms) => {
      ahead += ms;
      return Promise.resolve();
    },
  };
  // Nothing speaks for its machines but what runs on them.
  const compute = await startCompute({
    clock,
    project: standbysConfig.project,
    timing: { insertMs: 45_000 },
    templates: [nodeTemplate({ region, name: 'node' })],
  });
  const firestore = await startFirestore();
  const configPath = join(path, 'watchdog.yaml');
  writeFileSync(configPath, stringify(config));
  const variables = { FIRESTORE_EMULATOR_HOST: firestore.host };
  const environment = {
    variables: {
      ...variables,
      WATCHDOG_CONFIG: configPath,
      COMPUTE_ENDPOINT: compute.endpoint,
      STATUS_TOKEN: token,
    },
    clock,
    log: () => silentLog,
    print: () => {},
    network: { allow: [], hosts: new Map() },
  };
  const provision = await serveFunction(createProvision(environment));
  const status = await serveFunction(createStatus(environment));
  const store = openStore(variables);
  const keys = openDatabase({ projectId: 'local', databaseId: 'keys', emulator: firestore.host });
  await keys.doc(`keys/${signer}`).set({ ...flagOf(), holder: 'basement/home', schema: 2 });
  await keys.terminate();

  const machines = new Map<string, Machine>();
  const processes: Running[] = [];
  let wanting = wanted();

  const machineOf = async (): Promise<Machine | null> => {
    const running = compute.instances().find(({ status: is }) => is === 'RUNNING');
    if (running === undefined) return null;
    const known = machines.get(running.id);
    if (known !== undefined) return known;
    const stateFile = join(path, running.name, 'state.json');
    mkdirSync(dirname(stateFile));
    const { host } = await compute.metadata(running.name);
    const settings = { WATCHDOG_EXECUTION: closed, WATCHDOG_BEACON: closed, WATCHDOG_COMET: closed };
    const machine: Machine = {
      host,
      startedAt: uptime() - bootedBefore + ahead / 1000,
      stateFile,
      settings,
      failure: null,
    };
    machines.set(running.id, machine);
    // It goes on while `provision` runs.
    boot().then(
      (booted) => {
        machine.settings = booted.settings;
        processes.push(...booted.processes);
      },
      (error: unknown) => {
        machine.failure = error;
      },
    );
    return machine;
  };

  const publish = async (machine: Machine): Promise<NodeReport> => {
    const { host, stateFile, startedAt, settings, failure } = machine;
    if (failure !== null) throw new Error('the boot failed', { cause: failure });
    const { code, errors } = await runAgent(
      {
        WATCHDOG_CHAIN: chain,
        WATCHDOG_PLACES: '',
        WATCHDOG_DATA: path,
        WATCHDOG_MIN_FREE_GIB: '0',
        WATCHDOG_STATE: stateFile,
        GCE_METADATA_HOST: host,
        ...settings,
      },
      { booted: startedAt - ahead / 1000, is_clock_synchronised: true, LEAST_SECONDS: 0.5 },
    );
    if (code !== 0) throw new Error(`the agent ended with ${code}: ${errors}`);
    const instance = compute.instances().find(({ status: is }) => is === 'RUNNING');
    return accepted(instance?.guest.get('watchdog/report') ?? null);
  };

  const minute = async (): Promise<Minute> => {
    const machine = await machineOf();
    const at = systemClock.now();
    const published = machine === null ? null : await publish(machine);
    const headers = { 'x-cloudscheduler': 'true' };
    const answer = await request(provision.url, { method: 'POST', headers });
    const { errors } = summary.parse(await answer.body.json());
    if (answer.statusCode !== 200 || errors.length > 0) {
      throw new Error(`provision answered ${answer.statusCode}: ${errors.join('; ')}`);
    }
    const known = await store.loadStandby(signer);
    if (known === null || known.seen === null) throw new Error('provision wrote nothing down');
    return { at, published, seen: known.seen };
  };

  const write = async (): Promise<void> => {
    const end = await commit(store, {
      state: siteState({ wanted: { [signer]: wanting } }),
      wanted: [wanting],
    });
    if (end !== 'committed') throw new Error('what is wanted was not written');
  };

  return {
    compute,
    minute,
    want: () => {
      const at = clock.now();
      const id = `${signer}.${new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
      const times = { since: at - 60_000, decidedAt: at, expiresAt: at + 7 * dayMs };
      wanting = wanted({ id, signer, chain, ...times });
      return write();
    },
    release: () => {
      wanting = releasedOf(wanting, clock.now());
      return write();
    },
    minutesUntil: async (what, isIt) => {
      const all: Minute[] = [];
      await until(
        what,
        async () => {
          const now = await minute();
          all.push(now);
          if (isIt(now)) return true;
          const { phase, refusal, trouble, report } = now.seen;
          const words = [refusal?.text, trouble?.text, report?.text].filter(
            (each) => each !== null && each !== undefined,
          );
          throw new Error([phase, ...words].join(': '));
        },
        { limitMs: 240_000, processes },
      );
      return all;
    },
    pass: (ms) => {
      ahead += ms;
    },
    list: () =>
      watchdog(['standby', 'list'], {
        env: { WATCHDOG_STATUS_URL: status.url, WATCHDOG_STATUS_TOKEN: token },
      }),
    close: async () => {
      await Promise.all([provision.close(), status.close(), compute.close()]);
      await firestore.close();
      remove();
    },
  };
}
