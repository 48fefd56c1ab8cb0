// What one look at a standby makes of what was seen of it before; nothing here asks for anything.
import { inPhaseOfReport, withAgent } from './agent.ts';
import { isOfSnapshot, ownCodes, troubleOf } from './code.ts';
import { withoutNode } from './end.ts';
import { activeWanting, inPhase, isBeingMade, isLive, unseen } from './phase.ts';
import { isHeldBy } from './release.ts';
import { nodeShown, type Situation } from './situation.ts';
import type { NodeSeen, Seen } from './standby.ts';
import { withTrouble } from './trouble.ts';

/** A failed deletion is asked for again after so long. */
const pauseMs = 60_000;

function anew(seen: Seen, wantedId: string, at: number): Seen {
  const next: Seen = { ...seen, wantedId, tried: [], refusal: null, trouble: null };
  // What earlier nodes have cost is counted in the month, and is none of this one's.
  if (!isLive(seen.phase)) return inPhase({ ...next, cost: null }, 'waiting', at);
  const { attempt } = seen;
  // What stopped the one before says nothing against this one.
  if (attempt === null || attempt.refused === null) return next;
  const refused = { code: ownCodes.superseded, text: attempt.refused.text };
  return { ...next, attempt: { ...attempt, refused } };
}

function withWanting(seen: Seen, situation: Situation): Seen {
  const { at } = situation;
  const wanting = activeWanting(situation);
  if (wanting === null) {
    return isLive(seen.phase)
      ? inPhase({ ...seen, refusal: null }, 'releasing', at)
      : inPhase({ ...seen, refusal: null, trouble: null, nextLookAt: null }, 'gone', at);
  }
  const known = seen.wantedId === wanting.id ? seen : anew(seen, wanting.id, at);
  if (known.phase === 'gone') return inPhase(known, 'waiting', at);
  if (known.phase !== 'releasing' || known.deletion !== null) return known;
  return known.node === null ? inPhase(known, 'creating', at) : inPhaseOfReport(known, at);
}

function withOperation(seen: Seen, { operation, at, rules }: Situation): Seen {
  if (operation?.state !== 'failed') return seen;
  const { code, text } = operation;
  if (seen.deletion !== null && seen.deletion.operation !== null) {
    const told = troubleOf(operation, {
      project: rules.project,
      doing: 'the deletion of the node',
      again: null,
    });
    const trouble = { ...told, lines: [], since: at };
    return { ...seen, deletion: null, trouble, nextLookAt: at + pauseMs };
  }
  const { attempt } = seen;
  if (attempt === null || attempt.refused !== null) return seen;
  const refused = { code: isOfSnapshot(attempt, operation) ? ownCodes.cold : code, text };
  return { ...seen, attempt: { ...attempt, refused } };
}

/** A node that is there is there, whatever was said of its attempt, and whether or not it was given up. */
function withNode(seen: Seen, node: NodeSeen, situation: Situation): Seen {
  const { at, flag, heard } = situation;
  const { attempt } = seen;
  if (attempt === null) return seen;
  const isNew = !isLive(seen.phase);
  const begun = node.createdAt !== null && node.createdAt <= at ? node.createdAt : at;
  const acceptedAt = isNew ? begun : (attempt.acceptedAt ?? begun);
  const isHeld = flag !== null && flag.isReadable && flag.flag !== null && isHeldBy(flag.flag, node);
  const next: Seen = {
    ...seen,
    node,
    missingSince: null,
    attempt: { ...attempt, refused: null, acceptedAt },
    progressAt: seen.progressAt ?? at,
    hasHeldKeys: seen.hasHeldKeys || isHeld,
    refusal: null,
    nextLookAt: seen.phase === 'releasing' ? seen.nextLookAt : null,
  };
  const heardOf = withAgent(next, heard, at, isHeld);
  const isStaying = activeWanting(situation) !== null && seen.deletion === null;
  if (isStaying && isBeingMade(node) && situation.operation?.state !== 'done') {
    return inPhase(heardOf, 'creating', at);
  }
  return isStaying ? inPhaseOfReport(heardOf, at) : inPhase(heardOf, 'releasing', at);
}

/** Level, not edge: the same look twice comes to the same. */
export function look(situation: Situation): Seen {
  const { at, listing } = situation;
  const known = withWanting(situation.seen ?? unseen(at), situation);
  const asked = withOperation(known, situation);
  const node = nodeShown(situation, asked.attempt);
  const now =
    node !== null
      ? withNode(asked, node, situation)
      : listing?.isWhole === true
        ? withoutNode(asked, situation)
        : asked;
  return withTrouble(now, situation);
}
