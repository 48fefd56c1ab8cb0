// Composes `ack`: it writes down what people say and wakes `watch`; it reads what is open, and changes nothing else.
import { httpPoke } from '../cloud/poke.ts';
import { loadConfig } from '../config/config.ts';
import { chatOf } from '../config/telegram-chat.ts';
import { lookLately } from '../flows/acknowledge.ts';
import { answerAck } from '../flows/answer-ack.ts';
import type { Environment } from '../kit/environment.ts';
import { WatchdogError } from '../kit/error.ts';
import { answering } from '../kit/answering.ts';
import type { HttpFunction } from '../kit/http-function.ts';
import { secretReader } from '../kit/secret.ts';
import { openStore } from '../stores/open.ts';
import { bindKeys } from './link-keys.ts';

export function createAck({ variables, clock, network, log: logFor }: Environment): HttpFunction {
  const config = loadConfig(variables['WATCHDOG_CONFIG'] ?? 'watchdog.yaml', network);
  const { acknowledge, channels } = config;
  if (acknowledge === null) throw new WatchdogError('ERR_CONFIG', 'the configuration has no `acknowledge`');
  const { token, telegram, pagerduty, url } = acknowledge;
  const secret = secretReader(variables);
  const log = logFor('ack');
  const watchUrl = variables['WATCH_URL'];
  const pokeWatch = watchUrl === undefined ? null : httpPoke({ url: watchUrl });
  const sites = config.sites.map((site) => site.rules);
  const inbox = { sites, store: openStore(variables), clock, pokeWatch, log };
  const chat = telegram === undefined ? null : chatOf(channels, telegram.channel);
  const world = {
    ...inbox,
    keys: bindKeys(acknowledge, secret),
    openLately: lookLately(inbox),
    basePath: new URL(url).pathname,
    operatorToken: token === undefined ? null : () => secret(token),
    telegram:
      telegram === undefined || chat === null ? null : { chat, secret: () => secret(telegram.secret) },
    pagerDutySecret: pagerduty === undefined ? null : () => secret(pagerduty.secret),
  };
  return answering(log, ['GET', 'HEAD', 'POST'], (asked) => answerAck(world, asked));
}
