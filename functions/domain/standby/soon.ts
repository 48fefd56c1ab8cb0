// Whether there is anything to do about a standby: now, and again within moments.
import { activeWanting, isLive } from './phase.ts';
import { rememberMs } from './plan.ts';
import type { Situation } from './situation.ts';

type Known = Pick<Situation, 'wanted' | 'seen' | 'chain' | 'rules' | 'at'>;

/** False in peace: nothing is wanted and nothing is there, or only a person can go on. */
export function hasWork(known: Known): boolean {
  const { seen, at } = known;
  const wanting = activeWanting(known);
  if (seen === null) return known.wanted !== null;
  if (isLive(seen.phase)) return true;
  if (wanting !== null) return seen.phase !== 'failed' || seen.wantedId !== wanting.id;
  return seen.phase !== 'gone' || at - seen.phaseSince > rememberMs;
}

/** True when a node is wanted that may have to be made. */
export function mayCreate(known: Known): boolean {
  const { seen } = known;
  if (activeWanting(known) === null || !hasWork(known)) return false;
  if (seen === null || !isLive(seen.phase)) return true;
  return seen.phase === 'creating' && seen.attempt?.operation === null;
}

/** Operations are waited for within a run while they are younger than this. */
const youngMs = 3 * 60_000;
/** What is due later than this is for another run. */
const momentMs = 5_000;

/** True when looking again in a moment may bring something on. */
export function isSoon({ seen, at }: Known): boolean {
  if (seen === null) return false;
  const isDue = seen.nextLookAt === null || seen.nextLookAt <= at + momentMs;
  switch (seen.phase) {
    case 'waiting':
      return seen.refusal === null;
    case 'creating':
      return isDue && seen.attempt !== null && seen.attempt.at > at - youngMs && seen.trouble === null;
    case 'releasing':
      return isDue && seen.deletion !== null && seen.deletion.at > at - youngMs;
    case 'booting':
    case 'syncing':
    case 'synced':
    case 'gone':
    case 'failed':
      return false;
  }
}
