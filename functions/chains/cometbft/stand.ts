// Where a node of CometBFT stands at this moment: all that the guard of a handover must know of it, and that ages.
import type { Session } from '../../kit/net/session.ts';
import { netInfo } from '../../wire/comet.ts';
import { ask } from '../ask.ts';
import type { StandQuery, Stood } from '../chain.ts';
import type { Flags } from './flags.ts';
import { type Caches, readHeight } from './heights.ts';
import { readStatus, troubleWith, wrongChain } from './status.ts';

// Each peer is described at length.
const peersBytes = 8_000_000;

async function readPeers(session: Session): Promise<number | null> {
  const answer = await ask(session, 'its peers', {
    path: '/net_info',
    maxBytes: peersBytes,
    schema: netInfo,
  });
  return answer.ok ? answer.value.result.n_peers : null;
}

/** Never rejects for what the node does; nothing of `source` is asked for here. */
export async function readStandpoint(
  { session, sourceKey, keys, now }: StandQuery<unknown>,
  given: { readonly network: string; readonly flags: Flags; readonly caches: Caches },
): Promise<Stood> {
  const askedAt = now();
  const [status, peers] = await Promise.all([readStatus(session), readPeers(session)]);
  if (!status.ok) return status;
  const wrong = wrongChain(status.value, given.network);
  if (wrong !== null) return wrong;
  const trouble = troubleWith(status.value, askedAt);
  const { latest_block_height: tip, latest_block_time: at } = status.value.sync_info;
  const newest = await readHeight(tip - 1, keys, { session, sourceKey, isDeep: false, ...given });
  if (!newest.ok) return newest;
  return {
    ok: true,
    value: {
      askedAt,
      head: { number: tip, at },
      // How old its head may be is for the guard to say.
      behind: trouble === null || trouble.reason === 'stale' ? null : trouble.detail,
      genesis: given.network,
      forks: '',
      peers,
      finalized: null,
      standings: newest.value.votes.map((vote) => (vote === 'not-in-set' ? 'not-in-set' : 'active')),
      liveness: null,
    },
  };
}
