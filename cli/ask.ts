// One question to one of our own functions over HTTP: the address and the token are looked at first, and the answer is capped.
import { Agent, request } from 'undici';
import { codeOf } from '../functions/kit/error.ts';
import type { Context } from './context.ts';
import type { ExitCode } from './terminal.ts';

/** `code` is what the command ends with: 2 when the user can put it right by calling it otherwise. */
export type Refused = { readonly ok: false; readonly message: string; readonly code: ExitCode };

export const wrong = (message: string): Refused => ({ ok: false, message, code: 2 });
export const broken = (message: string): Refused => ({ ok: false, message, code: 1 });

/** Says what is wrong, and gives the code that the command ends with. */
export function complain({ message, code }: Refused, { terminal }: Context): ExitCode {
  terminal.complain(message);
  return code;
}

/** Which function is asked, and how its address and token are given. */
export type Door = {
  /** The name of the function. */
  readonly name: 'status' | 'ack';
  readonly urlVariable: string;
  readonly tokenVariable: string;
  /** Absent when there is no such option. */
  readonly options?: { readonly url: string; readonly tokenEnv: string };
};

export type Target = { readonly url: URL; readonly token: string | null };

/** Whatever came back: a code and a text, never more than the cap. */
export type Reply = { readonly ok: true; readonly code: number; readonly text: string };

export const longestMs = 15_000;
const mostBytes = 32 * 1024 * 1024;

function isHere(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

function tokenFrom(name: string, isNamed: boolean, context: Context): string | null | Refused {
  const token = context.variables[name]?.trim();
  if (token === undefined || token === '') {
    return isNamed ? wrong(`the environment variable ${name} is not set; put the token into it`) : null;
  }
  return /^[\x21-\x7e]+$/.test(token)
    ? token
    : wrong(
        `the environment variable ${name} holds no token: it has spaces or other characters that a token cannot have`,
      );
}

function addressFrom(text: string | undefined, door: Door): URL | Refused {
  if (text === undefined || text === '') {
    const option = door.options === undefined ? '' : ` with ${door.options.url}, or`;
    return wrong(
      `where is the watchdog? Give the address of its function ${door.name}${option} in the environment variable ${door.urlVariable}`,
    );
  }
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    return wrong(
      `the address of the ${door.name} is no http or https URL; write it like https://${door.name}.example/`,
    );
  }
  const remedy = door.options?.tokenEnv ?? door.tokenVariable;
  return url.username === '' && url.password === ''
    ? url
    : wrong(`the address of the ${door.name} holds a password; take it out and use ${remedy}`);
}

/** Where to ask and with which token; a token never goes over the network in plain text. */
export function targetOf(
  door: Door,
  given: { readonly url?: string; readonly tokenEnv?: string },
  context: Context,
): { readonly ok: true; readonly target: Target } | Refused {
  const url = addressFrom(given.url ?? context.variables[door.urlVariable], door);
  if (!(url instanceof URL)) return url;
  const token = tokenFrom(given.tokenEnv ?? door.tokenVariable, given.tokenEnv !== undefined, context);
  if (token !== null && typeof token !== 'string') return token;
  if (token !== null && url.protocol === 'http:' && !isHere(url.hostname)) {
    return wrong(
      'the token would cross the network in plain text; use https, or unset its environment variable',
    );
  }
  return { ok: true, target: { url, token } };
}

/** The address with `path` (begins with a slash) after its own; what its own query says stays. */
export function urlAt(base: URL, path: string, query: Readonly<Record<string, string>> = {}): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

async function readCapped(body: AsyncIterable<Uint8Array>): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > mostBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** `body` is posted as JSON; without one it is a GET. */
export type Question = { readonly body?: object; readonly deadlineMs?: number };

async function exchange({ url, token }: Target, question: Question): Promise<Reply | Refused> {
  const { body, deadlineMs = longestMs } = question;
  const agent = new Agent({ connect: { timeout: longestMs } });
  try {
    const answer = await request(url, {
      dispatcher: agent,
      signal: AbortSignal.timeout(deadlineMs),
      method: body === undefined ? 'GET' : 'POST',
      body: body === undefined ? null : JSON.stringify(body),
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
    });
    const text = await readCapped(answer.body);
    return text === null
      ? broken(`the answer of ${url.host} is over ${mostBytes} bytes; that is none of ours`)
      : { ok: true, code: answer.statusCode, text };
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    const why = isLate
      ? `no whole answer within ${deadlineMs / 1000} s`
      : codeOf(error) || 'the connection failed';
    return broken(`${url.host} could not be asked: ${why}; is the address right, and does the function run?`);
  } finally {
    await agent.destroy();
  }
}

/** Never rejects for what a user or a network can do. No message holds the token or more of the address than the host. */
export async function ask(
  target: Target,
  question: Question,
  { terminal, clock }: Context,
): Promise<Reply | Refused> {
  const at = clock.now();
  const { host } = target.url;
  const done = terminal.progress(() => `asking ${host}, ${Math.round((clock.now() - at) / 1000)} s`);
  try {
    return await exchange(target, question);
  } finally {
    done();
  }
}

/** The text as JSON, or in words what it is instead. */
export function jsonOf(
  text: string,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly what: string } {
  try {
    const value: unknown = JSON.parse(text);
    return { ok: true, value };
  } catch {
    const what = text.trimStart().startsWith('<') ? 'a web page' : 'something that is not JSON';
    return { ok: false, what };
  }
}

const longestWords = 300;

/** What a function of ours says is wrong: the `error` of its JSON; null when it says nothing of that kind. */
export function errorWords(text: string): string | null {
  const json = jsonOf(text);
  if (!json.ok || typeof json.value !== 'object' || json.value === null || !('error' in json.value)) {
    return null;
  }
  const { error } = json.value;
  return typeof error === 'string' && error !== '' ? error.slice(0, longestWords) : null;
}
