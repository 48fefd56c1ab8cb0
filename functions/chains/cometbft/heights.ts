// Reads commits of heights, canonical ones only: at the tip a living validator can still be missing.
import type { Session } from '../../kit/net/session.ts';
import { commit as commitSchema } from '../../wire/comet.ts';
import { ask, type Asked } from '../ask.ts';
import type { Cache } from '../cache.ts';
import type { Flags } from './flags.ts';
import { readAccused } from './accused.ts';
import { positionOf, readValidatorSet, sharesIn, type Validator } from './validator-set.ts';
import { type Commit, entriesIn, type Entry, type Vote, votesIn } from './votes.ts';

export type Caches = {
  readonly commits: Cache<Asked<Commit>>;
  readonly sets: Cache<Asked<readonly Validator[]>>;
  readonly accused: Cache<Asked<readonly string[]>>;
};

export type HeightNeeds = {
  readonly session: Session;
  readonly sourceKey: string;
  readonly network: string;
  readonly flags: Flags;
  readonly isDeep: boolean;
  readonly caches: Caches;
};

/** `at` is the time of the block, epoch ms; `votes` and `shares` of the voting power are those of the keys, in their order. */
export type HeightVotes = {
  readonly height: number;
  readonly at: number;
  /** Of the block, hex in lower case. */
  readonly hash: string;
  readonly votes: readonly Vote[];
  readonly shares: readonly number[];
  /** Positions of the keys that the block holds a double vote against. */
  readonly accused: readonly number[];
  /** Why that is not known; null when it is. */
  readonly accusedTrouble: string | null;
  /** What stands in the commit at the place of each key; null for one that is not in the set. */
  readonly entries: readonly (Entry | null)[];
};

const commitBytes = 2_000_000;

function problemOf(commit: Commit, height: number, network: string): string | null {
  const { header, commit: votes } = commit.signed_header;
  if (header.chain_id !== network) return 'it is of another chain';
  if (header.height !== height || votes.height !== height) return 'it is of another height';
  return commit.canonical ? null : 'it is not canonical yet';
}

async function readCommit(height: number, needs: HeightNeeds): Promise<Asked<Commit>> {
  const answer = await ask(needs.session, 'a commit', {
    path: `/commit?height=${height}`,
    maxBytes: commitBytes,
    schema: commitSchema,
  });
  if (!answer.ok) return answer;
  const commit = answer.value.result;
  const problem = problemOf(commit, height, needs.network);
  return problem === null
    ? { ok: true, value: commit }
    : { ok: false, reason: 'protocol', detail: `a commit: ${problem}`, status: 200 };
}

/** Positions of the keys that these addresses are of, by themselves or as the set has them. */
function positionsOf(
  addresses: readonly string[],
  set: readonly Validator[],
  keys: readonly string[],
): number[] {
  return keys.flatMap((key, position) => {
    const address = set[positionOf(set, key) ?? -1]?.address ?? key;
    return addresses.includes(address) ? [position] : [];
  });
}

/** How the keys voted at a height. The set of validators is read anew only when the block says that it is another one. */
export async function readHeight(
  height: number,
  keys: readonly string[],
  needs: HeightNeeds,
): Promise<Asked<HeightVotes>> {
  const { caches, sourceKey, session } = needs;
  const commit = await caches.commits(`${sourceKey} ${height}`, () => readCommit(height, needs));
  if (!commit.ok) return commit;
  const { header } = commit.value.signed_header;
  const set = await caches.sets(`${sourceKey} ${header.validators_hash}`, () =>
    readValidatorSet(session, height),
  );
  if (!set.ok) return set;
  const votes = votesIn(commit.value, set.value, { keys, flags: needs.flags });
  if (votes !== null) {
    const { hash } = commit.value.signed_header.commit.block_id;
    const shares = sharesIn(set.value, keys);
    const entries = entriesIn(commit.value, set.value, keys);
    const found = await readAccused(commit.value, needs);
    const accused = found.ok ? positionsOf(found.value, set.value, keys) : [];
    const accusedTrouble = found.ok ? null : found.detail;
    return {
      ok: true,
      value: { height, at: header.time, hash, votes, shares, entries, accused, accusedTrouble },
    };
  }
  return {
    ok: false,
    reason: 'protocol',
    detail: 'a commit: it does not belong to the validators of its height',
    status: 200,
  };
}
