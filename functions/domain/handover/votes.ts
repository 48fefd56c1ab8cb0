// Live votes that somebody watches, look by look: since when there is none of ours.
import type { VotesWatched } from './facts.ts';

/** What one look at the votes in the making came to. `unknown`: it could not be told, so whatever was watched is worth nothing. */
export type VoteWord = 'none' | 'ours' | 'unknown';

/** Between two looks further apart than this a vote may have come and gone. */
export const voteGapMs = 15_000;

/** After one more look at this time, epoch ms. Null when there is nothing that can be counted from, and none was ever seen: that is not forgotten. */
export function extendWatch(before: VotesWatched | null, word: VoteWord, at: number): VotesWatched | null {
  switch (word) {
    case 'unknown': {
      const seenAt = before?.seenAt ?? null;
      return seenAt === null ? null : { from: at, through: at, seenAt };
    }
    case 'ours':
      return { from: at, through: at, seenAt: at };
    case 'none': {
      const isOn = before !== null && at >= before.through && at - before.through <= voteGapMs;
      return isOn ? { ...before, through: at } : { from: at, through: at, seenAt: before?.seenAt ?? null };
    }
  }
}
