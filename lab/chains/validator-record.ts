// A validator as a state of the pretend Ethereum holds it.
import type { View } from './beacon-view.ts';
import type { StatusChange } from './statuses.ts';

const farFuture = '18446744073709551615';
/** What somebody who asks to exit waits at least: one epoch, and MAX_SEED_LOOKAHEAD. */
const shortestQueue = 5;
const epochsToWithdrawal = 256;

export type ValidatorRecord = {
  readonly index: string;
  readonly balance: string;
  readonly status: string;
  readonly validator: Readonly<Record<string, string | boolean>>;
};

const hasLeft = ({ status }: StatusChange): boolean => /^(exited|withdrawal)/.test(status);
const isLeaving = ({ status }: StatusChange): boolean => /^active_(exiting|slashed)/.test(status);
const isSlashing = ({ status }: StatusChange): boolean => /(^|_)slashed$/.test(status);

/** From which epoch on it has no duties; null when no end is known at this time. */
function exitEpoch({ chain }: View, index: number, until: number): number | null {
  const changes = chain.statusChanges(index);
  const after = (at: number, wait: number): number => {
    const slot = chain.slotAt(at);
    const { slotsPerEpoch } = chain.options;
    return Math.ceil((slot + (chain.slotTime(slot) < at ? 1 : 0)) / slotsPerEpoch) + wait;
  };
  const known = changes.find((change) => change.at < until && (hasLeft(change) || isLeaving(change)));
  if (known === undefined) return null;
  const exit = changes.find(hasLeft);
  return exit === undefined ? after(known.at, shortestQueue) : after(exit.at, 0);
}

/** The record at the end of a slot: what happens within it is seen at once. */
export function recordOf(view: View, index: number, slot: number): ValidatorRecord {
  const { chain, lies } = view;
  const until = chain.slotTime(slot + 1);
  const status = chain.statusOf(index, until - 1);
  const isGone = status === 'withdrawal_done';
  const isPending = status.startsWith('pending');
  const exit = exitEpoch(view, index, until);
  return {
    index: String(index),
    balance: isGone ? '0' : String(chain.balance(index, chain.epochOf(slot), lies)),
    status,
    validator: {
      pubkey: chain.publicKey(index),
      withdrawal_credentials: `0x${'01'.repeat(32)}`,
      effective_balance: isGone ? '0' : '32000000000',
      slashed: chain.statusChanges(index).some((change) => change.at < until && isSlashing(change)),
      activation_eligibility_epoch: status === 'pending_initialized' ? farFuture : '0',
      activation_epoch: isPending ? farFuture : '0',
      exit_epoch: exit === null ? farFuture : String(exit),
      withdrawable_epoch: exit === null ? farFuture : String(exit + epochsToWithdrawal),
    },
  };
}
