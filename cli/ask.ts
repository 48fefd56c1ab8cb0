// One question to one of our own functions over HTTP: with a deadline, and with a cap on the answer.
import { Agent, request } from 'undici';
import { codeOf } from '../functions/kit/error.ts';
import type { Context } from './context.ts';
import { broken, type Refused, type Target } from './door.ts';

/** Whatever came back: a code and a text, never more than the cap. */
export type Reply = { readonly ok: true; readonly code: number; readonly text: string };

export const longestMs = 15_000;
const mostBytes = 32 * 1024 * 1024;

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
export type Question = {
  readonly body?: object;
  readonly deadlineMs?: number;
  /** Ends the question when nobody wants the answer any more. */
  readonly signal?: AbortSignal;
};

async function exchange({ url, token }: Target, question: Question): Promise<Reply | Refused> {
  const { body, deadlineMs = longestMs, signal } = question;
  const deadline = AbortSignal.timeout(deadlineMs);
  const agent = new Agent({ connect: { timeout: longestMs } });
  try {
    const answer = await request(url, {
      dispatcher: agent,
      signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
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
