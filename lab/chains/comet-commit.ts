// A block of a pretend CometBFT chain and the votes for it, as nodes of CometBFT and of Berachain write them.
import { createHash } from 'node:crypto';
import { timeText, type View } from './comet-view.ts';

const noTime = '0001-01-01T00:00:00Z';
const nobody = { block_id_flag: 1, validator_address: '', timestamp: noTime, signature: null };
const nothing = { hash: '', parts: { total: 0, hash: '' } };

const partOf = (of: string): string => createHash('sha256').update(of).digest('hex').toUpperCase();
const emptyHash = partOf('');

export function blockId({ chain, lies }: View, height: number): object {
  if (height < 1) return nothing;
  const hash = chain.hash(height, lies);
  return { hash, parts: { total: 1, hash: partOf(hash) } };
}

/** Every hash of a header is another one. */
export const hashOf = ({ chain, lies }: View, height: number, what: string): string =>
  partOf(`${chain.hash(height, lies)} ${what}`);

export function headerOf(view: View, height: number): object {
  const { chain, lies } = view;
  const { dialect, chainId } = chain.options;
  const set = chain.hash(0, null);
  return {
    // Berachain leaves out the version of its application, for that is 0.
    version: dialect === 'berachain' ? { block: '11' } : { block: '11', app: '1' },
    chain_id: chainId,
    height: String(height),
    time: timeText(chain.timeOf(height)),
    last_block_id: blockId(view, height - 1),
    last_commit_hash: hashOf(view, height, 'last commit'),
    data_hash: hashOf(view, height, 'data'),
    validators_hash: set,
    next_validators_hash: set,
    consensus_hash: partOf(set),
    app_hash: hashOf(view, height, 'app'),
    last_results_hash: hashOf(view, height, 'results'),
    evidence_hash: emptyHash,
    proposer_address: chain.validators[chain.proposal(height, lies).place]?.address ?? '',
  };
}

/** At the tip the votes are those that have come so far: somebody who lives may be missing, as long as the others are enough. */
function votesAt({ chain, node, lies }: View, height: number, isCanonical: boolean): readonly boolean[] {
  const votes = chain.votes(height, lies);
  const late = height % votes.length;
  if (isCanonical || late === node.ownPlace) return votes;
  const soFar = votes.map((has, place) => has && place !== late);
  return chain.isEnough(soFar) ? soFar : votes;
}

function signature({ chain }: View, height: number, given: { place: number; isFirst: boolean }): object {
  const address = chain.validators[given.place]?.address ?? '';
  if (chain.options.dialect === 'cometbft') {
    return {
      block_id_flag: 2,
      validator_address: address,
      timestamp: timeText(chain.timeOf(height)),
      signature: Buffer.alloc(64, 1).toString('base64'),
    };
  }
  // The first of those who signed carries the signature of all.
  return {
    block_id_flag: given.isFirst ? 4 : 5,
    validator_address: address,
    timestamp: noTime,
    signature: given.isFirst ? Buffer.alloc(96, 1).toString('base64') : null,
  };
}

export function commitOf(view: View, height: number, isCanonical: boolean): object {
  const votes = height < 1 ? [] : votesAt(view, height, isCanonical);
  const first = votes.indexOf(true);
  return {
    height: String(height),
    round: height < 1 ? 0 : view.chain.proposal(height, view.lies).round,
    block_id: blockId(view, height),
    signatures: votes.map((has, place) =>
      has ? signature(view, height, { place, isFirst: place === first }) : nobody,
    ),
  };
}

/** A block of the beacon chain and its blobs on Berachain; what applications write is no concern of ours. */
export const transactionsOf = ({ chain }: View): readonly string[] =>
  chain.options.dialect === 'berachain' ? ['ZAAAAA==', 'BAAAAA=='] : [];
