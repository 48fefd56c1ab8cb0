// CometBFT and Berachain: does the chain show our validators voting? Asked of nodes by the CometBFT RPC.
import type { z } from 'zod';
import type { Reason } from '../../domain/sample.ts';
import type { Access } from '../../kit/net/access.ts';
import { failed, type Failure as NetFailure } from '../../kit/net/failure.ts';
import type { Session } from '../../kit/net/session.ts';
import { status as statusSchema } from '../../wire/comet.ts';
import { ask, type Asked, isOk } from '../ask.ts';
import { createCache } from '../cache.ts';
import type { Chain } from '../chain.ts';
import type { Flags } from './flags.ts';
import type { Caches } from './heights.ts';
import { readLookahead } from './lookahead.ts';
import { readSigner } from './signer.ts';

/** A node and the chain that it must be of, as `/status` names it, e.g. `mainnet-beacon-80094`. */
export type CometbftSource = Access & { readonly network: string };

type Status = z.output<typeof statusSchema>['result'];

const statusBytes = 64_000;
/** All signers and sites of one tick see the same head. */
const headForMs = 5_000;
const freshMs = 15_000;
const aheadMs = 60_000;

/** Why a source that is of the right chain does not count now; null when it does. */
function troubleWith({ sync_info: sync }: Status, now: number): NetFailure<Reason> | null {
  const age = now - sync.latest_block_time;
  if (age < -aheadMs) return failed('protocol', 'its newest block is from the future');
  if (sync.catching_up) return failed('syncing', `is catching up, at height ${sync.latest_block_height}`);
  // A chain that stands still says that it is not catching up, as does a node that lost its execution client.
  return age > freshMs ? failed('stale', `its newest block is ${Math.round(age / 1000)} s old`) : null;
}

async function readStatus(session: Session): Promise<Asked<Status>> {
  const status = await ask(session, 'its status', {
    path: '/status',
    maxBytes: statusBytes,
    schema: statusSchema,
  });
  return status.ok ? { ok: true, value: status.value.result } : status;
}

const wrongChain = ({ node_info: { network } }: Status, wanted: string): NetFailure<Reason> | null =>
  network === wanted ? null : failed('wrong-chain', `it is a node of ${network}, not of ${wanted}`);

/** The flags say which entries of a commit are votes: in that chains of CometBFT differ. */
export function createCometbft(flags: Flags): Chain<CometbftSource> {
  const heads = createCache<Asked<Status>>(64, isOk);
  const caches: Caches = { commits: createCache(256, isOk), sets: createCache(16, isOk) };
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
    record: async () => failed('protocol', 'it is not asked for records yet'),
    stand: async () => failed('protocol', 'it is not asked where it stands yet'),
  };
}
