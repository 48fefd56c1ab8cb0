// Who voted in a commit: each entry is held against the validator that stands at its place in the set. Pure.
import type { z } from 'zod';
import type { commit as commitSchema } from '../../wire/comet.ts';
import type { Flags } from './flags.ts';
import { positionOf, type Validator } from './validator-set.ts';

export type Commit = z.output<typeof commitSchema>['result'];
export type Entry = Commit['signed_header']['commit']['signatures'][number];

/** `unknown`: the entry is not one that this chain is known to write. */
export type Vote = 'alive' | 'absent' | 'not-in-set' | 'unknown';

/** The votes of the keys, in their order. Null when the commit does not belong to the set: then nothing in it can be believed. */
export function votesIn(
  commit: Commit,
  set: readonly Validator[],
  given: { readonly keys: readonly string[]; readonly flags: Flags },
): readonly Vote[] | null {
  const { signatures } = commit.signed_header.commit;
  const fits =
    signatures.length === set.length &&
    signatures.every(({ validator_address: address }, index) =>
      address === '' ? true : address === set[index]?.address,
    );
  if (!fits) return null;
  return given.keys.map((key): Vote => {
    const position = positionOf(set, key);
    if (position === null) return 'not-in-set';
    const entry = signatures[position];
    if (entry === undefined) return 'unknown';
    const hasAddress = entry.validator_address !== '';
    if (given.flags.absent.has(entry.block_id_flag)) return hasAddress ? 'unknown' : 'absent';
    return given.flags.alive.has(entry.block_id_flag) && hasAddress ? 'alive' : 'unknown';
  });
}

/** The entries of the keys as they stand in a commit that belongs to the set, in their order; null for a key that is not in the set. */
export const entriesIn = (
  commit: Commit,
  set: readonly Validator[],
  keys: readonly string[],
): readonly (Entry | null)[] =>
  keys.map((key) => commit.signed_header.commit.signatures[positionOf(set, key) ?? -1] ?? null);
