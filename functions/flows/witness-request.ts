// What `watch` may ask of the witness: ids of targets and leased ports, never addresses.
import { WatchdogError } from '../kit/error.ts';

/** A target by the ids of the configuration, with the port that it is leased at now. */
export type TargetName = { readonly site: string; readonly target: string; readonly port?: number };

const mostTargets = 400;

const refused = (message: string): WatchdogError => new WatchdogError('ERR_REQUEST', message);

const isPort = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535;

function readTarget(value: unknown): TargetName {
  if (
    typeof value === 'object' &&
    value !== null &&
    'site' in value &&
    typeof value.site === 'string' &&
    'target' in value &&
    typeof value.target === 'string'
  ) {
    const { site, target } = value;
    const fields = Object.keys(value).length;
    if (!('port' in value) && fields === 2) return { site, target };
    if ('port' in value && fields === 3 && isPort(value.port)) return { site, target, port: value.port };
  }
  throw refused(
    'each target must be {"site": "ID", "target": "ID"}, with "port": 1 to 65535 where that is leased, and nothing else',
  );
}

/** Reads `{"targets": [{"site": "home", "target": "geth-p2p"}]}`; anything else is ERR_REQUEST with what would be right. */
export function readWitnessRequest(body: unknown): readonly TargetName[] {
  if (typeof body !== 'object' || body === null || !('targets' in body) || Object.keys(body).length !== 1) {
    throw refused('the body must be a JSON object with the field targets and no other');
  }
  const { targets } = body;
  if (!Array.isArray(targets) || targets.length === 0 || targets.length > mostTargets) {
    throw refused(`targets must be a list of 1 to ${mostTargets} entries`);
  }
  return targets.map(readTarget);
}
