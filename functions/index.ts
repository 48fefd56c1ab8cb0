// Registers each function by name; its parts are loaded only in the function that is asked for.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Server } from 'node:http';
import { http } from '@google-cloud/functions-framework';
import { admitOf } from './kit/answering.ts';
import { systemClock } from './kit/clock.ts';
import { admitEarly } from './kit/early.ts';
import type { Environment } from './kit/environment.ts';
import type { HttpFunction } from './kit/http-function.ts';
import { createLog } from './kit/log.ts';
import { takeSecrets } from './kit/take-secrets.ts';

const variables = takeSecrets(process.env);

/** Throws ERR_SECRET when the secrets that the platform gave cannot be read, so that a function says so and does not start without. */
const environment = (): Environment => ({
  variables: variables(),
  clock: systemClock,
  log: (name) => createLog(name),
  print: (text) => process.stdout.write(`${text}\n`),
  network: { allow: [], hosts: new Map() },
});

type Load = () => Promise<HttpFunction>;

const functions = new Map<string, Load>(
  Object.entries<Load>({
    watch: async () => (await import('./entry/watch.ts')).createWatch(environment()),
    deliver: async () => (await import('./entry/deliver.ts')).createDeliver(environment()),
    status: async () => (await import('./entry/status.ts')).createStatus(environment()),
    ack: async () => (await import('./entry/ack.ts')).createAck(environment()),
    heartbeat: async () => (await import('./entry/heartbeat.ts')).createHeartbeat(environment()),
    gate: async () => (await import('./entry/gate.ts')).createGate(environment()),
    daily: async () => (await import('./entry/daily.ts')).createDaily(environment()),
    witness: async () => (await import('./entry/witness.ts')).createWitness(environment()),
    provision: async () => (await import('./entry/provision.ts')).createProvision(environment()),
  }).map(([name, load]) => [name, once(load)]),
);

/** Loads at the first call and keeps it; a failure to load is tried again at the next. */
function once(load: Load): Load {
  let loaded: Promise<HttpFunction> | undefined;
  return async () => {
    loaded ??= load();
    try {
      return await loaded;
    } catch (error) {
      loaded = undefined;
      throw error;
    }
  };
}

/** Undefined as well when nobody can read the secrets. */
function deadmanUrl(): string | undefined {
  try {
    return variables()['DEADMAN_URL'];
  } catch {
    return undefined;
  }
}

/** No configuration says any more whom to tell that `watch` does not run. Its log says why; a ping that fails says no more than none. */
async function tellOutside(): Promise<void> {
  const url = deadmanUrl();
  if (url === undefined || url === '') return;
  const { httpPing } = await import('./cloud/ping.ts');
  const signal = new AbortController().signal;
  await httpPing({ url: () => url })(signal, { isGood: false, text: 'watch could not be loaded' });
}

for (const [name, load] of functions) {
  http(name, async (request, response) => {
    let run: HttpFunction;
    try {
      run = await load();
    } catch (error) {
      createLog(name).error({ error }, 'the function could not be loaded');
      if (name === 'watch') await tellOutside();
      response.status(500).json({ error: 'the function could not be loaded; its log says why' });
      return;
    }
    await run(request, response);
  });
}

/** The function of this process, as the framework is told of it. */
function ownFunction(): Load | undefined {
  const argument = process.argv.find((each) => each.startsWith('--target='))?.slice('--target='.length);
  return functions.get(argument ?? process.env['FUNCTION_TARGET'] ?? '');
}

const requestStarts = 'http.server.request.start';

// The framework makes its server itself, and would read a whole body before anything of ours is asked: its first request tells of the server.
function guard(message: unknown): void {
  if (typeof message !== 'object' || message === null || !('server' in message)) return;
  unsubscribe(requestStarts, guard);
  const load = ownFunction();
  if (load === undefined || !(message.server instanceof Server)) return;
  admitEarly(message.server, async (head) => admitOf(await load())(head));
}
subscribe(requestStarts, guard);
