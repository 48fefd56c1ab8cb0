// What Compute or the network said against a call, as one closed value.
import { z } from 'zod';
import { codeOf } from '../kit/error.ts';
import { plainLine } from '../kit/plain-line.ts';
import type { ComputeFailure } from './cloud.ts';
import { CallFailed, type CallOutcome } from './compute-transport.ts';

const refusal = z.object({
  error: z.object({
    message: z.string().default(''),
    status: z.string().optional(),
    errors: z
      .array(z.object({ reason: z.string().optional() }))
      .max(100)
      .default([]),
    details: z
      .array(
        z.object({
          reason: z.string().optional(),
          metadata: z.record(z.string(), z.string()).optional(),
        }),
      )
      .max(100)
      .optional()
      .catch(undefined),
  }),
});
type Refusal = z.infer<typeof refusal>['error'];

const codeShape = /^[A-Za-z][A-Za-z0-9_]{1,63}$/;
const permissionShape = /^[a-zA-Z]+(\.[a-zA-Z]+){2}$/;
// Says no more than the status does, so that a more exact word is looked for behind it.
const vague = new Set([
  'backendError',
  'internalError',
  'badRequest',
  'invalid',
  'forbidden',
  'conditionNotMet',
]);

const longest = 4_096;

/** Of a word that is cut nobody can tell any more what it was. */
const cut = (text: string): string =>
  text.length > longest ? text.slice(0, longest).replace(/\S+$/, '…') : text;

/**
 * Of what Compute or a console says: one line of at most 200 characters, without addresses, accounts, projects, what is called a secret and
 * whatever may be a token.
 */
export function computeText(text: string): string {
  const line = plainLine(cut(text))
    .replaceAll(/\bauthorization\b["']?\s*[:=].*/gi, 'authorization …')
    .replaceAll(/\b(bearer)\s+\S+/gi, '$1 …')
    .replaceAll(/\b(\w*(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key))\b["']?\s*[:=]\s*\S+/gi, '$1 …')
    .replaceAll(/\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, '…')
    .replaceAll(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, '…')
    .replaceAll(/\S+@\S+/g, '…')
    .replaceAll(/\bprojects\/[^/\s']+\//g, '')
    .replaceAll(/\b[A-Za-z0-9_.-]{40,}\b/g, '…');
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

/** A code that Compute gave; `otherwise` when what it gave looks like none. */
export const computeCode = (code: string | null | undefined, otherwise: string): string =>
  code !== null && code !== undefined && codeShape.test(code) ? code : otherwise;

function read(body: string | null): Refusal | null {
  try {
    return body === null ? null : (refusal.safeParse(JSON.parse(body)).data?.error ?? null);
  } catch {
    return null;
  }
}

function codeFrom(said: Refusal, otherwise: string): string {
  const reasons = [
    ...said.errors.map(({ reason }) => reason),
    ...(said.details ?? []).map(({ reason }) => reason),
  ].filter((reason) => reason !== undefined && codeShape.test(reason));
  const exact = reasons.find((reason) => reason !== undefined && !vague.has(reason));
  return exact ?? reasons[0] ?? computeCode(said.status, otherwise);
}

/** The permission that is missing, where a refusal names it. */
function permissionFrom(said: Refusal): string | null {
  const named = [
    /Required '([\w.]+)' permission/.exec(said.message)?.[1],
    /Permission '([\w.]+)' denied/.exec(said.message)?.[1],
    ...(said.details ?? []).map(({ metadata }) => metadata?.['permission']),
  ].find((each) => each !== undefined && permissionShape.test(each));
  if (named !== undefined) return named;
  const isAccount =
    codeFrom(said, '') === 'SERVICE_ACCOUNT_ACCESS_DENIED' ||
    /does not have access to service account/.test(said.message);
  return isAccount ? 'iam.serviceAccounts.actAs' : null;
}

function fromStatus(status: number, body: string | null, isMutating: boolean): ComputeFailure {
  const said = read(body);
  const code = `HTTP_${status}`;
  return {
    code: said === null ? code : codeFrom(said, code),
    status,
    // What a server could not say to the end it may have done.
    isLost: isMutating && status >= 500,
    permission: said === null || (status !== 403 && status !== 400) ? null : permissionFrom(said),
    text: said === null || said.message === '' ? `HTTP ${status}` : computeText(said.message),
  };
}

/** It was not sent: what it asks for is not on our list, or is named as nothing can be named. */
export const notOurs: ComputeFailure = {
  code: 'NOT_OURS',
  status: null,
  isLost: false,
  permission: null,
  text: 'the watchdog has no business with this call',
};

function fromOutcome(outcome: CallOutcome, isMutating: boolean): ComputeFailure {
  const plain = { status: null, permission: null };
  switch (outcome.kind) {
    case 'status':
      return fromStatus(outcome.status, outcome.body, isMutating);
    case 'too-long':
      return { ...plain, code: 'TOO_LONG', isLost: true, text: 'the answer is too long' };
    case 'network':
      return { ...plain, code: outcome.code, isLost: true, text: `no answer: ${outcome.code}` };
    case 'no-identity':
      return { ...plain, code: 'NO_IDENTITY', isLost: false, text: 'no access token for Compute' };
    case 'not-ours':
      return notOurs;
  }
}

/** Google's client wraps what the transport throws. */
function outcomeIn(thrown: unknown): CallOutcome | null {
  let at = thrown;
  for (let depth = 0; depth < 5; depth++) {
    if (at instanceof CallFailed) return at.outcome;
    if (!(at instanceof Error)) return null;
    at = at.cause;
  }
  return null;
}

/** Ended by the run or by its own deadline; `wasSent` is false when it had not begun. */
export const endedFailure = (code: 'ABORTED' | 'TIMEOUT', wasSent: boolean): ComputeFailure => ({
  code,
  status: null,
  isLost: wasSent,
  permission: null,
  text: code === 'ABORTED' ? 'the run ended first' : 'no answer in time',
});

/** An answer came with 2xx, and it is not what Compute answers. */
export const malformedFailure: ComputeFailure = {
  code: 'MALFORMED',
  status: null,
  isLost: true,
  permission: null,
  text: 'the answer cannot be read',
};

/** Whatever was thrown by a call. `isMutating`: the call changes something, so that an answer with 5xx leaves open whether it did. */
export function computeFailure(thrown: unknown, isMutating: boolean): ComputeFailure {
  const outcome = outcomeIn(thrown);
  if (outcome !== null) return fromOutcome(outcome, isMutating);
  // What is left is what Google's client could make nothing of, or a system's error that it does not wrap.
  const code = computeCode(codeOf(thrown), '');
  return code === '' ? malformedFailure : { ...malformedFailure, code };
}
