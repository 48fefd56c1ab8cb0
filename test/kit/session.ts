// A session with a real server within an attempt of its own, for the tests of what goes on in one.
import type { RequestListener } from 'node:http';
import type { Server } from 'node:net';
import { onTestFinished } from 'vitest';
import { attempt } from '../../functions/kit/net/attempt.ts';
import { openSession, type Session } from '../../functions/kit/net/session.ts';
import { contextWith } from '../probes/context.ts';
import { listen, type Listening } from '../support/server.ts';

export async function started(server: Server): Promise<Listening> {
  const listening = await listen(server);
  onTestFinished(listening.close);
  return listening;
}

type Given = {
  readonly access?: object;
  readonly connections?: number;
  readonly patienceMs?: number;
  readonly timeoutMs?: number;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
};

/** Runs `work` with a session, and gives what it answered, or why the attempt ended before. */
export async function within<Value>(
  url: string,
  work: (session: Session) => Promise<Value>,
  { access = {}, connections = 4, patienceMs, ...given }: Given = {},
): Promise<unknown> {
  const outcome = await attempt(contextWith(given), async (frame) => {
    const session = openSession({ url, ...access }, frame, {
      connections,
      ...(patienceMs === undefined ? {} : { patienceMs }),
    });
    return { ok: true, value: await work(session) };
  });
  const { latencyMs: _, ...rest } = outcome;
  return 'value' in rest ? rest.value : rest;
}

export const get = { path: '/x', maxBytes: 1_000 };
export const ask = (session: Session): Promise<unknown> => session.ask(get);
export const saying =
  (text: string): RequestListener =>
  (_request, response) =>
    response.end(text);
export const good = (text: string): object => ({ ok: true, status: 200, body: Buffer.from(text) });
export const bad = (reason: string, detail: unknown): object => ({ ok: false, reason, detail });
