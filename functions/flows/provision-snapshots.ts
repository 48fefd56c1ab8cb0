// Snapshots of drills' disks at work: which one a new node begins with, how one is made, and that no more are kept than are wanted.
import { classOf, troubleOf } from '../domain/standby/code.ts';
import type { ChainName } from '../domain/chain.ts';
import type { DrillRun } from '../domain/drill/drill.ts';
import { hasSnapshots, newestReady, savingOf, snapshotLabels, sortOut } from '../domain/drill/snapshots.ts';
import type { SnapshotSeen } from '../domain/drill/snapshots.ts';
import type { Situation } from '../domain/standby/situation.ts';
import { drillName, noteDone, type Run } from './provision-world.ts';

/** By chain the snapshot that a new node may begin with. Without an answer it begins with an empty disk: it is slower, and not later made. */
export async function readySnapshots(
  run: Run,
  creating: readonly Pick<Situation, 'chain'>[],
): Promise<ReadonlyMap<ChainName, string>> {
  const { world, fleet, inTurn, signal } = run;
  const chains = [...new Set(creating.flatMap(({ chain }) => chain ?? []))];
  const some = chains.filter((chain) => hasSnapshots(fleet, chain));
  if (some.length === 0) return new Map();
  const answer = await inTurn(() => world.compute.snapshots(world.rules.prefix, signal));
  if (!answer.ok) return new Map();
  const { snapshots } = answer.value;
  return new Map(
    some.flatMap((chain) => {
      const newest = newestReady(snapshots, world.rules, chain);
      return newest === null ? [] : [[chain, newest.name] as const];
    }),
  );
}

/** True when it was written down; false when somebody else wrote meanwhile. */
type Write = (drill: DrillRun) => Promise<boolean>;

const failed = (drill: DrillRun, text: string, at: number): DrillRun => ({
  ...drill,
  verdict: { outcome: 'failed', text: text.slice(0, 300), at },
});

async function ask(run: Run, drill: DrillRun): Promise<DrillRun> {
  const { world, inTurn, signal } = run;
  const { saving, seen, wish } = drill;
  const { attempt } = seen;
  // A node that has written to its disk since is not what was looked at.
  const isStill = seen.report?.state === 'wiped' && seen.report.keys === 'absent';
  if (saving === null || attempt === null || !isStill) return drill;
  const order = {
    zone: attempt.zone,
    name: attempt.name,
    snapshot: saving.name,
    requestId: saving.requestId,
    labels: snapshotLabels(drill, world.rules),
  };
  const answer = await inTurn(async () => (run.mayAct() ? world.compute.save(order, signal) : null));
  if (answer === null) return drill;
  noteDone(
    run,
    drillName(wish.signer),
    `snapshot ${saving.name}: ${answer.ok ? 'accepted' : answer.failure.code}`,
  );
  if (answer.ok) return { ...drill, saving: { ...saving, operation: answer.value.operation } };
  const { failure } = answer;
  const found = classOf(failure);
  // Whether it is there already the list will tell; what was lost is asked for again under the same id.
  if (failure.isLost || found === 'wait' || found === 'exists') return drill;
  const { project } = world.rules;
  const { text } = troubleOf(failure, { project, doing: 'the snapshot of its disk', again: null });
  return failed(drill, text, world.clock.now());
}

async function listed(run: Run): Promise<readonly SnapshotSeen[] | null> {
  const { world, inTurn, signal } = run;
  const answer = await inTurn(() => world.compute.snapshots(world.rules.prefix, signal));
  return answer.ok && answer.value.isWhole ? answer.value.snapshots : null;
}

async function hasFailed(run: Run, drill: DrillRun): Promise<string | null> {
  const { world, inTurn, signal } = run;
  const name = drill.saving?.operation ?? null;
  if (name === null) return null;
  const answer = await inTurn(() => world.compute.globalOperation(name, signal));
  if (!answer.ok || answer.value.state !== 'failed') return null;
  return `the snapshot of its disk failed: ${answer.value.code}: ${answer.value.text}`;
}

/** Keeps the disk of a drill's node that has wiped itself, as far as that comes in this run. */
export async function keepDisk(run: Run, given: DrillRun, write: Write): Promise<DrillRun> {
  const { world } = run;
  const { clock, rules } = world;
  let drill = given;
  const fresh = savingOf(drill, rules, { requestId: world.newId(), at: clock.now() });
  if (fresh !== null) {
    if (!run.mayAct()) return drill;
    drill = { ...drill, saving: fresh };
    if (!(await write(drill))) return given;
  }
  const { saving, marks, verdict } = drill;
  if (saving === null || marks.saved !== null || verdict !== null) return drill;
  const before = drill;
  if (saving.operation === null) drill = await ask(run, drill);
  const failure = await hasFailed(run, drill);
  if (failure !== null) drill = failed(drill, failure, clock.now());
  const all = await listed(run);
  const own = all?.find(({ name }) => name === saving.name);
  if (own?.status === 'READY') {
    drill = { ...drill, verdict: null, marks: { ...drill.marks, saved: clock.now() } };
  }
  return drill === before || (await write(drill)) ? drill : before;
}

/** Keeps the newest and deletes the rest of those that drills made; the same once more changes nothing. */
export async function tidySnapshots(run: Run, chain: ChainName): Promise<void> {
  const { world, inTurn, signal } = run;
  const all = await listed(run);
  if (all === null) return;
  const { kept, surplus } = sortOut(all, world.rules, chain);
  run.fleet = await world.store.changeFleet((fleet) => ({
    ...fleet,
    snapshots: { ...fleet.snapshots, [chain]: kept },
  }));
  for (const name of surplus) {
    const request = { name, requestId: world.newId() };
    // oxlint-disable-next-line no-await-in-loop -- few, and one after the other
    const answer = await inTurn(async () =>
      run.mayAct() ? world.compute.dropSnapshot(request, signal) : null,
    );
    if (answer === null) return;
    noteDone(run, `snapshot ${name}`, `delete: ${answer.ok ? 'accepted' : answer.failure.code}`);
  }
}
