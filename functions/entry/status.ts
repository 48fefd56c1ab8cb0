// Composes `status`: reads the store and nothing else.
import { loadConfig } from '../config/config.ts';
import { answerStatus } from '../flows/answer-status.ts';
import { clientAddress } from '../kit/client-address.ts';
import type { Environment } from '../kit/environment.ts';
import { bearerToken, httpFunction, type HttpFunction } from '../kit/http-function.ts';
import { isSameSecret } from '../kit/same-secret.ts';
import { secretReader } from '../kit/secret.ts';
import { openStore } from '../stores/open.ts';

export function createStatus(environment: Environment): HttpFunction {
  const { variables, clock, network } = environment;
  const config = loadConfig(variables['WATCHDOG_CONFIG'] ?? 'watchdog.yaml', network);
  const { status, standbys } = config;
  const secret = secretReader(variables);
  const rules = config.sites.map((site) => site.rules);
  const world = { rules, standbys, store: openStore(variables), clock };
  return httpFunction(environment.log('status'), ['GET', 'HEAD'], async (request, response) => {
    const token = bearerToken(request);
    const isOperator =
      status.access === 'token' && token !== null && isSameSecret(token, secret(status.token));
    if (status.access === 'token' && !isOperator) {
      response.set('www-authenticate', 'Bearer').status(401).json({ error: 'a bearer token is needed' });
      return;
    }
    const caller = clientAddress(request.get('x-forwarded-for') ?? '', request.socket.remoteAddress);
    const { code, body } = await answerStatus(world, request.url, isOperator, caller);
    response.set('cache-control', 'no-store').status(code).json(body);
  });
}
