// Composes `status`: reads the store and nothing else.
import { loadConfig } from '../config/config.ts';
import { admitToStatus } from '../flows/admit-status.ts';
import { answerView, refuseView, type ViewWorld } from '../flows/answer-view.ts';
import { openHistory } from '../flows/history.ts';
import { openOverview } from '../flows/overview.ts';
import { answering } from '../kit/answering.ts';
import type { Environment } from '../kit/environment.ts';
import type { HttpFunction } from '../kit/http-function.ts';
import { secretReader } from '../kit/secret.ts';
import { openStore } from '../stores/open.ts';
import { viewLimits } from './limits.ts';
import { bindAccess } from './view-access.ts';

export function createStatus({ variables, clock, network, log: logFor }: Environment): HttpFunction {
  const config = loadConfig(variables['WATCHDOG_CONFIG'] ?? 'watchdog.yaml', network);
  const { status, standbys } = config;
  const log = logFor('status');
  const base = { rules: config.sites.map((site) => site.rules), store: openStore(variables), clock };
  const world: ViewWorld = {
    ...base,
    standbys,
    access: bindAccess(config, { secret: secretReader(variables), clock }),
    overview: openOverview({ ...base, log }),
    history: openHistory(base),
    show: status.access === 'public' ? status.show : [],
    isBadgePublic: status.badge === 'public',
    ...viewLimits(variables),
  };
  return answering(log, ['GET', 'HEAD', 'POST'], (asked) => answerView(world, asked), {
    admit: admitToStatus,
    refuse: refuseView,
  });
}
