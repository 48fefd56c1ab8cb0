// CometBFT and Berachain: does the chain show our validators voting? Asked of nodes by the CometBFT RPC.
import type { OwnKey } from '../../domain/evidence.ts';
import type { Access } from '../../kit/net/access.ts';
import { namesOf } from '../../wire/comet-key.ts';
import { type Asked, isOk } from '../ask.ts';
import { createCache } from '../cache.ts';
import type { Chain, SignerQuery } from '../chain.ts';
import type { Flags } from './flags.ts';
import type { Caches } from './heights.ts';
import { readVotes } from './live-votes.ts';
import { readLookahead } from './lookahead.ts';
import { recordHeights } from './record.ts';
import { readSigner } from './signer.ts';
import { readStandpoint } from './stand.ts';
import { readStatus, type Status, troubleWith, wrongChain } from './status.ts';

/** A node and the chain that it must be of, as `/status` names it, e.g. `mainnet-beacon-80094`. */
export type CometbftSource = Access & { readonly network: string };

/** All signers and sites of one tick see the same head. */
const headForMs = 5_000;

/** Keys of signers that the node has. One whose validator has no power votes with none. */
function votesWith({ validator_info: validator }: Status, signers: readonly SignerQuery[]): OwnKey[] {
  if (validator.voting_power === 0) return [];
  const names = namesOf(validator);
  return signers.flatMap(({ signer, keys }) =>
    keys.flatMap((name, key) => (names.includes(name) ? [{ signer, key }] : [])),
  );
}

/** The flags say which entries of a commit are votes: in that chains of CometBFT differ. */
export function createCometbft(flags: Flags): Chain<CometbftSource> {
  const heads = createCache<Asked<Status>>(64, isOk);
  const caches: Caches = {
    commits: createCache(256, isOk),
    sets: createCache(16, isOk),
    accused: createCache(256, isOk),
  };
  return {
    collect: async ({ source, signers, session, sourceKey, now, isDeep }) => {
      const { network } = source;
      const answer = await heads(`${sourceKey} ${Math.floor(now() / headForMs)}`, () => readStatus(session));
      if (!answer.ok) return answer;
      const wrong = wrongChain(answer.value, network);
      if (wrong !== null) return wrong;
      const { sync_info: sync } = answer.value;
      const trouble = troubleWith(answer.value, now());
      const needs = { session, sourceKey, isDeep, network, flags, caches };
      const tip = sync.latest_block_height;
      return {
        ok: true,
        head: { number: tip, at: sync.latest_block_time },
        trouble,
        votesWith: votesWith(answer.value, signers),
        signers:
          trouble === null ? await Promise.all(signers.map((signer) => readSigner(signer, tip, needs))) : [],
      };
    },
    lookAhead: async ({ source: { network }, session, keys, now }) => {
      const status = await readStatus(session);
      if (!status.ok) return status;
      const trouble = wrongChain(status.value, network) ?? troubleWith(status.value, now());
      const tip = status.value.sync_info.latest_block_height;
      return trouble ?? readLookahead({ session, network, flags, keys, tip });
    },
    record: async (query) => {
      const { source, session, sourceKey, now } = query;
      const { network } = source;
      const answer = await readStatus(session);
      if (!answer.ok) return answer;
      const trouble = wrongChain(answer.value, network) ?? troubleWith(answer.value, now());
      const { latest_block_height: tip, earliest_block_height: earliest } = answer.value.sync_info;
      const heights = { session, sourceKey, isDeep: false, network, flags, caches };
      return trouble ?? recordHeights({ query, heights, tip, earliest });
    },
    stand: (query) => readStandpoint(query, { network: query.source.network, flags, caches }),
    publicKeys: null,
    votes: ({ source, ...query }) => readVotes(query, source.network),
  };
}
