// Composes `heartbeat`: it writes down what houses say of themselves and wakes `watch`; it can reach nothing else.
import { httpPoke } from '../cloud/poke.ts';
import { loadConfig } from '../config/config.ts';
import { admitSender, answerHeartbeat, type HeartbeatWorld } from '../flows/answer-heartbeat.ts';
import { notePressure } from '../flows/pressure.ts';
import type { Environment } from '../kit/environment.ts';
import { answering } from '../kit/answering.ts';
import type { HttpFunction } from '../kit/http-function.ts';
import { limitPerMinute } from '../kit/rate.ts';
import { secretReader } from '../kit/secret.ts';
import { openStore } from '../stores/open.ts';
import { readLimit } from './limits.ts';

export function createHeartbeat({ variables, clock, network, log: logFor }: Environment): HttpFunction {
  const config = loadConfig(variables['WATCHDOG_CONFIG'] ?? 'watchdog.yaml', network);
  const secret = secretReader(variables);
  const log = logFor('heartbeat');
  const watchUrl = variables['WATCH_URL'];
  const store = openStore(variables);
  const world: HeartbeatWorld = {
    houses: config.sites.map(({ rules, senders, exits }) => ({
      site: rules.id,
      senders: senders.map(({ source, tokens }) => ({ source, tokens: () => tokens.map(secret) })),
      exits,
      signers: rules.signers.map(({ id }) => id),
      targets: rules.targets,
    })),
    store,
    clock,
    pokeWatch: watchUrl === undefined ? null : httpPoke({ url: watchUrl }),
    log,
    calls: limitPerMinute(readLimit(variables, 'HEARTBEAT_CALLS_PER_MINUTE', 60)),
    wakings: limitPerMinute(readLimit(variables, 'HEARTBEAT_WAKINGS_PER_MINUTE', 12)),
    pressure: notePressure(store, log),
  };
  return answering(log, ['POST'], (asked) => answerHeartbeat(world, asked), { admit: admitSender(world) });
}
