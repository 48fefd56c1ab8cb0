// Votes for the height that is being made, as a node's own consensus holds them: they show a signer that lives before any commit does.
import type { z } from 'zod';
import type { VoteWord } from '../../domain/handover/votes.ts';
import type { Session } from '../../kit/net/session.ts';
import { consensusState } from '../../wire/comet.ts';
import { ask, type Asked } from '../ask.ts';
import { compressed } from './validator-set.ts';

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

/** Whether any of these keys has voted, in any round that the node holds. A key that is not in the set is unknown. Pure. */
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
  if (before !== null && last !== null) {
    for (const key of keys) {
      const place = placeOf(before, key);
      if (place !== -1) words.push(wordIn(last, before, place));
    }
  }
  if (words.includes('ours')) return 'ours';
  return words.length === 0 || lists.length === 0 || words.includes('unknown') ? 'unknown' : 'none';
}

/** Asks a node once. Never rejects for what it does. */
export async function readVotes(session: Session, keys: readonly string[]): Promise<Asked<VoteWord>> {
  const answer = await ask(session, 'its votes', {
    path: '/dump_consensus_state',
    maxBytes: stateBytes,
    schema: consensusState,
  });
  return answer.ok ? { ok: true, value: votesOf(answer.value.result.round_state, keys) } : answer;
}
