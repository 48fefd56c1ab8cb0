// Asks a running watchdog for its status; what comes back is not trusted before it has been parsed.
import type { Command } from 'commander';
import { z } from 'zod';
import type { IncidentAnswer, IncidentList, MaintenanceAnswer } from '../functions/views/incidents.ts';
import type { DrillsAnswer } from '../functions/views/drills-answer.ts';
import type { StandbysAnswer } from '../functions/views/standbys-answer.ts';
import type { DayAnswer, HistoryAnswer } from '../functions/views/history-answer.ts';
import type { Overview } from '../functions/views/overview.ts';
import type { Status } from '../functions/views/status.ts';
import { ask, errorWords, jsonOf, longestMs } from './ask.ts';
import { broken, targetOf, urlAt, wrong, type Door, type Refused } from './door.ts';
import type { Context } from './context.ts';
import { drillsAnswer } from './drill-forms.ts';
import { incidentAnswer, incidentList, maintenanceAnswer } from './incident-forms.ts';
import { dayForm, historyForm, nothingForm, overviewForm } from './overview-form.ts';
import { firstIssue, statusAnswer } from './record.ts';
import { standbysAnswer } from './standby-forms.ts';

export type Fetched = { readonly ok: true; readonly status: Status } | Refused;
export type Asked<Value> = { readonly ok: true; readonly value: Value } | Refused;

/** The options of every command that asks for a status. */
export type StatusOptions = { readonly url?: string; readonly tokenEnv?: string };

export const urlVariable = 'WATCHDOG_STATUS_URL';
export const tokenVariable = 'WATCHDOG_STATUS_TOKEN';

/** Adds the options that `StatusOptions` are read from. */
export const addStatusOptions = (command: Command): Command =>
  command
    .option('--url <url>', `address of the function status; ${urlVariable} if left out`)
    .option('--token-env <name>', `environment variable that holds the token; ${tokenVariable} if left out`);

const door: Door = {
  name: 'status',
  urlVariable,
  tokenVariable,
  options: { url: '--url', tokenEnv: '--token-env' },
};

/** What is asked for: a path of the function, and how its answer is read. `what` names it in messages. */
type Question<Value> = {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly what: string;
  readonly form: z.ZodType<Value>;
};

function parse<Value>(text: string, host: string, { form, what }: Question<Value>): Asked<Value> {
  const json = jsonOf(text);
  if (!json.ok) {
    return broken(`${host} answered with ${json.what}; is this the address of the function status?`);
  }
  const parsed = form.safeParse(json.value);
  if (parsed.success) return { ok: true, value: parsed.data };
  return broken(
    `the answer of ${host} is no ${what} that this version knows (${firstIssue(parsed.error)}); is this the address of the function status, and are both of one version?`,
  );
}

/** Why it knows nothing; null when it says nothing of that kind. */
function nothingKnown(text: string): string | null {
  const json = jsonOf(text);
  const parsed = nothingForm.safeParse(json.ok ? json.value : null);
  return parsed.success ? parsed.data.why : null;
}

function refusal(
  code: number,
  text: string,
  at: { readonly host: string; readonly what: string; readonly hasToken: boolean },
): Refused {
  const { host, what, hasToken } = at;
  if (code === 401 || code === 403) {
    return wrong(
      hasToken
        ? `${host} does not accept the token (${code}); check that it is the one of the configuration`
        : `${host} wants a token (${code}); put it into the environment variable ${tokenVariable}, or name another with --token-env`,
    );
  }
  if (code >= 300 && code < 400) {
    return wrong(
      `${host} answered with a redirect (${code}), which is not followed; give the address that it leads to`,
    );
  }
  const nothing = nothingKnown(text);
  if (nothing !== null) return broken(`${host} cannot read its memory, and knows nothing yet: ${nothing}`);
  const words = errorWords(text);
  if ((code === 400 || code === 404) && words !== null) return wrong(`${host} says (${code}): ${words}`);
  return broken(`${host} answered with ${code} instead of ${what}; the log of the function says why`);
}

/** How long an answer is waited for, and whether it still is. */
type Patience = { readonly deadlineMs?: number; readonly signal?: AbortSignal };

async function askFor<Value>(
  question: Question<Value>,
  options: StatusOptions,
  given: { readonly context: Context } & Patience,
): Promise<Asked<Value>> {
  const found = targetOf(door, options, given.context);
  if (!found.ok) return found;
  const { url, token } = found.target;
  const target = { url: question.path === '' ? url : urlAt(url, question.path, question.query), token };
  const { deadlineMs = longestMs, signal } = given;
  const reply = await ask(target, { deadlineMs, ...(signal === undefined ? {} : { signal }) }, given.context);
  if (!reply.ok) return reply;
  if (reply.code === 200) return parse(reply.text, url.host, question);
  return refusal(reply.code, reply.text, {
    host: url.host,
    what: `a ${question.what}`,
    hasToken: token !== null,
  });
}

/** Never rejects for what a user or a network can do. No message holds the token or more of the address than the host. */
export async function fetchStatus(
  options: StatusOptions,
  context: Context,
  deadlineMs = longestMs,
): Promise<Fetched> {
  const question: Question<Status> = { path: '', what: 'status', form: statusAnswer };
  const asked = await askFor(question, options, { context, deadlineMs });
  return asked.ok ? { ok: true, status: asked.value } : asked;
}

/** All that the view shows; as `fetchStatus`. */
export function fetchOverview(
  options: StatusOptions,
  context: Context,
  patience: Patience = {},
): Promise<Asked<Overview>> {
  const question: Question<Overview> = { path: '/overview', what: 'view', form: overviewForm };
  return askFor(question, options, { context, ...patience });
}

/** Days of a site, both ends among them; as `fetchStatus`. */
export function fetchHistory(
  options: StatusOptions,
  query: { readonly site: string; readonly from?: string; readonly to?: string },
  context: Context,
): Promise<Asked<HistoryAnswer>> {
  return askFor({ path: '/history', query, what: 'history', form: historyForm }, options, { context });
}

/** One day of a site, whole; as `fetchStatus`. */
export function fetchDay(
  options: StatusOptions,
  { site, day }: { readonly site: string; readonly day: string },
  context: Context,
): Promise<Asked<DayAnswer>> {
  const path = `/history/${encodeURIComponent(site)}/${day}`;
  return askFor({ path, what: 'history of a day', form: dayForm }, options, { context });
}

/** The newest incidents; as `fetchStatus`. */
export function fetchIncidents(
  options: StatusOptions,
  query: Readonly<Record<string, string>>,
  context: Context,
): Promise<Asked<IncidentList>> {
  return askFor({ path: '/incidents', query, what: 'list of incidents', form: incidentList }, options, {
    context,
  });
}

/** One incident by its whole id; as `fetchStatus`. */
export function fetchIncident(
  options: StatusOptions,
  id: string,
  context: Context,
): Promise<Asked<IncidentAnswer>> {
  const path = `/incidents/${encodeURIComponent(id)}`;
  return askFor({ path, what: 'incident', form: incidentAnswer }, options, { context });
}

/** Mutes and maintenance windows; as `fetchStatus`. */
export function fetchMaintenance(
  options: StatusOptions,
  query: Readonly<Record<string, string>>,
  context: Context,
): Promise<Asked<MaintenanceAnswer>> {
  const what = 'list of maintenance';
  return askFor({ path: '/maintenance', query, what, form: maintenanceAnswer }, options, { context });
}

/** All standbys; as `fetchStatus`. */
export function fetchStandbys(options: StatusOptions, context: Context): Promise<Asked<StandbysAnswer>> {
  return askFor({ path: '/standbys', what: 'list of standbys', form: standbysAnswer }, options, { context });
}

/** All drills; as `fetchStatus`. */
export function fetchDrills(options: StatusOptions, context: Context): Promise<Asked<DrillsAnswer>> {
  return askFor({ path: '/drills', what: 'list of drills', form: drillsAnswer }, options, { context });
}

const linkForm = z.strictObject({ url: z.url({ protocol: /^https?$/ }), until: z.int().positive() });

/** An address that opens the view for so long, e.g. `3d`; as `fetchStatus`. */
export function fetchLink(
  options: StatusOptions,
  lasts: string,
  context: Context,
): Promise<Asked<z.output<typeof linkForm>>> {
  const query = { for: lasts };
  return askFor({ path: '/link', query, what: 'link', form: linkForm }, options, { context });
}
