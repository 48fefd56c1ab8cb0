// Votes for the height that is being made, as a node's own consensus holds them: they show a signer that lives before any commit does.
import type { z } from 'zod';
import type { VotesWatched } from '../../domain/handover/facts.ts';
import { extendWatch, type VoteWord } from '../../domain/handover/votes.ts';
import type { Clock } from '../../kit/clock.ts';
import { failed } from '../../kit/net/failure.ts';
import { consensusState } from '../../wire/comet.ts';
import { ask } from '../ask.ts';
import type { VotesQuery, VotesRead } from '../chain.ts';
import { readStatus, troubleWith, wrongChain } from './status.ts';
import { compressed } from '../../wire/comet-key.ts';

type State = z.output<typeof consensusState>['result']['round_state'];
type Member = State['validators']['validators'][number];

const stateBytes = 8_000_000;
const none = 'nil-Vote';

function placeOf(set: readonly Member[], key: string): number {
  return set.findIndex(({ address, pub_key: { value } }) => {
    if (address === key) return true;
    return key.length === 96 && compressed(Buffer.from(value, 'base64').toString('hex')) === key;
  });
}

/** `unknown` when the list does not belong to the set. */
function wordIn(votes: readonly string[], set: readonly Member[], place: number): VoteWord {
  const vote = votes[place];
  if (votes.length !== set.length || vote === undefined) return 'unknown';
  if (vote === none) return 'none';
  const [, at, address] = /^Vote\{(\d{1,4}):([0-9A-F]{4,40}) /.exec(vote) ?? [];
  const member = set[place]?.address.toUpperCase() ?? '';
  return at === String(place) && address !== undefined && member.startsWith(address) ? 'ours' : 'unknown';
}

/** Whether any of these keys has voted, in any round that the node holds, or for the height before. A key that is not in the set is unknown. Pure. */
export function votesOf(state: State, keys: readonly string[]): VoteWord {
  const { validators: set } = state.validators;
  const lists = state.votes.flatMap(({ prevotes, precommits }) => [prevotes, precommits]);
  const words = keys.flatMap((key): VoteWord[] => {
    const place = placeOf(set, key);
    if (place === -1) return ['unknown'];
    return lists.map((votes) => wordIn(votes, set, place));
  });
  const before = state.last_validators?.validators ?? null;
  const last = state.last_commit?.votes ?? null;
  if (last !== null) {
    for (const key of keys) {
      const place = placeOf(before ?? [], key);
      if (before === null) words.push('unknown');
      else if (place !== -1) words.push(wordIn(last, before, place));
    }
  }
  if (words.includes('ours')) return 'ours';
  return words.length === 0 || lists.length === 0 || words.includes('unknown') ? 'unknown' : 'none';
}

/** Asks a node once, which must be at the head of the right chain. Never rejects for what it does. */
export async function readVotes(
  { session, keys, now }: Omit<VotesQuery<unknown>, 'source'>,
  network: string,
): Promise<VotesRead> {
  const status = await readStatus(session);
  if (!status.ok) return status;
  const trouble = wrongChain(status.value, network) ?? troubleWith(status.value, now());
  if (trouble !== null) return trouble;
  const answer = await ask(session, 'its votes', {
    path: '/dump_consensus_state',
    maxBytes: stateBytes,
    schema: consensusState,
  });
  if (!answer.ok) return answer;
  const { round_state: state } = answer.value.result;
  // While a node follows others it takes part in nothing: it shows an old height in which nobody votes any more.
  return state.height < status.value.sync_info.latest_block_height
    ? failed('protocol', `its votes are of height ${state.height}, which is over`)
    : { ok: true, value: votesOf(state, keys) };
}

export type Watching = {
  /** One look at the node that is to sign, which says for itself when it must end: see `BoundSource.votes`. */
  readonly look: () => Promise<VotesRead>;
  readonly clock: Clock;
  /** Ends it. */
  readonly signal: AbortSignal;
};

const everyMs = 1_500;

/** Looks again and again, and tells what has been watched after each look. Resolves when the signal aborts. */
export async function watchVotes(
  { look, clock, signal }: Watching,
  told: (watched: VotesWatched | null) => void,
): Promise<void> {
  let watched: VotesWatched | null = null;
  while (!signal.aborted) {
    // What is seen is of no earlier time than this.
    const at = clock.now();
    // oxlint-disable-next-line no-await-in-loop -- one look after another
    const read = await look();
    // A look that was ended from outside has seen nothing.
    if (signal.aborted) return;
    watched = extendWatch(watched, read.ok ? read.value : 'unknown', at);
    told(watched);
    try {
      // oxlint-disable-next-line no-await-in-loop -- one look after another
      await clock.sleep(everyMs, signal);
    } catch {
      return;
    }
  }
}
