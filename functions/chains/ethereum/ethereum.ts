// Ethereum: does the chain show our validators attesting? Asked of beacon nodes by the public beacon API.
import type { Access } from '../../kit/net/access.ts';
import { type EthereumNetworkOption, networkOf } from '../../wire/ethereum-network.ts';
import type { Chain } from '../chain.ts';
import { createCaches } from './caches.ts';
import { headOf, readHead, troubleWith, wrongNetwork } from './head.ts';
import { readLookahead } from './lookahead.ts';
import { recordEpochs } from './record.ts';
import { readSigner } from './signer.ts';
import { readPublicKeys } from './validators.ts';
import { readStandpoint } from './stand.ts';

/** A beacon node and the network that it must be of. */
export type EthereumSource = Access & { readonly network: EthereumNetworkOption };

// A node can be set up anew for another network behind the same address.
const networkForMs = 600_000;
/** All signers and sites of one tick see the same head. */
const headForMs = 5_000;

/**
 * What is alive and what is silent rests on blocks: an attestation of ours in any block is life, and none in the blocks of a whole epoch is
 * silence of that epoch. Liveness, rewards and balances add life that blocks may not show yet; they never show silence.
 */
export function createEthereum(): Chain<EthereumSource> {
  const caches = createCaches();
  return {
    collect: async ({ source, signers, session, sourceKey, now, isDeep, hasTime }) => {
      const network = networkOf(source.network);
      const during = (ms: number): string => `${sourceKey} ${Math.floor(now() / ms)}`;
      const wrong = await caches.networks(during(networkForMs), () => wrongNetwork(session, network));
      if (!wrong.ok) return wrong;
      if (wrong.value !== null) return wrong.value;
      const answer = await caches.heads(during(headForMs), () => readHead(session));
      if (!answer.ok) return answer;
      const head = answer.value;
      const trouble = troubleWith(head, network, now());
      const needs = { query: { session, sourceKey, isDeep, hasTime }, caches, network, head };
      return {
        ok: true,
        head: headOf(network, head),
        trouble,
        votesWith: [],
        signers:
          trouble === null ? await Promise.all(signers.map((signer) => readSigner(signer, needs))) : [],
      };
    },
    lookAhead: async ({ source, session, keys, now }) => {
      const network = networkOf(source.network);
      const wrong = await wrongNetwork(session, network);
      if (!wrong.ok) return wrong;
      if (wrong.value !== null) return wrong.value;
      const answer = await readHead(session);
      if (!answer.ok) return answer;
      const [head, at] = [answer.value, now()];
      const trouble = troubleWith(head, network, at);
      return trouble ?? readLookahead({ session, network, head, keys, at });
    },
    record: async (query) => {
      const { source, session, sourceKey, now } = query;
      const network = networkOf(source.network);
      const wrong = await caches.networks(`${sourceKey} ${Math.floor(now() / networkForMs)}`, () =>
        wrongNetwork(session, network),
      );
      if (!wrong.ok) return wrong;
      if (wrong.value !== null) return wrong.value;
      const head = await readHead(session);
      if (!head.ok) return head;
      const trouble = troubleWith(head.value, network, now());
      return trouble ?? recordEpochs({ query, caches, network, head: head.value });
    },
    stand: (query) => readStandpoint(query, networkOf(query.source.network), caches.blocks),
    publicKeys: ({ session, keys }) => readPublicKeys(session, keys),
    votes: null,
  };
}
