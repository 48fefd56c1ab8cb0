// What Compute's answer to an insert or a delete makes of what is known.
import type { ComputeAnswer, ComputeFailure } from './answer.ts';
import { askAgain, classOf, isOfSnapshot, ownCodes, troubleOf } from './code.ts';
import type { Purpose } from './situation.ts';
import type { StandbyRules } from './rules.ts';
import type { Refusal, Seen } from './standby.ts';

/** How soon it is asked again: after a lost answer, and when Compute has no time. */
const soonMs = 2_000;
const laterMs = 20_000;
/** A place whose Compute has no time for so long is given up. */
const patienceMs = 10 * 60_000;
/** One that began with a snapshot is tried without it sooner: it may be the snapshot. */
const warmPatienceMs = 60_000;
/** A template cannot be changed: Terraform deletes it and makes another of the same name, for which it is away for seconds. */
const templatePatienceMs = 2 * 60_000;

type Context = {
  readonly at: number;
  readonly rules: StandbyRules;
  readonly signer: string;
  readonly purpose: Purpose;
};
type Accepted = ComputeAnswer<{ readonly operation: string }>;

const silent = (seen: Seen, text: string, at: number): Refusal => ({
  reason: 'compute-silent',
  text,
  since: seen.refusal?.reason === 'compute-silent' ? seen.refusal.since : at,
});

/** What is kept of a refusal names the permission that is missing. */
const withPermission = ({ permission, text }: ComputeFailure): string =>
  permission === null || text.includes(permission) ? text : `${text} (${permission})`;

export function afterInsert(seen: Seen, answer: Accepted, { at, rules, signer, purpose }: Context): Seen {
  const { attempt } = seen;
  if (attempt === null) return seen;
  if (answer.ok) {
    const { operation } = answer.value;
    const accepted = { ...attempt, operation, acceptedAt: attempt.acceptedAt ?? at };
    return { ...seen, attempt: accepted, refusal: null, nextLookAt: at + soonMs };
  }
  const { failure } = answer;
  const { code } = failure;
  const found = classOf(failure);
  // A server that cannot do it may say so with a status that leaves open what it has done; its own word for no room is an answer.
  const isWord = failure.status !== null && (found === 'next-zone' || found === 'next-region');
  if (failure.isLost && !isWord) {
    // It may have been done, and then it costs money.
    const lost = { ...attempt, acceptedAt: attempt.acceptedAt ?? at, lostAt: at };
    const refusal = silent(seen, `no answer came to the insert: ${code}`, at);
    return { ...seen, attempt: lost, refusal, nextLookAt: at + soonMs };
  }
  const isGivenUp =
    attempt.acceptedAt === null &&
    at - attempt.at >= (attempt.snapshot === null ? patienceMs : warmPatienceMs);
  if (found === 'wait' && !isGivenUp) {
    return { ...seen, refusal: silent(seen, `Compute has no time: ${code}`, at), nextLookAt: at + laterMs };
  }
  const isAway = code === 'notFound' && attempt.snapshot === null && at - attempt.at < templatePatienceMs;
  if (isAway) {
    const refusal = silent(seen, `Compute does not find what the node is made of: ${code}`, at);
    return { ...seen, refusal, nextLookAt: at + laterMs };
  }
  const begun = failure.isLost ? { ...attempt, acceptedAt: attempt.acceptedAt ?? at, lostAt: at } : attempt;
  const isCold = isOfSnapshot(attempt, failure);
  const refused = {
    ...begun,
    refused: { code: isCold ? ownCodes.cold : code, text: withPermission(failure) },
  };
  const told = troubleOf(failure, {
    project: rules.project,
    doing: 'the creation of the node',
    again: askAgain(signer, purpose),
  });
  const trouble = found === 'stop' && !isCold ? { ...told, lines: [], since: at } : seen.trouble;
  return { ...seen, attempt: refused, refusal: null, trouble, nextLookAt: at + soonMs };
}

/** That there is no such node is no proof that it is gone: the list decides. */
const isMissing = ({ status }: ComputeFailure): boolean => status === 404;

export function afterRemove(seen: Seen, answer: Accepted, { at, rules }: Context): Seen {
  const { deletion } = seen;
  if (deletion === null) return seen;
  if (answer.ok) {
    const { operation } = answer.value;
    return { ...seen, deletion: { ...deletion, operation }, trouble: null, nextLookAt: at + soonMs };
  }
  const { failure } = answer;
  const isWaiting = failure.isLost || isMissing(failure);
  if (isWaiting) return { ...seen, nextLookAt: at + soonMs };
  if (classOf(failure) === 'wait') return { ...seen, nextLookAt: at + laterMs };
  const told = troubleOf(failure, {
    project: rules.project,
    doing: 'the deletion of the node',
    again: null,
  });
  // The next request is another one: Compute would answer a repeated one as it did this.
  return {
    ...seen,
    deletion: null,
    trouble: { ...told, lines: [], since: seen.trouble?.since ?? at },
    nextLookAt: at + laterMs,
  };
}
