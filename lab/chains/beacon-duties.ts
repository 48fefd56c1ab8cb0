// What a pretend beacon node answers of the duties of validators: when they are due, who lives, and what it brought.
import { penaltiesGwei, rewardsGwei } from './accounts.ts';
import { type ApiAnswer, ok } from './api.ts';
import { indicesOf, natural, refuse, type View } from './beacon-view.ts';

const notListed = refuse(400, 'Invalid body: not an array of validator indices as decimal strings');
const syncing = refuse(503, 'Beacon node is currently syncing and not serving request on that endpoint');

/** Answers for an epoch and the validators that the body lists. */
function withIndices(
  view: View,
  name: string,
  answer: (epoch: number, indices: readonly number[]) => ApiAnswer,
): ApiAnswer {
  const epoch = natural(name);
  if (epoch === null) return refuse(400, `Invalid epoch: ${name}`);
  if (view.node.isSyncing === true) return syncing;
  const indices = indicesOf(view);
  return indices === null ? notListed : answer(epoch, indices);
}

const epochNow = ({ chain, at }: View): number => chain.epochOf(chain.slotAt(at));

function dutyOf({ chain }: View, index: number, epoch: number): object {
  const slot = chain.dutySlot(index, epoch);
  const all = chain.committees(slot);
  const committee = all.findIndex((members) => members.includes(index));
  return {
    pubkey: chain.publicKey(index),
    validator_index: String(index),
    committee_index: String(committee),
    committee_length: String(all[committee]?.length ?? 0),
    committees_at_slot: String(all.length),
    validator_committee_index: String(all[committee]?.indexOf(index) ?? 0),
    slot: String(slot),
  };
}

export const duties = (view: View, name: string): ApiAnswer =>
  withIndices(view, name, (epoch, indices) => {
    const { chain, lies } = view;
    if (epoch > epochNow(view) + 1) return refuse(400, 'Duties are known one epoch ahead');
    // The shuffling is settled by the last block before the epoch before.
    const settled = chain.parentSlot(Math.max(1, (epoch - 1) * chain.options.slotsPerEpoch));
    return ok({
      dependent_root: chain.root(settled, lies),
      execution_optimistic: false,
      data: indices.filter((index) => chain.hasDuty(index, epoch)).map((index) => dutyOf(view, index, epoch)),
    });
  });

export const liveness = (view: View, name: string): ApiAnswer =>
  withIndices(view, name, (epoch, indices) => {
    const { chain, at, lies } = view;
    const age = epochNow(view) - epoch;
    if (age < 0 || age > 1) return refuse(400, 'Only the current and the previous epoch are kept');
    const isOver = (index: number): boolean => chain.slotTime(chain.dutySlot(index, epoch) + 1) <= at;
    return ok({
      data: indices.map((index) => ({
        index: String(index),
        is_live: chain.hasAttested(index, epoch, lies) && isOver(index),
      })),
    });
  });

function shown(sign: 1 | -1, parts: typeof rewardsGwei | typeof penaltiesGwei): object {
  const { head, target, source } = parts;
  // Minus nothing is written as nothing.
  const text = (gwei: number): string => String(gwei === 0 ? 0 : sign * gwei);
  return { head: text(head), target: text(target), source: text(source), inactivity: '0' };
}

export const rewards = (view: View, name: string): ApiAnswer =>
  withIndices(view, name, (epoch, indices) => {
    const { chain, at, lies } = view;
    // They are known when the state is in the epoch after the next one.
    if (chain.epochOf(chain.headSlot(at)) - epoch < 2) return refuse(404, 'Rewards are not known yet');
    const total = indices
      .filter((index) => chain.hasDuty(index, epoch))
      .map((index) => ({
        validator_index: String(index),
        ...(chain.isRewarded(index, epoch, lies) ? shown(1, rewardsGwei) : shown(-1, penaltiesGwei)),
      }));
    const ideal = [{ effective_balance: '32000000000', ...shown(1, rewardsGwei) }];
    return ok({
      execution_optimistic: false,
      finalized: false,
      data: { ideal_rewards: ideal, total_rewards: total },
    });
  });
