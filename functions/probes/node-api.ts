// What the probes of chain clients share: questions to an API over one connection, and what its answers mean for a probe.
import type { z } from 'zod';
import type { Access } from '../kit/net/access.ts';
import type { Attempt } from '../kit/net/attempt.ts';
import { failed } from '../kit/net/failure.ts';
import { openSession, type Question, type Session } from '../kit/net/session.ts';
import { readJson } from '../wire/read.ts';
import type { Failure } from './outcome.ts';

const answerBytes = 64_000;
/** For an answer that lists what nobody asked for: the transactions of a block, the peers of a node. */
export const listBytes = 1_000_000;

/** One connection, as a careful guest. */
export const openApi = (access: Access, frame: Attempt): Session =>
  openSession(access, frame, { connections: 1 });

/** `status` is that of an answer that came, null when none did. */
export type ApiAnswer<Value> =
  | { readonly ok: true; readonly value: Value; readonly status: number }
  | { readonly ok: false; readonly failure: Failure; readonly status: number | null };

export type ApiQuestion<Value> = Omit<Question, 'maxBytes'> & {
  readonly maxBytes?: number;
  /** What a body with status 200 is. */
  readonly schema: z.ZodType<Value>;
  /** What a body with any other status may be; without it such an answer is judged by its status alone. */
  readonly otherwise?: z.ZodType<Value>;
};

/** `what` names the question in an answer's words, e.g. `its head`. */
export async function askApi<Value>(
  api: Session,
  what: string,
  { schema, otherwise, ...question }: ApiQuestion<Value>,
): Promise<ApiAnswer<Value>> {
  const reply = await api.ask({ maxBytes: answerBytes, ...question });
  if (!reply.ok) {
    // Which of the answers it was says nothing when there is no connection at all.
    const detail = reply.reason === 'protocol' ? `${what}: ${reply.detail}` : reply.detail;
    return { ok: false, failure: failed(reply.reason, detail), status: null };
  }
  const { status } = reply;
  const expected = status === 200 ? schema : otherwise;
  const read = expected === undefined ? null : readJson(expected, reply.body.toString('utf8'));
  if (read?.ok === true) return { ...read, status };
  const failure =
    status === 200 && read !== null
      ? failed('body', `${what}: ${read.detail}`)
      : failed('status', `${what}: answered ${status}`);
  return { ok: false, failure, status };
}

/** What a server answers to what it does not serve. */
const notServed = [400, 401, 403, 404, 405, 410, 501];

/** True when the answer says that the server has no such thing, which many public ones have not. */
export const isNotServed = (answer: ApiAnswer<unknown>): boolean =>
  !answer.ok && answer.status !== null && notServed.includes(answer.status);

export const ageInSeconds = (at: number, now: number): number => Math.max(0, Math.round((now - at) / 1000));

/** `1 slot`, `13 slots`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Clocks differ; beyond this a time is not of this world. */
const aheadMs = 60_000;

/** Why a head of this time is not at the head of its chain; null when it is. */
export function oldHead(
  head: { readonly at: number; readonly name: string },
  given: { readonly now: number; readonly maxAgeMs: number; readonly aheadMs?: number },
): Failure | null {
  const { at, name } = head;
  const { now, maxAgeMs } = given;
  if (at > now + (given.aheadMs ?? aheadMs)) {
    return failed('protocol', `${name} is ${ageInSeconds(now, at)} s in the future`);
  }
  return now - at > maxAgeMs ? failed('stale', `${name} is ${ageInSeconds(at, now)} s old`) : null;
}

/** `peers` is null when the server does not say. */
export function fewPeers(peers: number | null, minPeers: number): Failure | null {
  return peers !== null && peers < minPeers
    ? failed('few-peers', `has ${counted(peers, 'peer')}, expected at least ${minPeers}`)
    : null;
}
