// Finds the incident that somebody means: by its whole id, or by a beginning or an end that only one of the known ones has.
import type { IncidentAnswer } from '../functions/views/incidents.ts';
import { broken, wrong, type Refused } from './door.ts';
import type { Context } from './context.ts';
import { fetchIncident, fetchIncidents, type Asked, type StatusOptions } from './fetch-status.ts';

const whole = /^[a-z][a-z0-9-]*\.(site|signer|chain|target|self)\.[a-z0-9-]+\.\d{8}T\d{6}Z$/;
const most = '100';
const mostShown = 8;

const shown = (ids: readonly string[]): string =>
  ids.length <= mostShown
    ? ids.join(', ')
    : `${ids.slice(0, mostShown).join(', ')} and ${ids.length - mostShown} more`;

/** The one of these ids that is the text, or begins or ends with it; a message otherwise. */
export function pick(
  text: string,
  ids: readonly string[],
  what: string,
): { readonly ok: true; readonly id: string } | Refused {
  if (text === '') return wrong(`which ${what}? Write its id, or a part of it that only it has`);
  const exact = ids.find((id) => id === text);
  if (exact !== undefined) return { ok: true, id: exact };
  const found = ids.filter((id) => id.startsWith(text) || id.endsWith(text));
  const [first] = found;
  if (first === undefined) {
    const known = ids.length === 0 ? 'there is none' : `there are ${shown(ids)}`;
    return wrong(`there is no ${what} whose id is, begins or ends so; ${known}`);
  }
  return found.length === 1
    ? { ok: true, id: first }
    : wrong(`that could be ${shown(found)}; write more of the id`);
}

/** The open ones, however old, and the newest of the others. */
async function knownIds(
  options: StatusOptions,
  context: Context,
): Promise<Asked<{ readonly ids: readonly string[]; readonly isCut: boolean }>> {
  const [open, recent] = await Promise.all([
    fetchIncidents(options, { open: '1', limit: most }, context),
    fetchIncidents(options, { limit: most }, context),
  ]);
  if (!open.ok) return open;
  if (!recent.ok) return recent;
  const incidents = [...open.value.incidents, ...recent.value.incidents];
  const ids = [...new Set(incidents.map(({ id }) => id))];
  return { ok: true, value: { ids, isCut: recent.value.isCut } };
}

/** Never rejects for what a user or a network can do. */
export async function findIncident(
  text: string,
  options: StatusOptions,
  context: Context,
): Promise<Asked<IncidentAnswer>> {
  if (whole.test(text)) return fetchIncident(options, text, context);
  const known = await knownIds(options, context);
  if (!known.ok) return known;
  const { ids, isCut } = known.value;
  const picked = pick(text, ids, 'incident');
  if (!picked.ok) {
    return isCut ? wrong(`${picked.message}; older ones are found by their whole id`) : picked;
  }
  const asked = await fetchIncident(options, picked.id, context);
  return !asked.ok && asked.code === 2 ? broken(asked.message) : asked;
}
