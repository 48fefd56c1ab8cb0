// What `watch` may ask of the witness: ids of targets, never addresses.
import { WatchdogError } from '../kit/error.ts';

/** A target by the ids of the configuration. */
export type TargetName = { readonly site: string; readonly target: string };

const mostTargets = 400;

const refused = (message: string): WatchdogError => new WatchdogError('ERR_REQUEST', message);

function readTarget(value: unknown): TargetName {
  if (
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).length === 2 &&
    'site' in value &&
    typeof value.site === 'string' &&
    'target' in value &&
    typeof value.target === 'string'
  ) {
    return { site: value.site, target: value.target };
  }
  throw refused('each target must be {"site": "ID", "target": "ID"} and nothing else');
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
