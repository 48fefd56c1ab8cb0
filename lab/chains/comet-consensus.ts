// The height that a pretend CometBFT node is making, and the votes for it, as its own consensus holds them.
import type { ApiAnswer } from './api.ts';
import { commitOf } from './comet-commit.ts';
import { keyOf, result, timeText, type View } from './comet-view.ts';

const never = '0001-01-01T00:00:00Z';
const nothing = { proposal: null, proposal_block: null, proposal_block_parts: null };
const notLocked = { locked_round: -1, locked_block: null, locked_block_parts: null };
const notValid = { valid_round: -1, valid_block: null, valid_block_parts: null };

function setAt({ chain, lies }: View, height: number): object {
  const priorities = chain.priorities(height);
  const validators = chain.validators.map(({ address, publicKey, power }, place) => ({
    address,
    pub_key: keyOf(chain, publicKey),
    voting_power: String(power),
    // Minus nothing is written as nothing.
    proposer_priority: String((priorities[place] ?? 0) + 0),
  }));
  return { validators, proposer: validators[chain.proposal(height, lies).place] };
}

/** As nodes print votes: the place, the first bytes of address, block and signature; on Berachain without a time. */
function linesOf(
  { chain, lies }: View,
  given: { readonly height: number; readonly round: number; readonly step: 'Prevote' | 'Precommit' },
): string[] {
  const { height, round, step } = given;
  const { dialect } = chain.options;
  const block = chain.hash(height, lies).slice(0, 12);
  const at = dialect === 'berachain' ? '' : ` ${timeText(chain.timeOf(height))}`;
  const about = `${height}/${String(round).padStart(2, '0')}/SIGNED_MSG_TYPE_${step.toUpperCase()}(${step})`;
  return chain
    .votes(height, lies)
    .map((has, place) =>
      has
        ? `Vote{${place}:${chain.validators[place]?.address.slice(0, 12) ?? ''} ${about} ${block} 010101010101 000000000000 @${at}}`
        : 'nil-Vote',
    );
}

function bitsOf(lines: readonly string[]): string {
  const bits = lines.map((line) => (line === 'nil-Vote' ? '_' : 'x'));
  return `BA{${bits.length}:${bits.join('')}}`;
}

/** The votes of the height before. A node of Berachain that was started after it has only its commit. */
function lastCommit(view: View, height: number): object | null {
  if (height < 1) return null;
  const { chain, lies, node } = view;
  const { round } = chain.proposal(height, lies);
  const votes = linesOf(view, { height, round, step: 'Precommit' });
  const value = { votes, votes_bit_array: bitsOf(votes), peer_maj_23s: {} };
  if (chain.options.dialect === 'cometbft') return value;
  return node.isRestarted === true
    ? { type: 'cometbft/Commit', value: commitOf(view, height, true) }
    : { type: 'cometbft/VoteSet', value };
}

/** `GET /dump_consensus_state`. While it follows others a node takes part in nothing: it shows the height at which it began to, and no votes. */
export function consensus(view: View): ApiAnswer {
  const { chain, node, at } = view;
  const began = node.isSyncing === true ? (node.earliest ?? 1) : chain.height(at);
  const height = began + 1;
  const nobody = chain.validators.map(() => 'nil-Vote');
  const lines = (step: 'Prevote' | 'Precommit'): string[] =>
    node.isSyncing === true ? nobody : linesOf(view, { height, round: 0, step });
  const [prevotes, precommits] = [lines('Prevote'), lines('Precommit')];
  return result({
    round_state: {
      height: String(height),
      round: 0,
      step: 1,
      start_time: timeText(at),
      commit_time: timeText(at),
      validators: setAt(view, height),
      ...nothing,
      ...(chain.options.dialect === 'berachain' ? { proposal_receive_time: never } : {}),
      ...notLocked,
      ...notValid,
      votes: [
        {
          round: 0,
          prevotes,
          prevotes_bit_array: bitsOf(prevotes),
          precommits,
          precommits_bit_array: bitsOf(precommits),
        },
      ],
      commit_round: -1,
      last_commit: lastCommit(view, began),
      last_validators: setAt(view, began),
      triggered_timeout_precommit: false,
    },
    peers: [],
  });
}
