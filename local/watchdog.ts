// The whole watchdog on one machine: the real functions, a scheduler, and Firestore in memory or on disk.
import { loadConfig } from '../functions/config/config.ts';
import { createAck } from '../functions/entry/ack.ts';
import { createDaily } from '../functions/entry/daily.ts';
import { createDeliver } from '../functions/entry/deliver.ts';
import { createGate } from '../functions/entry/gate.ts';
import { createHeartbeat } from '../functions/entry/heartbeat.ts';
import { createProvision } from '../functions/entry/provision.ts';
import { createStatus } from '../functions/entry/status.ts';
import { createWatch } from '../functions/entry/watch.ts';
import { createWitness } from '../functions/entry/witness.ts';
import type { Clock } from '../functions/kit/clock.ts';
import type { Environment } from '../functions/kit/environment.ts';
import { codeOf, WatchdogError } from '../functions/kit/error.ts';
import type { HttpFunction } from '../functions/kit/http-function.ts';
import { isThisMachine } from '../functions/kit/http-post.ts';
import type { Log } from '../functions/kit/log.ts';
import { indexes } from '../functions/stores/indexes.ts';
import { startFirestore, type FirestoreEmulator } from './firestore/server.ts';
import { serveFunction, type ServedFunction } from './functions/serve.ts';
import { startScheduler, type JobRun, type Scheduler } from './scheduler/scheduler.ts';

export const watchEveryMs = 60_000;
const dayMs = 86_400_000;

export type LocalWatchdog = {
  readonly urls: {
    readonly watch: string;
    readonly deliver: string;
    readonly status: string;
    /** Where houses send their news. */
    readonly heartbeat: string;
    /** Where fences ask; null when the configuration has no gate. */
    readonly gate: string | null;
    /** Null when nothing is made in any cloud. */
    readonly provision: string | null;
    /** With the path that the configuration gives it; null when nobody can acknowledge. */
    readonly ack: string | null;
  };
  readonly firestore: FirestoreEmulator;
  readonly scheduler: Scheduler;
  readonly close: () => Promise<void>;
};

/** Another pair of eyes on this machine. */
type LocalWitness = {
  /** Where it stands: what it can reach. */
  readonly network: Environment['network'];
  /** Comes between it and whoever asks, for what can go wrong there; nothing when absent. */
  readonly around?: (witness: HttpFunction) => HttpFunction;
};

export type LocalOptions = {
  readonly configPath: string;
  readonly clock: Clock;
  /** Where state is kept; in memory when absent. */
  readonly dataDir?: string;
  readonly network: Environment['network'];
  /** None when absent; `WITNESS_URLS` among the variables names others. */
  readonly witness?: LocalWitness;
  /** Address of a Compute Engine; without one no node is ever made from this machine, whatever the configuration says. */
  readonly computeEndpoint?: string;
  readonly variables: Environment['variables'];
  readonly log: (name: string) => Log;
  readonly print: (text: string) => void;
  readonly onTick: (run: JobRun) => void;
  readonly onProvision?: (run: JobRun) => void;
  readonly statusPort?: number;
  readonly heartbeatPort?: number;
  /** How often `watch` is called; each minute when absent. */
  readonly everyMs?: number;
  /** True when ticks come only by `scheduler.runNow`. */
  readonly isManual?: boolean;
};

/** Where the configuration says that people find it, when that is this machine; else at any free port, for a proxy to lead there. */
async function serveAck(url: URL, environment: Environment): Promise<ServedFunction> {
  const isHere = url.protocol === 'http:' && isThisMachine(url);
  const ack = createAck(environment);
  try {
    const served = await serveFunction(ack, isHere ? Number(url.port || 80) : 0);
    return { ...served, url: `${served.url}${url.pathname.replace(/\/+$/, '')}` };
  } catch (error) {
    const what = `nothing can listen on the port of acknowledge.url (${codeOf(error) || 'unknown'})`;
    throw new WatchdogError('ERR_CONFIG', `${what}; write another there`, { cause: error });
  }
}

async function serveWitness(
  { network, around = (run) => run }: LocalWitness,
  environment: Environment,
): Promise<ServedFunction> {
  return serveFunction(around(createWitness({ ...environment, network })));
}

/** Starts everything; rejects with ERR_CONFIG before anything runs when the configuration is wrong. */
export async function startWatchdog(options: LocalOptions): Promise<LocalWatchdog> {
  const { clock, network, log, print } = options;
  // Google's client looks for a metadata server before its first write, which takes over a second where there is none.
  process.env['METADATA_SERVER_DETECTION'] ??= 'none';
  const firestore = await startFirestore({
    clock,
    indexes,
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
  });
  const environment = (more: Environment['variables']): Environment => ({
    variables: {
      ...options.variables,
      WATCHDOG_CONFIG: options.configPath,
      FIRESTORE_EMULATOR_HOST: firestore.host,
      GOOGLE_CLOUD_PROJECT: 'local',
      ...more,
    },
    clock,
    log,
    print,
    network,
  });
  try {
    const deliver = await serveFunction(createDeliver(environment({})));
    const status = await serveFunction(createStatus(environment({})), options.statusPort ?? 0);
    const witness =
      options.witness === undefined ? null : await serveWitness(options.witness, environment({}));
    const provision =
      options.computeEndpoint === undefined
        ? null
        : await serveFunction(createProvision(environment({ COMPUTE_ENDPOINT: options.computeEndpoint })));
    const watch = await serveFunction(
      createWatch(
        environment({
          DELIVER_URL: deliver.url,
          ...(witness === null ? {} : { WITNESS_URLS: witness.url }),
          ...(provision === null ? {} : { PROVISION_URL: provision.url }),
        }),
      ),
    );
    const heartbeat = await serveFunction(
      createHeartbeat(environment({ WATCH_URL: watch.url })),
      options.heartbeatPort ?? 0,
    );
    const daily = await serveFunction(createDaily(environment({})));
    const { acknowledge, gate: gateRules } = loadConfig(options.configPath, network);
    const gate = gateRules === null ? null : await serveFunction(createGate(environment({})));
    const ack =
      acknowledge === null
        ? null
        : await serveAck(new URL(acknowledge.url), environment({ WATCH_URL: watch.url }));
    const scheduler = startScheduler(
      [
        { name: 'watch', url: watch.url, everyMs: options.everyMs ?? watchEveryMs, body: {} },
        { name: 'daily', url: daily.url, everyMs: dayMs, body: {} },
        ...(provision === null
          ? []
          : [{ name: 'provision', url: provision.url, everyMs: watchEveryMs, body: {} }]),
      ],
      {
        clock,
        onRun: (run) => {
          if (run.job === 'watch') options.onTick(run);
          if (run.job === 'provision') options.onProvision?.(run);
        },
        isManual: options.isManual ?? false,
      },
    );
    return {
      urls: {
        watch: watch.url,
        deliver: deliver.url,
        status: status.url,
        heartbeat: heartbeat.url,
        gate: gate?.url ?? null,
        provision: provision?.url ?? null,
        ack: ack?.url ?? null,
      },
      firestore,
      scheduler,
      close: async () => {
        await scheduler.stop();
        const served = [watch, deliver, status, heartbeat, daily, ack, gate, witness, provision].filter(
          (each) => each !== null,
        );
        await Promise.all(served.map((each) => each.close()));
        await firestore.close();
      },
    };
  } catch (error) {
    await firestore.close();
    throw error;
  }
}
