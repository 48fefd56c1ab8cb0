// A Google on loopback: answers that a test puts there, Secret Manager for real, lists in small pages, and every fault that a network has.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { methodOf, misfits } from './google-methods.ts';
import { listen } from './server.ts';

export type Called = {
  readonly verb: string;
  readonly path: string;
  readonly body: unknown;
  /** The project that it counts for. */ readonly countedFor: string | null;
};
type Version = { state: 'ENABLED' | 'DISABLED' | 'DESTROYED'; data: string | null };

/** `lost`: it is done, and nobody hears of it. `silent`: no answer. `huge` and `page`: an answer that is none. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly body?: unknown }
  | { readonly kind: 'huge' | 'lost' | 'page' | 'reset' | 'silent' };

export type PretendGoogle = {
  readonly endpoint: string;
  readonly calls: readonly Called[];
  /** Calls that Google has no method for, and bodies that it would not take or give. */
  readonly strangers: readonly string[];
  /** Puts an answer at a path below its host: `iam.googleapis.com/v1/roles/viewer`. For a list the items, under the list's name. */
  readonly put: (path: string, answer: object) => void;
  /** Changes what is there. */
  readonly change: (path: string, change: (answer: Record<string, unknown>) => object) => void;
  readonly remove: (path: string) => void;
  /** Versions of a secret, `projects/p/secrets/s`, oldest first. */
  readonly secret: (name: string) => Version[];
  /** What a version holds, as text. */
  readonly textOf: (name: string, version: number) => string | null;
  /** What happens to calls whose verb and path match, so many times, after so many that went well. */
  readonly fault: (match: RegExp, fault: Fault, times?: number, after?: number) => void;
  /** No more faults. */
  readonly heal: () => void;
  readonly reset: () => void;
  readonly close: () => Promise<void>;
};

const error = (code: number, status: string, message: string, details: unknown[] = []): Fault => ({
  kind: 'status',
  status: code,
  body: { error: { code, status, message, details } },
});

/** As Google answers when somebody may not. */
export const forbidden = (permission: string): Fault =>
  error(403, 'PERMISSION_DENIED', `Permission '${permission}' denied on resource (or it may not exist).`, [
    {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: 'IAM_PERMISSION_DENIED',
      domain: 'iam.googleapis.com',
      metadata: { permission },
    },
  ]);

/** As Google answers when an API was never enabled. */
export const disabled = (service: string): Fault =>
  error(403, 'PERMISSION_DENIED', `The API has not been used in project 1 before or it is disabled.`, [
    {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: 'SERVICE_DISABLED',
      domain: 'googleapis.com',
      metadata: { service, consumer: 'projects/1' },
    },
  ]);

const perPage = 2;
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? undefined : JSON.parse(text);
}

/** The piece of a list that a token leads to. */
function pieceOf(answer: Record<string, unknown>, token: string | null): Record<string, unknown> {
  const list = Object.entries(answer).find(([, value]) => Array.isArray(value));
  if (list === undefined || !Array.isArray(list[1])) return answer;
  const [name, items] = list;
  const from = Number(token ?? '0');
  const more = from + perPage < items.length ? { nextPageToken: String(from + perPage) } : {};
  const piece = items.slice(from, from + perPage);
  return { ...answer, [name]: piece, ...more };
}

const added = z.object({ payload: z.object({ data: z.string() }) });
const secretPath =
  /^\/secretmanager\.googleapis\.com\/v1\/(projects\/[^/]+\/secrets\/[^/:]+)(?:\/versions(?:\/(\d+))?)?(?::(\w+))?$/;

export async function pretendGoogle(): Promise<PretendGoogle> {
  const answers = new Map<string, object>();
  const secrets = new Map<string, Version[]>();
  const calls: Called[] = [];
  const strangers: string[] = [];
  let faults: { match: RegExp; fault: Fault; times: number; after: number }[] = [];

  const notFound = error(404, 'NOT_FOUND', 'Requested entity was not found.');

  function askSecrets(path: string, verb: string, body: unknown): object | Fault | null {
    const found = secretPath.exec(path);
    const [, name = '', number, action] = found ?? [];
    const versions = secrets.get(name);
    if (found === null || action === 'getIamPolicy') return null;
    if (versions === undefined) return notFound;
    const nameOf = (index: number): string => `${name}/versions/${index + 1}`;
    if (action === 'addVersion') {
      const { payload } = added.parse(body);
      if (Buffer.from(payload.data, 'base64').length > 65_536) {
        return error(400, 'INVALID_ARGUMENT', 'The secret payload is too large.');
      }
      versions.push({ state: 'ENABLED', data: payload.data });
      return { name: nameOf(versions.length - 1), state: 'ENABLED' };
    }
    if (number === undefined && path.endsWith('/versions')) {
      const list = versions.map(({ state }, index) => ({ name: nameOf(index), state }));
      return { versions: list.toReversed(), totalSize: list.length };
    }
    if (number === undefined) return { name };
    const version = versions[Number(number) - 1];
    if (version === undefined) return notFound;
    if (action === 'destroy' && verb === 'POST') {
      version.state = 'DESTROYED';
      version.data = null;
      return { name: nameOf(Number(number) - 1), state: 'DESTROYED' };
    }
    if (version.state !== 'ENABLED' || version.data === null) {
      return error(400, 'FAILED_PRECONDITION', `Secret Version is in ${version.state} state.`);
    }
    return { name: nameOf(Number(number) - 1), payload: { data: version.data } };
  }

  const isFault = (value: object): value is Fault => 'kind' in value && typeof value.kind === 'string';

  function send(response: ServerResponse, status: number, value: unknown): void {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  }

  function fail(response: ServerResponse, fault: Fault): void {
    switch (fault.kind) {
      case 'status':
        send(response, fault.status, fault.body ?? {});
        return;
      case 'huge':
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(`"${'x'.repeat(2_000_000)}"`);
        return;
      case 'page':
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end('<!doctype html><title>Sign in</title>');
        return;
      case 'lost':
      case 'reset':
        response.destroy();
        return;
      case 'silent':
        return;
    }
  }

  function answerTo(url: URL, verb: string, body: unknown): object {
    const method = methodOf(verb, url.pathname);
    const which = `${verb} ${url.pathname}`;
    if (method === null) strangers.push(`${which}: there is no such method`);
    else {
      for (const name of url.searchParams.keys()) {
        if (!method.query.includes(name)) strangers.push(`${which}: has no parameter ${name}`);
      }
      if (method.request === null && body !== undefined) strangers.push(`${which}: takes no body`);
      if (method.request !== null) strangers.push(...misfits(body ?? {}, method.request));
    }
    const given = askSecrets(url.pathname, verb, body) ?? answers.get(url.pathname) ?? notFound;
    if (isFault(given)) return given;
    if (method !== null)
      strangers.push(...misfits(given, method.response).map((what) => `${which}: ${what}`));
    const isPaged = method?.query.includes('pageToken') === true;
    return isPaged ? pieceOf({ ...given }, url.searchParams.get('pageToken')) : given;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const verb = request.method ?? 'GET';
    const body = await bodyOf(request);
    const countedFor = [request.headers['x-goog-user-project']].flat()[0] ?? null;
    calls.push({ verb, path: url.pathname, body, countedFor });
    const hit = faults.find(({ match, times }) => times > 0 && match.test(`${verb} ${url.pathname}`));
    if (hit !== undefined && hit.after > 0) hit.after -= 1;
    else if (hit !== undefined) {
      hit.times -= 1;
      if (hit.fault.kind === 'lost') answerTo(url, verb, body);
      fail(response, hit.fault);
      return;
    }
    const answer = answerTo(url, verb, body);
    if (isFault(answer)) fail(response, answer);
    else send(response, 200, answer);
  }

  const server = createServer((request, response) => {
    void serve(request, response);
  });
  const { address, close } = await listen(server);
  return {
    endpoint: `http://${address}`,
    calls,
    strangers,
    put: (path, answer) => void answers.set(`/${path}`, answer),
    change: (path, change) => {
      const before = answers.get(`/${path}`);
      if (!isRecord(before)) throw new Error(`nothing stands at ${path}`);
      answers.set(`/${path}`, change(before));
    },
    remove: (path) => void answers.delete(`/${path}`),
    secret: (name) => {
      const versions = secrets.get(name) ?? [];
      secrets.set(name, versions);
      return versions;
    },
    textOf: (name, version) => {
      const data = secrets.get(name)?.[version - 1]?.data ?? null;
      return data === null ? null : Buffer.from(data, 'base64').toString('utf8');
    },
    fault: (match, fault, times = Number.POSITIVE_INFINITY, after = 0) =>
      void faults.push({ match, fault, times, after }),
    heal: () => {
      faults = [];
    },
    reset: () => {
      answers.clear();
      secrets.clear();
      calls.length = 0;
      strangers.length = 0;
      faults = [];
    },
    close,
  };
}
