// Composes `gate`: it reads who may sign and tells fences; it can write nothing, and reach nothing else.
import { identifyMachines } from '../cloud/instance-identity.ts';
import { loadConfig } from '../config/config.ts';
import { answerGate, type GateWorld } from '../flows/answer-gate.ts';
import { answering } from '../kit/answering.ts';
import type { Environment } from '../kit/environment.ts';
import { WatchdogError } from '../kit/error.ts';
import type { HttpFunction } from '../kit/http-function.ts';
import { limitPerMinute } from '../kit/rate.ts';
import { secretReader } from '../kit/secret.ts';
import { openKeysReader } from '../stores/keys.ts';
import { bindGateKeys } from './gate-keys.ts';
import { gateSigners } from './gate-signers.ts';
import { readLimit } from './limits.ts';

export function createGate({ variables, clock, network, log: logFor }: Environment): HttpFunction {
  const config = loadConfig(variables['WATCHDOG_CONFIG'] ?? 'watchdog.yaml', network);
  const { gate, standbys } = config;
  if (gate === null) throw new WatchdogError('ERR_CONFIG', 'the configuration has no `gate`');
  const secret = secretReader(variables);
  const log = logFor('gate');
  const certificatesUrl = variables['IDENTITY_CERTIFICATES_URL'];
  const world: GateWorld = {
    signers: gateSigners(config, secret),
    keys: openKeysReader(variables),
    signatures: bindGateKeys(gate, secret),
    identify: identifyMachines({ audience: gate.url, certificatesUrl }),
    project: standbys?.project ?? null,
    clock,
    calls: limitPerMinute(readLimit(variables, 'GATE_CALLS_PER_MINUTE', 60)),
    log,
  };
  return answering(log, ['GET'], (asked) => answerGate(world, asked));
}
