// Whether a beacon node is of our network and at the head of its chain.
import type { Head } from '../../domain/evidence.ts';
import type { Reason } from '../../domain/sample.ts';
import { failed, type Failure as NetFailure } from '../../kit/net/failure.ts';
import type { Session } from '../../kit/net/session.ts';
import { genesis, header } from '../../wire/beacon.ts';
import { type EthereumNetwork, slotAt, slotTime } from '../../wire/ethereum-network.ts';
import { ask, type Asked } from '../ask.ts';

const smallBytes = 64_000;

/** Null when the node is of this network. */
export async function wrongNetwork(
  session: Session,
  network: EthereumNetwork,
): Promise<Asked<NetFailure<Reason> | null>> {
  const answer = await ask(session, 'its genesis', {
    path: '/eth/v1/beacon/genesis',
    maxBytes: smallBytes,
    schema: genesis,
  });
  if (!answer.ok) return answer;
  const { genesis_time: time, genesis_validators_root: root } = answer.value.data;
  const isSame = time === network.genesisTime && root === network.genesisValidatorsRoot;
  return {
    ok: true,
    value: isSame ? null : failed('wrong-chain', `its chain has another genesis (${root.slice(0, 10)}…)`),
  };
}

export type BeaconHead = {
  readonly slot: number;
  readonly parentRoot: string;
  readonly isOptimistic: boolean;
};

export async function readHead(session: Session): Promise<Asked<BeaconHead>> {
  const answer = await ask(session, 'its head', {
    path: '/eth/v1/beacon/headers/head',
    maxBytes: smallBytes,
    schema: header,
  });
  if (!answer.ok) return answer;
  const { execution_optimistic: isOptimistic, data } = answer.value;
  const { slot, parent_root: parentRoot } = data.header.message;
  return { ok: true, value: { slot, parentRoot, isOptimistic } };
}

export const headOf = (network: EthereumNetwork, { slot }: BeaconHead): Head => ({
  number: slot,
  at: slotTime(network, slot),
});

/** How far behind the clock a head may be, in slots, and how far before it, for clocks differ. */
const freshSlots = 2;
const aheadMs = 60_000;

/** Why a source whose head is this does not count now; null when it does. */
export function troubleWith(
  head: BeaconHead,
  network: EthereumNetwork,
  now: number,
): NetFailure<Reason> | null {
  if (slotTime(network, head.slot) > now + aheadMs) {
    return failed('protocol', `its head, slot ${head.slot}, is in the future`);
  }
  if (head.isOptimistic) return failed('syncing', 'follows optimistically: its head is not verified');
  const behind = slotAt(network, now) - head.slot;
  return behind > freshSlots ? failed('stale', `its head, slot ${head.slot}, is ${behind} slots old`) : null;
}
