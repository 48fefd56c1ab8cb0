// The node that is to sign, reached for as long as somebody looks: the way to it is opened anew when it breaks, and its votes are watched.
import type { BoundSource } from '../../functions/chains/chain.ts';
import type { Direction, VotesWatched } from '../../functions/domain/handover/facts.ts';
import { extendWatch } from '../../functions/domain/handover/votes.ts';
import type { Signer } from './signer.ts';
import type { HandoverWorld, OpenNode, Place } from './world.ts';

/** Which machine that is; Compute gives no id twice, and a name it does. Null for a house. */
export type Machine = { readonly place: Place; readonly id: string } | null;

export type Reached = {
  readonly node: OpenNode | null;
  /** Why there is none. */
  readonly why: string | null;
  /** It is another machine than the one before: what that one has shown tells nothing of this one. */
  readonly isOther: boolean;
};

export type NodeReacher = {
  readonly reach: (machine: Machine, signal: AbortSignal) => Promise<Reached>;
  /** Of the machine that is reached now; null where nobody watches, or nothing can be counted from. */
  readonly votes: () => VotesWatched | null;
  readonly close: () => Promise<void>;
};

const timeoutMs = 5_000;
const longestMs = 20_000;
const everyMs = 2_000;

/** Watches until `stop`; a look that is late or fails is told as what it is. */
function watchVotes(
  { votes: read }: BoundSource,
  given: {
    readonly keys: readonly string[];
    readonly now: () => number;
    readonly before: VotesWatched | null;
  },
): { readonly seen: () => VotesWatched | null; readonly stop: () => void } {
  let seen = given.before;
  if (read === null) return { seen: () => seen, stop: () => undefined };
  const { keys, now } = given;
  let isStopped = false;
  let isLooking = false;
  const take = (word: Parameters<typeof extendWatch>[1]): void => {
    if (!isStopped) seen = extendWatch(seen, word, now());
  };
  const lookOnce = async (): Promise<void> => {
    const answer = await read(keys, { signal: AbortSignal.timeout(longestMs), timeoutMs, now });
    take(answer.ok ? answer.value : 'unknown');
  };
  const tick = (): void => {
    if (isLooking) return;
    isLooking = true;
    void lookOnce()
      .catch(() => {
        take('unknown');
      })
      .finally(() => {
        isLooking = false;
      });
  };
  tick();
  const timer = setInterval(tick, everyMs);
  timer.unref();
  return {
    seen: () => seen,
    stop: () => {
      isStopped = true;
      clearInterval(timer);
    },
  };
}

const nameOf = ({ place, id }: NonNullable<Machine>): string =>
  JSON.stringify([place.project, place.zone, place.name, id]);

/** Nothing is open before the first `reach`; one after the other, please. */
export function openReacher(
  world: HandoverWorld,
  { signer, to }: { readonly signer: Signer; readonly to: Direction },
): NodeReacher {
  let node: OpenNode | null = null;
  let watch: ReturnType<typeof watchVotes> | null = null;
  let reached: string | null = null;
  const leave = async (): Promise<void> => {
    const left = node;
    node = null;
    watch?.stop();
    await left?.close();
  };
  return {
    reach: async (machine, signal) => {
      // Where it is not known which one it is, it is not another one for that.
      const name = machine === null ? (reached ?? '') : nameOf(machine);
      const isOther = reached !== null && reached !== name;
      if (isOther || node?.isOpen() === false) await leave();
      if (isOther) watch = null;
      reached = name;
      if (node !== null) return { node, why: null, isOther };
      const tried = await world.openNode({ signer: signer.id, to, place: machine?.place ?? null }, signal);
      if (!tried.ok) return { node: null, why: tried.why, isOther };
      node = tried.value;
      // A vote that was seen is not forgotten because the way to it broke; a gap in between is one.
      const before = watch?.seen() ?? null;
      watch = watchVotes(node.source, { keys: signer.keys, now: world.clock.now, before });
      return { node, why: null, isOther };
    },
    votes: () => watch?.seen() ?? null,
    close: leave,
  };
}
