// Brings one standby on: writes down what a look came to, then does one thing after the other until there is nothing to do but wait.
import { isDeepStrictEqual } from 'node:util';
import { afterInsert, afterRemove } from '../domain/standby/answered.ts';
import { plan } from '../domain/standby/plan.ts';
import { nodeShown, type Situation } from '../domain/standby/situation.ts';
import type { Seen, Standby } from '../domain/standby/standby.ts';
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

type Work = {
  readonly run: Run;
  readonly situation: Situation;
  /** As it lies in the store. */
  stored: Standby;
  /** As it is known. */
  seen: Seen;
};

/** False when somebody else wrote meanwhile; then this standby is left alone until the next look. */
async function save(work: Work, isCommitment: boolean): Promise<boolean> {
  const { run, stored, seen } = work;
  const { store } = run.world;
  const { signer, wanted } = stored;
  run.known.set(signer, { ...stored, seen });
  const revision = stored.seen?.revision ?? null;
  const base = isCommitment ? { revision, wanted } : { revision };
  const end = await store.writeSeen(signer, base, seen);
  if (end === 'conflict') {
    noteDone(run, signer, 'somebody else wrote meanwhile');
    return false;
  }
  work.seen = { ...seen, revision: (revision ?? 0) + 1 };
  work.stored = { ...stored, seen: work.seen };
  run.known.set(signer, work.stored);
  return true;
}

/** Asked once, when a node gets stuck. */
async function withConsole({ run, situation, stored, seen }: Work): Promise<Seen> {
  const { trouble } = seen;
  const node = nodeShown(situation, seen.attempt);
  if (trouble?.kind !== 'stuck' || stored.seen?.trouble?.kind === 'stuck' || node === null) return seen;
  const { zone, name } = node;
  const ask = { zone, name, lines: consoleLines };
  const answer = await run.gate(() => run.world.compute.console(ask, run.signal));
  return answer.ok ? { ...seen, trouble: { ...trouble, lines: answer.value.slice(-consoleLines) } } : seen;
}

/** True when there may be something else to do at once. */
async function step(work: Work): Promise<boolean> {
  const { run, situation } = work;
  const { world, gate, signal } = run;
  const { store, clock, compute, rules } = world;
  const { signer } = situation;
  const given = { project: rules.project, prefix: rules.prefix, signer };
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
      noteDone(run, signer, next.what);
      return save(work, next.isCommitment);
    case 'insert': {
      const { order } = next;
      const answer = await gate(async () => (run.mayAct() ? compute.insert(order, signal) : null));
      if (answer === null) return false;
      work.seen = afterInsert(work.seen, answer, { at: clock.now(), rules, signer });
      const end = answer.ok ? 'accepted' : answer.failure.code;
      noteDone(run, signer, `insert ${order.zone}/${order.name}: ${end}`);
      return save(work, false);
    }
    case 'remove': {
      const { removal } = next;
      const answer = await gate(async () => (run.mayAct() ? compute.remove(removal, signal) : null));
      if (answer === null) return false;
      work.seen = afterRemove(work.seen, answer, { at: clock.now(), rules, signer });
      const end = answer.ok ? 'accepted' : answer.failure.code;
      noteDone(run, signer, `delete ${removal.zone}/${removal.name}: ${end}`);
      return save(work, false);
    }
    case 'forget': {
      const base = { revision: work.seen.revision, wanted: work.stored.wanted };
      const end = await store.forgetStandby(signer, base);
      if (end === 'forgotten') run.known.delete(signer);
      noteDone(run, signer, end);
      return false;
    }
  }
}

/** `seen` is what the look of this situation came to. */
export async function bringOn(run: Run, situation: Situation, seen: Seen): Promise<void> {
  const { signer, wanted } = situation;
  const work: Work = { run, situation, stored: { signer, wanted, seen: situation.seen }, seen };
  work.seen = await withConsole(work);
  if (isWorthWriting(situation.seen, work.seen)) {
    if (situation.seen?.phase !== work.seen.phase) noteDone(run, signer, work.seen.phase);
    if (!(await save(work, false))) return;
  }
  // oxlint-disable-next-line no-await-in-loop -- each step goes by what the one before came to
  for (let steps = 0; steps < mostSteps && run.hasTime() && (await step(work)); steps += 1);
}
