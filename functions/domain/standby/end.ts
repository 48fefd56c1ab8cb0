// When an attempt is over: only once it is proven that it left no node; and what becomes of the standby then.
import { askAgain, classOf, ownCodes, troubleOf } from './code.ts';
import { costSoFar } from './cost.ts';
import { activeWanting, inPhase, isBeingMade, isLive } from './phase.ts';
import type { Situation } from './situation.ts';
import type { Attempt, Seen, Tried, Trouble } from './standby.ts';

/** An insert whose answer was lost, or was never asked for, may still come to something for so long; each one that is lost anew. */
export const settleMs = 5 * 60_000;
/** A node that was there, or must be, is gone only once whole lists have not shown it for so long. */
export const goneMs = 2 * 60_000;
/** So many nodes of one wanting may go away before a person has to look. */
export const mostVanished = 12;
const mostTried = 60;

/** Compute has deleted it, as it says itself. */
const isDeleted = ({ deletion }: Seen, { operation }: Situation): boolean =>
  (deletion?.operation ?? null) !== null && operation?.state === 'done';

/** Its node was there, and no operation tells what became of it. */
const wasThere = ({ node, attempt }: Seen): boolean =>
  node !== null && (!isBeingMade(node) || attempt?.operation === null);

/** A list may lag behind: that it does not show what must be there is counted from the first time. */
function missed(seen: Seen, { operation, at }: Situation): Seen {
  const { missingSince } = seen;
  if (missingSince === null && !wasThere(seen) && operation?.state !== 'done') return seen;
  return missingSince !== null && missingSince <= at ? seen : { ...seen, missingSince: at };
}

/** What the insert of an attempt came to, given that a whole list shows no node of it; null while it may still make one. */
function endOf(attempt: Attempt, seen: Seen, situation: Situation): string | null {
  const { operation, at } = situation;
  const asked = Math.max(attempt.acceptedAt ?? attempt.at, attempt.lostAt ?? 0);
  const isSettled = at >= asked + settleMs;
  const isMissing = seen.missingSince !== null && at >= seen.missingSince + goneMs;
  if (attempt.operation !== null && attempt.refused !== null) return attempt.refused.code;
  if (isDeleted(seen, situation)) return ownCodes.vanished;
  if (wasThere(seen)) return isMissing ? ownCodes.vanished : null;
  if (attempt.operation !== null) {
    if (operation?.state === 'done') return isSettled && isMissing ? ownCodes.vanished : null;
    return operation?.state === 'unknown' && isSettled ? ownCodes.forgotten : null;
  }
  // Once an answer was lost, a refusal of the repetition says little of what the first request did.
  if (attempt.refused !== null) return attempt.acceptedAt === null || isSettled ? attempt.refused.code : null;
  return activeWanting(situation) === null && isSettled ? ownCodes.withdrawn : null;
}

/** What it has cost is in `spent` from now on. */
const over = (seen: Seen, at: number): Seen => ({
  ...seen,
  attempt: seen.attempt === null ? null : { ...seen.attempt, acceptedAt: null },
  node: null,
  missingSince: null,
  report: null,
  progressAt: null,
  doubt: null,
  deletion: null,
  refusal: null,
  trouble: null,
  nextLookAt: null,
  cost: seen.cost === null ? null : { ...seen.cost, spent: costSoFar(seen, at) },
});

function lastTrouble(seen: Seen, tried: readonly Tried[], situation: Situation): Trouble | null {
  const { rules, at } = situation;
  const last = tried.at(-1);
  const vanished = tried.filter(({ code }) => code === ownCodes.vanished).length;
  if (vanished >= mostVanished) {
    const text = `its node went away ${vanished} times; find out who or what deletes it, then ${askAgain(situation.signer, situation.purpose)}`;
    return { kind: 'vanished', text, lines: [], since: at };
  }
  const refused = seen.attempt?.refused ?? null;
  if (last === undefined || refused === null || refused.code !== last.code) return null;
  const found = classOf(refused);
  if (found === 'exists') {
    const text = `an instance ${seen.attempt?.name ?? ''} is in ${last.zone} already and is not ours; find out whose it is, then ${askAgain(situation.signer, situation.purpose)}`;
    return { kind: 'foreign', text, lines: [], since: at };
  }
  if (found !== 'stop') return null;
  return {
    ...troubleOf(refused, {
      project: rules.project,
      doing: 'the creation of the node',
      again: askAgain(situation.signer, situation.purpose),
    }),
    lines: [],
    since: seen.trouble?.since ?? at,
  };
}

/**
 * What becomes of a standby of which a whole list shows no node. Nothing while its insert or its deletion may still be under way: a time-out
 * proves nothing.
 */
export function withoutNode(known: Seen, situation: Situation): Seen {
  const { at } = situation;
  const { attempt } = known;
  if (!isLive(known.phase) || attempt === null) return known;
  const seen = missed(known, situation);
  const code = endOf(attempt, seen, situation);
  if (code === null) return seen;
  const isWanted = activeWanting(situation) !== null;
  if (!isWanted) return inPhase(over(seen, at), 'gone', at);
  if (seen.deletion !== null) return inPhase(over(seen, at), 'waiting', at);
  const { zone, region } = attempt;
  const tried = [...seen.tried, { zone, region, code, at }].slice(-mostTried);
  const trouble = lastTrouble(seen, tried, situation);
  return inPhase({ ...over(seen, at), tried, trouble }, trouble === null ? 'waiting' : 'failed', at);
}
