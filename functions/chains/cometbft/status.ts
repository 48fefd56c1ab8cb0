// What a node of CometBFT says of itself, and whether it is of our chain and at its head.
import type { z } from 'zod';
import type { Reason } from '../../domain/sample.ts';
import { failed, type Failure as NetFailure } from '../../kit/net/failure.ts';
import type { Session } from '../../kit/net/session.ts';
import { status as statusSchema } from '../../wire/comet.ts';
import { ask, type Asked } from '../ask.ts';

export type Status = z.output<typeof statusSchema>['result'];

const statusBytes = 64_000;
const freshMs = 15_000;
const aheadMs = 60_000;

/** Why a source that is of the right chain does not count now; null when it does. */
export function troubleWith({ sync_info: sync }: Status, now: number): NetFailure<Reason> | null {
  const age = now - sync.latest_block_time;
  if (age < -aheadMs) return failed('protocol', 'its newest block is from the future');
  if (sync.catching_up) return failed('syncing', `is catching up, at height ${sync.latest_block_height}`);
  // A chain that stands still says that it is not catching up, as does a node that lost its execution client.
  return age > freshMs ? failed('stale', `its newest block is ${Math.round(age / 1000)} s old`) : null;
}

export async function readStatus(session: Session): Promise<Asked<Status>> {
  const status = await ask(session, 'its status', {
    path: '/status',
    maxBytes: statusBytes,
    schema: statusSchema,
  });
  return status.ok ? { ok: true, value: status.value.result } : status;
}

export const wrongChain = ({ node_info: { network } }: Status, wanted: string): NetFailure<Reason> | null =>
  network === wanted ? null : failed('wrong-chain', `it is a node of ${network}, not of ${wanted}`);
