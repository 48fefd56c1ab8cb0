// Composes `witness`: the probes and nothing else; it remembers nothing, tells nobody, and is asked by `watch` alone.
import { loadConfig } from '../config/config.ts';
import { answerWitness } from '../flows/answer-witness.ts';
import type { Environment } from '../kit/environment.ts';
import { httpFunction, jsonBody, type HttpFunction } from '../kit/http-function.ts';
import { secretReader } from '../kit/secret.ts';
import { bindProbes } from '../probes/run.ts';
import { readLimit } from './limits.ts';

export function createWitness({ variables, clock, network, log: logFor }: Environment): HttpFunction {
  const config = loadConfig(variables['WATCHDOG_CONFIG'] ?? 'watchdog.yaml', network);
  const binding = { secret: secretReader(variables), network };
  const world = {
    sites: config.sites.map(({ rules, targets, allowAddresses: allow }) => ({
      rules,
      probes: bindProbes(targets, { ...binding, allow }),
    })),
    references: bindProbes(config.references, { ...binding, allow: [] }),
    clock,
    concurrency: readLimit(variables, 'WATCHDOG_CONCURRENCY', 1000),
    deadlineMs: readLimit(variables, 'WITNESS_DEADLINE_MS', 12_000),
  };
  const log = logFor('witness');
  return httpFunction(log, ['POST'], async (request, response) => {
    const call = { body: jsonBody(request), signal: new AbortController().signal };
    const testimony = await answerWitness(world, call);
    log.info({ testimony }, testimony.isBlind ? 'witness, blind' : 'witness');
    response.status(200).json(testimony);
  });
}
