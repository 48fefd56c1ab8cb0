// Composes `deliver`: the only function that reaches the channels and their secrets.
import { randomUUID } from 'node:crypto';
import { sendVia } from '../channels/send.ts';
import { loadConfig } from '../config/config.ts';
import { deliver } from '../flows/deliver.ts';
import { deliverDirect, readDirect } from '../flows/deliver-direct.ts';
import type { Environment } from '../kit/environment.ts';
import { acceptEarly, httpFunction, jsonBody, type HttpFunction } from '../kit/http-function.ts';
import { secretReader } from '../kit/secret.ts';
import { openStore } from '../stores/open.ts';
import { readLimit } from './limits.ts';
import { bindLinks } from './links.ts';

export function createDeliver({ variables, clock, print, network, log: logFor }: Environment): HttpFunction {
  const log = logFor('deliver');
  const config = loadConfig(variables['WATCHDOG_CONFIG'] ?? 'watchdog.yaml', network);
  const secret = secretReader(variables);
  const world = {
    store: openStore(variables),
    clock,
    channels: new Map(config.channels.map((channel) => [channel.id, sendVia(channel)])),
    secret,
    linksOf: bindLinks(config, secret),
    print,
    newLease: () => randomUUID(),
    leaseMs: readLimit(variables, 'DELIVER_LEASE_MS', 60_000),
  };
  const budgetMs = readLimit(variables, 'DELIVER_BUDGET_MS', 50_000);
  return httpFunction(log, ['POST'], async (request, response) => {
    const order = readDirect(jsonBody(request), config.sites);
    acceptEarly(response);
    const options = { signal: new AbortController().signal, budgetMs };
    const summary = await (order === null ? deliver(world, options) : deliverDirect(world, order, options));
    log.info({ delivery: summary }, 'delivery');
    response.end(JSON.stringify(summary));
  });
}
