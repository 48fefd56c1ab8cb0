// Asks a function of a running watchdog over HTTP; says of everything that can go wrong what to do, without token or address.
import { Agent, request } from 'undici';
import { codeOf } from '../functions/kit/error.ts';
import { isThisMachine } from '../functions/kit/http-post.ts';
import type { Context } from './context.ts';
import type { ExitCode } from './terminal.ts';

/** `code` is what the command ends with: 2 when the user can put it right by calling it otherwise. */
export type Trouble = { readonly ok: false; readonly message: string; readonly code: ExitCode };

/** The options of every command that asks a function. */
export type AskOptions = { readonly url?: string; readonly tokenEnv?: string };

/** Where a function is when the options do not say it. */
export type AskedFunction = {
  readonly name: string;
  readonly urlVariable: string;
  readonly tokenVariable: string;
};

/** `token` is null when none is given. */
export type Address = { readonly ok: true; readonly url: URL; readonly token: string | null };

export type Reply = { readonly ok: true; readonly status: number; readonly text: string };

export const longestMs = 15_000;
const mostBytes = 32 * 1024 * 1024;

export const wrong = (message: string): Trouble => ({ ok: false, message, code: 2 });
export const broken = (message: string): Trouble => ({ ok: false, message, code: 1 });

function tokenFrom(options: AskOptions, context: Context, asked: AskedFunction): string | null | Trouble {
  const name = options.tokenEnv ?? asked.tokenVariable;
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

/** Where to ask and with what, or why that cannot be. */
export function addressOf(options: AskOptions, context: Context, asked: AskedFunction): Address | Trouble {
  const text = options.url ?? context.variables[asked.urlVariable];
  if (text === undefined || text === '') {
    return wrong(
      `where is the watchdog? Give the address of its function ${asked.name} with --url, or in the environment variable ${asked.urlVariable}`,
    );
  }
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    return wrong(
      `the address of the ${asked.name} is no http or https URL; write it like https://${asked.name}.example/`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    return wrong(`the address of the ${asked.name} holds a password; take it out and use --token-env`);
  }
  const token = tokenFrom(options, context, asked);
  if (token !== null && typeof token !== 'string') return token;
  if (token !== null && url.protocol === 'http:' && !isThisMachine(url)) {
    return wrong(
      'the token would cross the network in plain text; use https, or unset its environment variable',
    );
  }
  return { ok: true, url, token };
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

async function send(
  { url, token }: Address,
  body: object | null,
  asking: { readonly name: string; readonly deadlineMs: number },
): Promise<Reply | Trouble> {
  const { name, deadlineMs } = asking;
  const agent = new Agent({ connect: { timeout: longestMs } });
  try {
    const answer = await request(url, {
      method: body === null ? 'GET' : 'POST',
      body: body === null ? null : JSON.stringify(body),
      dispatcher: agent,
      signal: AbortSignal.timeout(deadlineMs),
      headers: {
        accept: 'application/json',
        ...(body === null ? {} : { 'content-type': 'application/json' }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
    });
    const text = await readCapped(answer.body);
    return text === null
      ? broken(`the answer of ${url.host} is over ${mostBytes} bytes; that is no ${name}`)
      : { ok: true, status: answer.statusCode, text };
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

/** Gets, or posts `body` when there is one. Never rejects for what a network can do. */
export async function askFunction(
  address: Address,
  body: object | null,
  asking: { readonly name: string; readonly context: Context; readonly deadlineMs?: number },
): Promise<Reply | Trouble> {
  const { name, context, deadlineMs = longestMs } = asking;
  const { terminal, clock } = context;
  const at = clock.now();
  const { host } = address.url;
  const done = terminal.progress(() => `asking ${host}, ${Math.round((clock.now() - at) / 1000)} s`);
  try {
    return await send(address, body, { name, deadlineMs });
  } finally {
    done();
  }
}

/** What a status other than 200 means wherever it comes from; null when it needs words of its own. */
export function troubleOf(status: number, { url, token }: Address, asked: AskedFunction): Trouble | null {
  const { host } = url;
  if (status === 401 || status === 403) {
    return wrong(
      token === null
        ? `${host} wants a token (${status}); put it into the environment variable ${asked.tokenVariable}, or name another with --token-env`
        : `${host} does not accept the token (${status}); check that it is the one of the configuration`,
    );
  }
  return status >= 300 && status < 400
    ? wrong(
        `${host} answered with a redirect (${status}), which is not followed; give the address that it leads to`,
      )
    : null;
}

/** The value of a JSON answer; `name` is the function that should have given it. */
export function jsonOf({ text }: Reply, host: string, name: string): { readonly value: unknown } | Trouble {
  try {
    return { value: JSON.parse(text) };
  } catch {
    const what = text.trimStart().startsWith('<') ? 'a web page' : 'something that is not JSON';
    return broken(`${host} answered with ${what}; is this the address of the function ${name}?`);
  }
}
