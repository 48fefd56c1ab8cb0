// Looks at what became of messages, and only when something waits or is in trouble: a steady tick reads nothing for it.
import type { Delivery } from '../domain/delivery.ts';
import type { Memory } from '../domain/memory.ts';
import { isTellingInTrouble } from '../domain/observe-own.ts';
import { describeError } from '../kit/error.ts';
import { redactText } from '../kit/redact.ts';
import type { WatchStore } from '../stores/store.ts';

/** `memory` knows when something is next due; `delivery` is null when nothing was looked at; `problem` says why what was could not be seen. */
export type SeenDelivery = {
  readonly memory: Memory | null;
  readonly delivery: Delivery | null;
  readonly problem: string | null;
};

/** Never rejects: that nobody knows what became of messages must not keep a tick from being taken in. */
export async function lookAtDelivery(
  store: Pick<WatchStore, 'loadWaiting' | 'loadChannels'>,
  memory: Memory | null,
): Promise<SeenDelivery> {
  if (memory === null) return { memory, delivery: null, problem: null };
  const { state } = memory;
  if (state.nextDueAt === null && !isTellingInTrouble(state.subjects)) {
    return { memory, delivery: null, problem: null };
  }
  const [waiting, channels] = await Promise.allSettled([store.loadWaiting(state.site), store.loadChannels()]);
  const problems = [waiting, channels].flatMap((each) =>
    each.status === 'rejected' ? [redactText(describeError(each.reason))] : [],
  );
  const nextDueAt = waiting.status === 'fulfilled' ? waiting.value.nextDueAt : state.nextDueAt;
  return {
    memory: { ...memory, state: { ...state, nextDueAt } },
    delivery:
      waiting.status === 'fulfilled' && channels.status === 'fulfilled'
        ? { channels: channels.value, waiting: waiting.value.waiting }
        : null,
    problem: problems.length === 0 ? null : problems.join('; '),
  };
}
