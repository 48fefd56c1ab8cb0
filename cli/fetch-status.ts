// Asks a running watchdog for its status; what comes back is not trusted before it has been parsed.
import { codeOf } from '../functions/kit/error.ts';
import { Agent, request } from 'undici';
import type { Status } from '../functions/views/status.ts';
import type { Context } from './context.ts';
import { firstIssue, statusAnswer } from './record.ts';
import type { ExitCode } from './terminal.ts';

/** `code` is what the command ends with: 2 when the user can put it right by calling it otherwise. */
export type Fetched =
  | { readonly ok: true; readonly status: Status }
  | { readonly ok: false; readonly message: string; readonly code: ExitCode };

/** The options of every command that asks for a status. */
export type StatusOptions = { readonly url?: string; readonly tokenEnv?: string };

export const urlVariable = 'WATCHDOG_STATUS_URL';
export const tokenVariable = 'WATCHDOG_STATUS_TOKEN';

const longestMs = 15_000;
const mostBytes = 32 * 1024 * 1024;

const wrong = (message: string): Fetched => ({ ok: false, message, code: 2 });
const broken = (message: string): Fetched => ({ ok: false, message, code: 1 });

function isHere(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

function tokenFrom(options: StatusOptions, context: Context): string | null | Fetched {
  const name = options.tokenEnv ?? tokenVariable;
  const token = context.variables[name]?.trim();
  if (token === undefined || token === '') {
    return options.tokenEnv === undefined
      ? null
      : wrong(`the environment variable ${name} is not set; put the token into it`);
  }
  return /^[\x21-\x7e]+$/.test(token)
    ? token
    : wrong(
        `the environment variable ${name} holds no token: it has spaces or other characters that a token cannot have`,
      );
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

function parse(text: string, host: string): Fetched {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const what = text.trimStart().startsWith('<') ? 'a web page' : 'something that is not JSON';
    return broken(`${host} answered with ${what}; is this the address of the function status?`);
  }
  const parsed = statusAnswer.safeParse(value);
  if (parsed.success) return { ok: true, status: parsed.data };
  return broken(
    `the answer of ${host} is no status that this version knows (${firstIssue(parsed.error)}); is this the address of the function status, and are both of one version?`,
  );
}

function fromStatus(code: number, host: string, hasToken: boolean): Fetched {
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
  return broken(`${host} answered with ${code} instead of a status; the log of the function says why`);
}

async function ask(url: URL, token: string | null, deadlineMs: number): Promise<Fetched> {
  const agent = new Agent({ connect: { timeout: longestMs } });
  try {
    const answer = await request(url, {
      dispatcher: agent,
      signal: AbortSignal.timeout(deadlineMs),
      headers: {
        accept: 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
    });
    if (answer.statusCode !== 200) return fromStatus(answer.statusCode, url.host, token !== null);
    const text = await readCapped(answer.body);
    return text === null
      ? broken(`the answer of ${url.host} is over ${mostBytes} bytes; that is no status`)
      : parse(text, url.host);
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
export async function fetchStatus(
  options: StatusOptions,
  context: Context,
  deadlineMs = longestMs,
): Promise<Fetched> {
  const text = options.url ?? context.variables[urlVariable];
  if (text === undefined || text === '') {
    return wrong(
      `where is the watchdog? Give the address of its function status with --url, or in the environment variable ${urlVariable}`,
    );
  }
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    return wrong('the address of the status is no http or https URL; write it like https://status.example/');
  }
  if (url.username !== '' || url.password !== '') {
    return wrong('the address of the status holds a password; take it out and use --token-env');
  }
  const token = tokenFrom(options, context);
  if (token !== null && typeof token !== 'string') return token;
  if (token !== null && url.protocol === 'http:' && !isHere(url.hostname)) {
    return wrong(
      'the token would cross the network in plain text; use https, or unset its environment variable',
    );
  }
  const { terminal, clock } = context;
  const at = clock.now();
  const done = terminal.progress(() => `asking ${url.host}, ${Math.round((clock.now() - at) / 1000)} s`);
  try {
    return await ask(url, token, deadlineMs);
  } finally {
    done();
  }
}
