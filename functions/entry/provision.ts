// Composes `provision`: the only function that reaches Compute; of the keys database it can only read.
import { randomUUID } from 'node:crypto';
import { openCompute } from '../cloud/compute.ts';
import { loadConfig } from '../config/config.ts';
import { provision } from '../flows/provision.ts';
import type { ProvisionWorld } from '../flows/provision-world.ts';
import type { Environment } from '../kit/environment.ts';
import { acceptEarly, httpFunction, type HttpFunction } from '../kit/http-function.ts';
import { openKeysReader } from '../stores/keys.ts';
import { openStore } from '../stores/open.ts';
import { provisionLimits } from './limits.ts';

export function createProvision({ variables, clock, network, log: logFor }: Environment): HttpFunction {
  const { standbys: rules, sites } = loadConfig(variables['WATCHDOG_CONFIG'] ?? 'watchdog.yaml', network);
  const log = logFor('provision');
  const none = { standbys: 'none are configured' };
  if (rules === null) return httpFunction(log, ['POST'], async (_request, answer) => void answer.json(none));
  const { COMPUTE_ENDPOINT: endpoint } = variables;
  const world: ProvisionWorld = {
    store: openStore(variables),
    keys: openKeysReader(variables),
    compute: openCompute({ project: rules.project, ...(endpoint === undefined ? {} : { endpoint }) }),
    clock,
    rules,
    sites: sites.map((site) => site.rules),
    newId: randomUUID,
    ...provisionLimits(variables),
  };
  return httpFunction(log, ['POST'], async (request, response) => {
    // The scheduler waits for how it went.
    if (request.get('x-cloudscheduler') === undefined) acceptEarly(response);
    const summary = await provision(world, new AbortController());
    const isGood = summary.errors.length === 0;
    (isGood ? log.info : log.error)({ provision: summary }, isGood ? 'provision' : 'provision with errors');
    for (const machine of summary.old) log.error({ machine }, 'a machine is old');
    if (!response.headersSent) response.status(isGood ? 200 : 500).type('json');
    response.end(JSON.stringify(summary));
  });
}
