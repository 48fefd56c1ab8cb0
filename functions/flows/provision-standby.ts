// Brings one node on: writes down what a look came to, then does one thing after the other until there is nothing to do but wait.
import { isDeepStrictEqual } from 'node:util';
import { afterInsert, afterRemove } from '../domain/standby/answered.ts';
import { plan } from '../domain/standby/plan.ts';
import { nodeShown, type Situation } from '../domain/standby/situation.ts';
import type { Seen } from '../domain/standby/standby.ts';
import { nodeName } from './provision-name.ts';
import { noteDone, type Run, togetherOf } from './provision-world.ts';

const mostSteps = 6;
/** The words of a node that is synced are kept this often. */
const quietMs = 5 * 60_000;
const consoleLines = 10;

/** Of a node that is synced and says so again nothing is written for a while. */
function isWorthWriting(before: Seen | null, after: Seen): boolean {
  if (before === null) return true;
  if (isDeepStrictEqual(before, after)) return false;
  const { report: said } = before;
  if (after.phase !== 'synced' || said === null || after.report === null) return true;
  const isSame = isDeepStrictEqual(before, { ...after, report: said, progressAt: before.progressAt });
  const isSaidAgain = after.report.state === said.state && after.report.keys === said.keys;
  return !isSame || !isSaidAgain || after.report.at - said.at >= quietMs;
}

/** Where what is seen of a node is kept. */
export type Keeper = {
  /** By which what is done is told. */
  readonly name: string;
  /** What is known of it by now, whether or not it is written down yet: the brake goes by it. */
  readonly know: (seen: Seen) => void;
  /** `revision` is that of what lies there, null when nothing does; a commitment is written only while the same is wanted. */
  readonly write: (
    seen: Seen,
    base: { readonly revision: number | null; readonly isCommitment: boolean },
  ) => Promise<'written' | 'conflict'>;
  readonly forget: (revision: number) => Promise<'forgotten' | 'conflict'>;
};

type Work = {
  readonly run: Run;
  readonly keeper: Keeper;
  readonly situation: Situation;
  /** As it lies in the store. */
  stored: Seen | null;
  /** As it is known. */
  seen: Seen;
};

/** False when somebody else wrote meanwhile; then this node is left alone until the next look. */
async function save(work: Work, isCommitment: boolean): Promise<boolean> {
  const { run, keeper, stored, seen } = work;
  keeper.know(seen);
  const revision = stored?.revision ?? null;
  const end = await keeper.write(seen, { revision, isCommitment });
  if (end === 'conflict') {
    noteDone(run, keeper.name, 'somebody else wrote meanwhile');
    return false;
  }
  work.seen = { ...seen, revision: (revision ?? 0) + 1 };
  work.stored = work.seen;
  keeper.know(work.seen);
  return true;
}

/** Asked once, when a node gets stuck. */
async function withConsole({ run, situation, stored, seen }: Work): Promise<Seen> {
  const { trouble } = seen;
  const node = nodeShown(situation, seen.attempt);
  if (trouble?.kind !== 'stuck' || stored?.trouble?.kind === 'stuck' || node === null) return seen;
  const { zone, name } = node;
  const ask = { zone, name, lines: consoleLines };
  const answer = await run.inTurn(() => run.world.compute.console(ask, run.signal));
  return answer.ok ? { ...seen, trouble: { ...trouble, lines: answer.value.slice(-consoleLines) } } : seen;
}

/** True when there may be something else to do at once. */
async function step(work: Work): Promise<boolean> {
  const { run, situation, keeper } = work;
  const { world, inTurn, signal } = run;
  const { clock, compute } = world;
  const { signer, rules, purpose } = situation;
  const prefix = purpose === 'drill' ? `${rules.prefix}-drill` : rules.prefix;
  const given = { project: rules.project, prefix, signer };
  const next = plan({
    situation: { ...situation, seen: work.seen },
    together: togetherOf(run, situation.at),
    requestId: world.newId(),
    nameOf: (n, wantedId) => nodeName(given, n, wantedId),
  });
  switch (next.do) {
    case 'wait':
      return false;
    case 'write':
      if (next.isCommitment && !run.mayAct()) return false;
      work.seen = next.seen;
      noteDone(run, keeper.name, next.what);
      return save(work, next.isCommitment);
    case 'insert': {
      const { order } = next;
      const answer = await inTurn(async () => (run.mayAct() ? compute.insert(order, signal) : null));
      if (answer === null) return false;
      work.seen = afterInsert(work.seen, answer, { at: clock.now(), rules, signer, purpose });
      const end = answer.ok ? 'accepted' : answer.failure.code;
      noteDone(run, keeper.name, `insert ${order.zone}/${order.name}: ${end}`);
      return save(work, false);
    }
    case 'remove': {
      const { removal } = next;
      const answer = await inTurn(async () => (run.mayAct() ? compute.remove(removal, signal) : null));
      if (answer === null) return false;
      work.seen = afterRemove(work.seen, answer, { at: clock.now(), rules, signer, purpose });
      const end = answer.ok ? 'accepted' : answer.failure.code;
      noteDone(run, keeper.name, `delete ${removal.zone}/${removal.name}: ${end}`);
      return save(work, false);
    }
    case 'forget': {
      noteDone(run, keeper.name, await keeper.forget(work.seen.revision));
      return false;
    }
  }
}

/** `seen` is what the look of this situation came to. What it has come to in the end. */
export async function bringOn(
  run: Run,
  situation: Situation,
  given: { readonly seen: Seen; readonly keeper: Keeper },
): Promise<Seen> {
  const { keeper } = given;
  const work: Work = { run, keeper, situation, stored: situation.seen, seen: given.seen };
  work.seen = await withConsole(work);
  if (isWorthWriting(situation.seen, work.seen)) {
    if (situation.seen?.phase !== work.seen.phase) noteDone(run, keeper.name, work.seen.phase);
    if (!(await save(work, false))) return work.seen;
  }
  // oxlint-disable-next-line no-await-in-loop -- each step goes by what the one before came to
  for (let steps = 0; steps < mostSteps && run.hasTime() && (await step(work)); steps += 1);
  return work.seen;
}

/** Of a standby: what is wanted of it is `watch`'s half of its document. */
export function standbyKeeper(run: Run, { signer, wanted }: Pick<Situation, 'signer' | 'wanted'>): Keeper {
  const { store } = run.world;
  return {
    name: signer,
    know: (seen) => run.known.set(signer, { signer, wanted, seen }),
    write: (seen, { revision, isCommitment }) =>
      store.writeSeen(signer, isCommitment ? { revision, wanted } : { revision }, seen),
    forget: async (revision) => {
      const end = await store.forgetStandby(signer, { revision, wanted });
      if (end === 'forgotten') run.known.delete(signer);
      return end;
    },
  };
}
