// What a tick saw of standbys: their documents, read only while one is wanted, and what concerns all of them, read once in a while.
import type { Fleet, Seen, Standby } from './standby.ts';
import type { Wanted } from './want.ts';

export type StandbyLook = {
  /** By signer; of one that is missing here nothing was read, or it could not be read: that says nothing. */
  readonly bySigner: Readonly<Record<string, Pick<Standby, 'wanted' | 'seen'>>>;
  /** Null when it was not read, or cannot be. */
  readonly fleet: Fleet | null;
};

export const noLook: StandbyLook = { bySigner: {}, fleet: null };

/** What is seen of the standby of a signer: null when there is nothing, undefined when that is not known. */
export function seenOf(look: StandbyLook, wanted: Wanted): Seen | null | undefined {
  const standby = look.bySigner[wanted.signer];
  if (standby === undefined) return undefined;
  const { seen } = standby;
  // What is over of an earlier wanting says nothing of this one; a node that is still there is taken over.
  return seen !== null && seen.phase === 'gone' && seen.wantedId !== wanted.id ? null : seen;
}

/** True when it is known that no node is there, and that none is being made or deleted. */
export const isNothingThere = (seen: Seen | null | undefined): boolean =>
  seen === null || seen?.phase === 'gone' || (seen?.phase === 'waiting' && seen.node === null);

const lookEveryMs = 10 * 60_000;
const lookAtMinute = 4;

/** True in the minute of ten in which what concerns all standbys is read: nobody wants them to cost anything while all is well. */
export const isFleetLookedAt = (at: number): boolean =>
  Math.floor((at % lookEveryMs) / 60_000) === lookAtMinute;
