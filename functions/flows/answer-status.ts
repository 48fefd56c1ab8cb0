// What `status` tells programs: a code and a body. All of it is the operator's; what everybody may be told comes with the view.
import type { SiteRules } from '../domain/policy.ts';
import { listIncidents, readIncident, readMaintenance } from './incidents.ts';
import { readQuestion, type StatusQuestion } from './status-request.ts';
import { readDrills, readStandbys, readStatus, type StatusWorld } from './status.ts';

export type StatusAnswer = { readonly code: 200 | 404; readonly body: object };

const found = (body: object): StatusAnswer => ({ code: 200, body });
const missing = (error: string): StatusAnswer => ({ code: 404, body: { error } });

function sitesOf(world: StatusWorld, site: string | null): SiteRules[] {
  return world.rules.filter(({ id }) => site === null || id === site);
}

const nothing = missing(
  'there is nothing at this path; use /, /incidents, /incidents/ID, /maintenance, /standbys, /drills or /caller, and of the view /overview, /history, /metrics, /badge/ID.svg or /link',
);

/** A program asks for what a site has; null when there is no such site. */
async function ofSites(
  world: StatusWorld,
  question: Extract<StatusQuestion, { readonly about: 'incidents' | 'maintenance' }>,
): Promise<object | null> {
  const sites = sitesOf(world, question.site);
  if (sites.length === 0) return null;
  return question.about === 'maintenance'
    ? readMaintenance(world, sites)
    : listIncidents(world, sites, question);
}

/**
 * `url` is path and query as they came. `caller` is the address that the request came from: asked for, it shows whether the place of
 * this watchdog tells it right, which leaks of the VPN are judged by. Throws ERR_REQUEST for a question that is wrong.
 */
export async function answerStatus(
  world: StatusWorld,
  url: string,
  isOperator: boolean,
  caller: string | null = null,
): Promise<StatusAnswer> {
  const question = readQuestion(url);
  if (question.about === 'nothing') return nothing;
  if (!isOperator) {
    return missing('details are never public; they are there when the status is set to access: token');
  }
  if (question.about === 'status') return found(await readStatus(world));
  if (question.about === 'caller') return found({ address: caller });
  if (question.about === 'incident') {
    const answer = await readIncident(world, question.id);
    return answer === null ? missing('there is no incident of that id') : found(answer);
  }
  if (question.about === 'standbys') return found(await readStandbys(world));
  if (question.about === 'drills') return found(await readDrills(world));
  if (question.about !== 'incidents' && question.about !== 'maintenance') return nothing;
  const answer = await ofSites(world, question);
  return answer === null
    ? missing(`there is no such site; there are ${world.rules.map(({ id }) => id).join(', ')}`)
    : found(answer);
}
