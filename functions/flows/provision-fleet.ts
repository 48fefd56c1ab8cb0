// What concerns all standbys together: the lease that lets one run work at a time, and what is told of the whole.
import { classOf, troubleOf } from '../domain/standby/code.ts';
import { monthSoFar } from '../domain/standby/brake.ts';
import { addSpent, costByMonth, endedSpan } from '../domain/standby/cost.ts';
import type { ComputeFailure } from '../domain/standby/answer.ts';
import type { Fleet, Orphan, Seen, Trouble } from '../domain/standby/standby.ts';
import { plainLine } from '../kit/plain-line.ts';
import { chainOf, orphanSpan, type ProvisionWorld, type Run, togetherOf } from './provision-world.ts';

/** All nodes are listed this often although nothing is wanted. */
const listEveryMs = 30 * 60_000;
/** And while that fails, when nothing else is to be done, this often. */
const tryEveryMs = 10 * 60_000;
const skewMs = 60_000;

/** A time in the future was written by a clock that went wrong. */
const isPast = (last: number | null, ms: number, at: number): boolean =>
  last === null || last <= at - ms || last > at + skewMs;

export const isListDue = ({ listedAt }: Fleet, at: number): boolean => isPast(listedAt, listEveryMs, at);

/** True when a run has to list although it has nothing else to do: each one that fails costs two writes. */
export const isTryDue = (fleet: Fleet, at: number): boolean =>
  isListDue(fleet, at) && isPast(fleet.triedListAt, tryEveryMs, at);

/** A lease that lasts longer than one can was written by a clock that went wrong, or for another setting; it binds nobody. */
const isTaken = ({ lease }: Fleet, at: number, leaseMs: number): boolean =>
  lease !== null && lease.until > at && lease.until <= at + leaseMs + skewMs;

/** The fleet under our lease; null when another run has it. */
export async function takeLease(
  { store, leaseMs }: ProvisionWorld,
  id: string,
  at: number,
): Promise<Fleet | null> {
  const until = at + leaseMs;
  const fleet = await store.changeFleet((before) => {
    if (isTaken(before, at, leaseMs) && before.lease?.id !== id) return before;
    return {
      ...before,
      lease: { id, until },
      triedListAt: isListDue(before, at) ? at : before.triedListAt,
    };
  });
  return fleet.lease?.id === id ? fleet : null;
}

type Found = Pick<Trouble, 'kind' | 'text'>;

/** What keeps `provision` from its work, or what its work costs too much. */
export function fleetTrouble(
  run: Run,
  failure: { readonly failed: ComputeFailure; readonly doing: string } | null,
  at: number,
): Trouble | null {
  const { rules } = run.world;
  const { trouble: before } = run.fleet;
  const found = (): Found | null => {
    if (failure !== null) {
      const { failed, doing } = failure;
      if (!failed.isLost && classOf(failed) === 'stop') {
        return troubleOf(failed, { project: rules.project, doing, again: null });
      }
      return { kind: 'unknown-error', text: `Compute does not answer ${doing}: ${failed.code}` };
    }
    const left = [...run.known.values()].find(
      ({ signer, seen }) => chainOf(run.world, signer) === null && seen !== null && seen.trouble !== null,
    );
    const trouble = left?.seen?.trouble ?? null;
    if (left !== undefined && trouble !== null) {
      const text = `${left.signer} is not configured any more, and its node is still there: ${trouble.text}`;
      return { kind: trouble.kind, text };
    }
    const drill = [...run.drills.values()].find(
      ({ run: each }) => each?.seen.phase === 'releasing' && each.seen.trouble !== null,
    );
    const ofDrill = drill?.run?.seen.trouble ?? null;
    if (drill !== undefined && ofDrill !== null) {
      return {
        kind: ofDrill.kind,
        text: `the node of the drill of ${drill.signer} is still there: ${ofDrill.text}`,
      };
    }
    const [error] = run.errors;
    if (error !== undefined) return { kind: 'unknown-error', text: plainLine(error).slice(0, 300) };
    const month = monthSoFar(togetherOf(run, at), at);
    if (month <= rules.monthlyCap) return null;
    const { currency } = rules.prices;
    const text = `this month's nodes have cost more than monthlyCap, ${rules.monthlyCap} ${currency}; what runs goes on, and nothing new is made`;
    return { kind: 'over-cap', text };
  };
  const now = found();
  if (now === null) return null;
  return { ...now, lines: [], since: before?.kind === now.kind ? before.since : at };
}

/** What is seen of a node before and after a look. `key`: of its document among all, by which it is counted once. */
type Ending = {
  readonly key: string;
  readonly before: Seen | null;
  readonly after: Seen;
  readonly at: number;
};

/**
 * Adds up what nodes have cost that are gone by this look, before that is written down of each: what a crash or a failing write leaves
 * behind is found again by the next look, and counted once all the same.
 */
export async function countSpent(run: Run, looked: readonly Ending[]): Promise<void> {
  const ended = looked.flatMap(({ key, before, after, at }) => {
    const span = before === null ? null : endedSpan(before, after, at);
    // A machine that comes late is paid for anew, from another moment on.
    return span === null ? [] : [{ key, span, which: `${before?.attempt?.name ?? ''} ${span.from}` }];
  });
  if (ended.length === 0) return;
  run.fleet = await run.world.store.changeFleet((fleet) => {
    const fresh = ended.filter(({ key, which }) => fleet.counted[key] !== which);
    if (fresh.length === 0) return fleet;
    return {
      ...fleet,
      spent: fresh.reduce((spent, { span }) => addSpent(spent, costByMonth(span)), fleet.spent),
      counted: { ...fleet.counted, ...Object.fromEntries(fresh.map(({ key, which }) => [key, which])) },
    };
  });
}

export type End = {
  readonly lease: string;
  readonly at: number;
  /** Null when nothing whole was listed. */
  readonly listedAt: number | null;
  readonly trouble: Trouble | null;
};

/** Gives the lease back and keeps what the run found of the whole; nothing when the lease is somebody else's by now. */
export async function giveBack(run: Run, end: End): Promise<void> {
  const { world, orphans } = run;
  const isInstance = ({ kind }: Orphan): boolean => kind === 'instance';
  await world.store.changeFleet((before) => {
    if (before.lease?.id !== end.lease) return before;
    const gone = before.orphans.filter(
      (each) =>
        isInstance(each) && !orphans.some(({ zone, name }) => zone === each.zone && name === each.name),
    );
    const spent = gone.reduce(
      (sum, each) => addSpent(sum, costByMonth(orphanSpan(world, each, end.at))),
      before.spent,
    );
    return {
      ...before,
      lease: null,
      listedAt: end.listedAt ?? before.listedAt,
      orphans,
      spent,
      trouble: end.trouble,
      ranAt: end.at,
    };
  });
}
