// The room of Google's APIs as a person asks them, with that person's own identity: one question, one checked answer. No function is in here.
import { Agent, request } from 'undici';
import { z } from 'zod';
import type { Clock } from '../../functions/kit/clock.ts';
import { codeOf, describeError, shortCodeOf, WatchdogError } from '../../functions/kit/error.ts';
import { takeTurns } from '../../functions/kit/take-turns.ts';
import { isThisMachine } from '../../functions/kit/http-post.ts';
import { plainLine } from '../../functions/kit/plain-line.ts';
import { redactText } from '../../functions/kit/redact.ts';

/** The services that are asked, by the first part of their host. */
export type Api =
  | 'cloudfunctions'
  | 'cloudresourcemanager'
  | 'cloudscheduler'
  | 'compute'
  | 'firestore'
  | 'iam'
  | 'iamcredentials'
  | 'monitoring'
  | 'policytroubleshooter'
  | 'run'
  | 'secretmanager'
  | 'serviceusage';

export type Question<Value> = {
  readonly api: Api;
  readonly verb?: 'GET' | 'POST';
  /** Below the host, without a slash in front, e.g. `v1/projects/p/secrets/s`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: object;
  /** What an answer must have; what else it has is dropped. */
  readonly form: z.ZodType<Value>;
  /** What is asked for, for messages: "the versions of watchdog-deliver". */
  readonly what: string;
  /** The role with which a person may ask it. */
  readonly role: string;
  /** The project that the call counts for. */
  readonly project: string;
  /** Where the role is needed, when that is not the project. */
  readonly on?: string;
  /** A call that may be made twice is tried again when Google is busy. GETs may. */
  readonly mayRepeat?: boolean;
};

/**
 * `unreached`: nobody knows whether it arrived. `busy`: Google took it not. `conflict`: it is not in the state for it.
 * `broken`: an answer that is none of Google's.
 */
export type FailureKind =
  | 'broken'
  | 'busy'
  | 'conflict'
  | 'disabled'
  | 'forbidden'
  | 'missing'
  | 'not-logged-in'
  | 'refused'
  | 'unreached';

export type Failure = { readonly ok: false; readonly kind: FailureKind; readonly message: string };
export type Answer<Value> = { readonly ok: true; readonly value: Value } | Failure;

export type Google = {
  /** Never rejects for what Google or a network can do. */
  readonly ask: <Value>(question: Question<Value>) => Promise<Answer<Value>>;
  /** All pages of a list, as long as there are not more than any list of ours has. */
  readonly list: <Item>(
    question: Omit<Question<unknown>, 'form' | 'body' | 'verb'> & {
      /** The name under which a page has its items; it is absent from an empty page. */
      readonly items: string;
      readonly item: z.ZodType<Item>;
    },
  ) => Promise<Answer<readonly Item[]>>;
};

/** Proves who asks; rejects when nobody is logged in. */
export type Identify = (url: URL) => Promise<Readonly<Record<string, string>>>;

export type GoogleOptions = {
  readonly clock: Clock;
  /** A pretended Google on this machine, which gets no token: each service is below its host's name. */
  readonly endpoint?: string | undefined;
  readonly identify?: Identify;
  readonly deadlineMs?: number;
  readonly mostBytes?: number;
  /**
   * False for calls as an account that may not have calls counted for a project: those count for the account's own. What is asked then is
   * judged by what it is about.
   */
  readonly isCounted?: boolean;
};

export const endpointVariable = 'WATCHDOG_GOOGLE_ENDPOINT';

const scope = 'https://www.googleapis.com/auth/cloud-platform';
/** How every message begins that says that Google does not know the person. */
export const logIn = 'you are not logged in at Google: run gcloud auth application-default login';
const mostPages = 200;
const mostAtOnce = 8;
const waitsMs = [300, 1_200];

/** Application default credentials: those of `gcloud auth application-default login`, or what stands in for them in a CI. */
function ownIdentity(): Identify {
  let client: Promise<{ getRequestHeaders: (url: string) => Promise<Headers> }> | null = null;
  return async (url) => {
    const { GoogleAuth } = await import('google-auth-library');
    client ??= new GoogleAuth({ scopes: [scope] }).getClient();
    try {
      return Object.fromEntries((await (await client).getRequestHeaders(url.href)).entries());
    } catch (error) {
      client = null;
      throw error;
    }
  };
}

// https://cloud.google.com/apis/design/errors: what every service answers with when it refuses.
const refusal = z.object({
  error: z.object({
    message: z.string().default(''),
    status: z.string().default(''),
    details: z
      .array(
        z.object({
          reason: z.string().optional(),
          metadata: z.record(z.string(), z.string()).optional(),
        }),
      )
      .catch([])
      .default([]),
  }),
});

const no = (kind: FailureKind, message: string): Failure => ({ ok: false, kind, message });

const longestWords = 300;
const words = (text: string): string => plainLine(redactText(text)).slice(0, longestWords);

type Asked = Pick<Question<unknown>, 'api' | 'what' | 'role' | 'project' | 'on'>;

function forbidden({ what, role, project, on = project }: Asked, needs: string | undefined): Failure {
  const permission = needs === undefined ? '' : ` (permission ${words(needs)})`;
  return no('forbidden', `${what}: you may not; you need ${role} in ${on}${permission}`);
}

/** In the words of several services; a project may have the word in its name. */
const noBilling = /(?<![\w/'"-])billing (?:is|has|account|must be|to be)\b|absent billing account/i;

function refused(status: number, text: string, asked: Asked): Failure {
  const { api, what, project } = asked;
  const read = refusal.safeParse(jsonOf(text));
  const error = read.success ? read.data.error : { message: '', status: '', details: [] };
  const info = error.details.find(({ reason }) => reason !== undefined);
  const reason = info?.reason ?? '';
  if (status === 401) return no('not-logged-in', `${logIn} (Google does not take what you have)`);
  if (reason === 'SERVICE_DISABLED' || /is disabled|has not been used in project/.test(error.message)) {
    const service = words(info?.metadata?.['service'] ?? `${api}.googleapis.com`);
    const consumer = info?.metadata?.['consumer'];
    // Whoever has a quota project of their own is counted there, and the API has to be on there.
    const counted =
      consumer === undefined
        ? ''
        : ` (the call counted for ${words(consumer)}; if that is another project: gcloud auth application-default set-quota-project ${project})`;
    return no(
      'disabled',
      `${what}: the API ${service} is not enabled in ${project}; run terraform apply, or: gcloud services enable ${service} --project=${project}${counted}`,
    );
  }
  if (reason === 'BILLING_DISABLED' || noBilling.test(error.message)) {
    return no('refused', `${what}: ${project} has no billing account; link one to it in the console`);
  }
  if (reason === 'USER_PROJECT_DENIED') {
    return no(
      'refused',
      `${what}: your calls may not count for ${project}: you need roles/serviceusage.serviceUsageConsumer in it`,
    );
  }
  if (status === 403) return forbidden(asked, info?.metadata?.['permission']);
  if (status === 404) return no('missing', `${what}: there is no such thing in ${project}`);
  const said = error.message === '' ? `Google answered with ${status}` : words(error.message);
  if (status === 409 || error.status === 'FAILED_PRECONDITION') return no('conflict', `${what}: ${said}`);
  if (status === 429 || status >= 500) return no('busy', `${what}: ${said}; try again in a minute`);
  return no('refused', `${what}: ${said}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function whole(body: AsyncIterable<Uint8Array>, most: number): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > most) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function baseOf(endpoint: string | undefined, api: Api): URL {
  const host = `${api}.googleapis.com`;
  if (endpoint === undefined || endpoint === '') return new URL(`https://${host}/`);
  const url = URL.parse(endpoint);
  if (url !== null && isThisMachine(url)) return new URL(`/${host}/`, url);
  throw new WatchdogError(
    'ERR_CONFIG',
    `${endpointVariable} is no address of this machine; it is for trying things out, so leave it out`,
  );
}

function addressOf(base: URL, { path, query = {} }: Pick<Question<unknown>, 'path' | 'query'>): URL {
  const url = new URL(path, base);
  for (const [name, values] of Object.entries(query)) {
    for (const value of [values].flat()) url.searchParams.append(name, value);
  }
  return url;
}

/** In the order in which they are given; `x-goog-user-project` that somebody has set stays. */
const headersOf = (
  identity: Readonly<Record<string, string>>,
  { body, project }: Pick<Question<unknown>, 'body' | 'project'>,
  isCounted: boolean,
): Record<string, string> => ({
  accept: 'application/json',
  ...(isCounted ? { 'x-goog-user-project': project } : {}),
  ...identity,
  ...(body === undefined ? {} : { 'content-type': 'application/json' }),
});

const page = z.looseObject({ nextPageToken: z.string().nullish() });

export function openGoogle(options: GoogleOptions): Google {
  const { clock, endpoint, deadlineMs = 20_000, mostBytes = 8_000_000, isCounted = true } = options;
  const identify = options.identify ?? ownIdentity();
  const isPretended = endpoint !== undefined && endpoint !== '';
  const atOnce = takeTurns(mostAtOnce);

  async function identity(url: URL, signal: AbortSignal): Promise<Answer<Readonly<Record<string, string>>>> {
    if (isPretended && options.identify === undefined) return { ok: true, value: {} };
    try {
      const late = new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('no token came in time')), { once: true });
      });
      return { ok: true, value: await Promise.race([identify(url), late]) };
    } catch (error) {
      const why = words(describeError(error));
      return no(
        'not-logged-in',
        /default credentials/i.test(why) ? logIn : `${logIn} (no token could be had: ${why})`,
      );
    }
  }

  async function once<Value>(question: Question<Value>): Promise<Answer<Value>> {
    const { api, form, what, body, verb = body === undefined ? 'GET' : 'POST' } = question;
    const url = addressOf(baseOf(endpoint, api), question);
    const signal = AbortSignal.timeout(deadlineMs);
    const known = await identity(url, signal);
    if (!known.ok) return known;
    const agent = new Agent({ connections: 1, maxHeaderSize: 16_384 });
    try {
      const answered = await request(url, {
        method: verb,
        headers: headersOf(known.value, question, isCounted),
        body: body === undefined ? null : JSON.stringify(body),
        dispatcher: agent,
        signal,
      });
      answered.body.on('error', () => undefined);
      const text = await whole(answered.body, mostBytes);
      if (text === null)
        return no('broken', `${what}: the answer is over ${mostBytes} bytes, which none has`);
      if (answered.statusCode !== 200) return refused(answered.statusCode, text, question);
      const read = form.safeParse(jsonOf(text));
      if (read.success) return { ok: true, value: read.data };
      const place = read.error.issues[0]?.path.map(String).join('.') || 'the whole of it';
      return no('broken', `${what}: the answer is none that this version knows (${place})`);
    } catch (error) {
      const why = signal.aborted
        ? `no whole answer within ${deadlineMs / 1000} s`
        : `the connection failed (${shortCodeOf(codeOf(error))})`;
      return no('unreached', `${what}: ${url.host} could not be asked: ${why}`);
    } finally {
      await agent.destroy().catch(() => undefined);
    }
  }

  const ask: Google['ask'] = async (question) => {
    const mayRepeat = question.mayRepeat ?? question.body === undefined;
    let answer = await atOnce(() => once(question));
    for (const waitMs of mayRepeat ? waitsMs : []) {
      if (answer.ok || (answer.kind !== 'busy' && answer.kind !== 'unreached')) break;
      // oxlint-disable-next-line no-await-in-loop -- one after another is the point
      await clock.sleep(waitMs);
      // oxlint-disable-next-line no-await-in-loop -- one after another is the point
      answer = await atOnce(() => once(question));
    }
    return answer;
  };

  return {
    ask,
    list: async ({ items: name, item, query, ...question }) => {
      const found = [];
      let token = '';
      for (let pages = 0; pages < mostPages; pages += 1) {
        const more = token === '' ? {} : { pageToken: token };
        // oxlint-disable-next-line no-await-in-loop -- each page names the next
        const answer = await ask({ ...question, query: { ...query, ...more }, form: page });
        if (!answer.ok) return answer;
        const read = z.array(item).safeParse(answer.value[name] ?? []);
        if (!read.success) {
          const place = read.error.issues[0]?.path.map(String).join('.') ?? '';
          return no(
            'broken',
            `${question.what}: the answer is none that this version knows (${name}.${place})`,
          );
        }
        found.push(...read.data);
        const next = answer.value.nextPageToken ?? '';
        if (next === '') return { ok: true, value: found };
        if (next === token) break;
        token = next;
      }
      return no('broken', `${question.what}: the list does not come to an end`);
    },
  };
}
