// Composes `watch`: what it may touch is the store, the probes, and pokes for `deliver` and `provision`; no channel, no Compute.
import { createChains } from '../chains/run.ts';
import { loadConfig } from '../config/config.ts';
import { answerWatch } from '../flows/answer-watch.ts';
import type { WatchWorld } from '../flows/watch-world.ts';
import type { Environment } from '../kit/environment.ts';
import { httpFunction, jsonBody, type HttpFunction } from '../kit/http-function.ts';
import { secretReader } from '../kit/secret.ts';
import { bindProbes } from '../probes/run.ts';
import { openKeysReader } from '../stores/keys.ts';
import { openStore } from '../stores/open.ts';
import { watchLimits } from './limits.ts';
import { bindSites } from './sites.ts';
import { bindTelling } from './telling.ts';
import { bindWitnesses } from './witnesses.ts';

export function createWatch({ variables, clock, network, log: logFor }: Environment): HttpFunction {
  const config = loadConfig(variables['WATCHDOG_CONFIG'] ?? 'watchdog.yaml', network);
  const binding = { secret: secretReader(variables), network };
  const log = logFor('watch');
  const world: WatchWorld = {
    sites: bindSites(config.sites, { ...binding, chains: createChains() }),
    references: bindProbes(config.references, { ...binding, allow: [] }),
    store: openStore(variables),
    keys: openKeysReader(variables),
    clock,
    ...bindTelling(config, { ...binding, variables }),
    witness: bindWitnesses(variables, log),
    ...watchLimits(variables),
  };
  return httpFunction(log, ['POST'], async (request, response) => {
    const stamp = request.get('x-cloudscheduler-scheduletime');
    const call = { body: jsonBody(request), stamp, signal: new AbortController().signal };
    const { isGood, title, summary, warnings } = await answerWatch(world, call);
    for (const warning of warnings) log.warn({}, warning);
    (isGood ? log.info : log.error)({ [title]: summary }, isGood ? title : `${title} with errors`);
    response.status(isGood ? 200 : 500).json(summary);
  });
}
