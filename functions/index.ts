// Registers each function by name; its parts are loaded only in the function that is asked for.
import { http } from '@google-cloud/functions-framework';
import { systemClock } from './kit/clock.ts';
import type { Environment } from './kit/environment.ts';
import type { HttpFunction } from './kit/http-function.ts';
import { createLog } from './kit/log.ts';

const environment: Environment = {
  variables: process.env,
  clock: systemClock,
  log: (name) => createLog(name),
  print: (text) => process.stdout.write(`${text}\n`),
  network: { allow: [], hosts: new Map() },
};

/** Loads a function at its first request and keeps it; a failure to load is tried again at the next. */
function lazily(name: string, load: () => Promise<HttpFunction>): HttpFunction {
  let loaded: Promise<HttpFunction> | undefined;
  return async (request, response) => {
    loaded ??= load();
    let run: HttpFunction;
    try {
      run = await loaded;
    } catch (error) {
      loaded = undefined;
      environment.log(name).error({ error }, 'the function could not be loaded');
      response.status(500).json({ error: 'the function could not be loaded; its log says why' });
      return;
    }
    await run(request, response);
  };
}

http(
  'watch',
  lazily('watch', async () => (await import('./entry/watch.ts')).createWatch(environment)),
);
http(
  'deliver',
  lazily('deliver', async () => (await import('./entry/deliver.ts')).createDeliver(environment)),
);
http(
  'status',
  lazily('status', async () => (await import('./entry/status.ts')).createStatus(environment)),
);
http(
  'ack',
  lazily('ack', async () => (await import('./entry/ack.ts')).createAck(environment)),
);
http(
  'witness',
  lazily('witness', async () => (await import('./entry/witness.ts')).createWitness(environment)),
);
