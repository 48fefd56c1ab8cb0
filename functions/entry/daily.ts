// Composes `daily`: it sweeps the stores once a day, asks for the weekly drills in the inbox, and reaches nothing else.
import { loadConfig } from '../config/config.ts';
import { daily } from '../flows/daily.ts';
import type { Environment } from '../kit/environment.ts';
import { httpFunction, type HttpFunction } from '../kit/http-function.ts';
import { openStore } from '../stores/open.ts';
import { readLimit } from './limits.ts';

export function createDaily({ variables, clock, network, log: logFor }: Environment): HttpFunction {
  const config = loadConfig(variables['WATCHDOG_CONFIG'] ?? 'watchdog.yaml', network);
  const world = { store: openStore(variables), clock, sites: config.sites.map(({ rules }) => rules) };
  const budgetMs = readLimit(variables, 'DAILY_BUDGET_MS', 50_000);
  const log = logFor('daily');
  return httpFunction(log, ['POST'], async (_request, response) => {
    const summary = await daily(world, { budgetMs });
    const isGood = summary.errors.length === 0;
    (isGood ? log.info : log.error)({ sweep: summary }, isGood ? 'sweep' : 'sweep with errors');
    response.status(isGood ? 200 : 500).json(summary);
  });
}
