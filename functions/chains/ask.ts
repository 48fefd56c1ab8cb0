// One question to a client's API, and its answer as a value of the expected shape.
import type { z } from 'zod';
import type { Reason } from '../domain/sample.ts';
import { failed, type Failure as NetFailure } from '../kit/net/failure.ts';
import type { Question, Reply, Session } from '../kit/net/session.ts';
import { readJson } from '../wire/read.ts';

export type Failure = NetFailure<Reason> & {
  /** The HTTP status of the answer; null when there was none. */
  readonly status: number | null;
};

export type Asked<Value> = { readonly ok: true; readonly value: Value } | Failure;

export const isOk = <Value>(answer: Asked<Value>): boolean => answer.ok;

/** An answer that cannot be used. `what` names the question in a few words, e.g. `its head`. */
export function unusable(what: string, reply: Reply | NetFailure, detail: string | null = null): Failure {
  if (!reply.ok) return { ...reply, status: null };
  const words = detail === null ? `${what}: answered ${reply.status}` : `${what}: ${detail}`;
  return { ...failed(detail === null ? 'status' : 'body', words), status: reply.status };
}

/** Asks for a body of status 200 that the schema takes. */
export async function ask<Value>(
  session: Session,
  what: string,
  given: Question & { readonly schema: z.ZodType<Value> },
): Promise<Asked<Value>> {
  const { schema, ...question } = given;
  const reply = await session.ask(question);
  if (!reply.ok || reply.status !== 200) return unusable(what, reply);
  const read = readJson(schema, reply.body.toString('utf8'));
  return read.ok ? read : unusable(what, reply, read.detail);
}
