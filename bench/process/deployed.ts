// `functions/index.ts` for those that a benchmark starts cold, with one difference: loopback may be probed, where its endpoints are.
import { http } from '@google-cloud/functions-framework';
import { systemClock } from '../../functions/kit/clock.ts';
import type { Environment } from '../../functions/kit/environment.ts';
import type { HttpFunction } from '../../functions/kit/http-function.ts';
import { createLog } from '../../functions/kit/log.ts';

const environment: Environment = {
  variables: process.env,
  clock: systemClock,
  log: (name) => createLog(name),
  print: (text) => process.stdout.write(`${text}\n`),
  network: { allow: ['127.0.0.0/8'], hosts: new Map() },
};

const loads: Readonly<Record<string, () => Promise<HttpFunction>>> = {
  watch: async () => (await import('../../functions/entry/watch.ts')).createWatch(environment),
  status: async () => (await import('../../functions/entry/status.ts')).createStatus(environment),
  witness: async () => (await import('../../functions/entry/witness.ts')).createWitness(environment),
};

for (const [name, load] of Object.entries(loads)) {
  let loaded: Promise<HttpFunction> | undefined;
  http(name, async (request, response) => {
    loaded ??= load();
    await (
      await loaded
    )(request, response);
  });
}
