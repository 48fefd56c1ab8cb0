// Composes `watch`: what it may touch is the store, the probes, and a poke for `deliver`; no channel, no Compute.
import { httpPoke } from '../cloud/poke.ts';
import { loadConfig } from '../config/load.ts';
import { isGoodTick, watch, type WatchWorld } from '../flows/watch.ts';
import { readShard } from '../flows/watch-request.ts';
import type { Environment } from '../kit/environment.ts';
import { httpFunction, jsonBody, type HttpFunction } from '../kit/http-function.ts';
import { secretReader } from '../kit/secret.ts';
import { bindProbe } from '../probes/run.ts';
import { openStore } from '../stores/open.ts';
import { readLimit } from './limits.ts';

export function createWatch(environment: Environment): HttpFunction {
  const { variables, clock, network } = environment;
  const log = environment.log('watch');
  const config = loadConfig(variables['WATCHDOG_CONFIG'] ?? 'watchdog.yaml');
  const secret = secretReader(variables);
  const deliverUrl = variables['DELIVER_URL'];
  const world: WatchWorld = {
    sites: config.sites.map(({ rules, targets, allowAddresses }) => ({
      rules,
      probes: targets.map((target) =>
        bindProbe(target, { secret, network: { ...network, allow: [...network.allow, ...allowAddresses] } }),
      ),
    })),
    references: {
      probes: config.references.map((target) => bindProbe(target, { secret, network })),
      probing: config.policy.probe,
    },
    store: openStore(variables),
    clock,
    pokeDeliver: deliverUrl === undefined ? null : httpPoke({ url: deliverUrl }),
    concurrency: readLimit(variables, 'WATCHDOG_CONCURRENCY', 1000),
    deadlineMs: readLimit(variables, 'WATCHDOG_DEADLINE_MS', 25_000),
  };
  return httpFunction(log, ['POST'], async (request, response) => {
    const shard = readShard(jsonBody(request));
    const stamp = request.get('x-cloudscheduler-scheduletime');
    const summary = await watch(world, { stamp, shard, signal: new AbortController().signal });
    const isGood = isGoodTick(summary);
    (isGood ? log.info : log.error)({ tick: summary }, isGood ? 'tick' : 'tick with errors');
    response.status(isGood ? 200 : 500).json(summary);
  });
}
