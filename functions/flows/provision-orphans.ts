// The reaper at work: writes down which machines nobody wants, and deletes those whose grace is over and of which all is known.
import type { ComputeAnswer } from '../domain/standby/answer.ts';
import { withAgent } from '../domain/standby/agent.ts';
import { unseen } from '../domain/standby/phase.ts';
import { type Claims, orphansIn, whyNoneIsDeleted, whyOrphanIsKept } from '../domain/standby/reap.ts';
import type { FlagRead } from '../domain/standby/key-flag.ts';
import { labels } from '../domain/standby/rules.ts';
import type { Listing } from '../domain/standby/situation.ts';
import type { NodeSeen, Orphan, Seen, Standby } from '../domain/standby/standby.ts';
import { readReport } from './provision-report.ts';
import { chainOf, noteDone, type Run } from './provision-world.ts';

/** Of documents that cannot be read the signers; null when one does not say whose it is. */
function signersOf(broken: readonly string[]): readonly string[] | null {
  const named = broken.map(
    (sentence) => /^standbys\/(?:_drill\.)?([a-z][a-z0-9-]*)\b/.exec(sentence)?.[1] ?? null,
  );
  const signers = named.filter((each) => each !== null);
  return signers.length === named.length ? signers : null;
}

/** Machines that a list shows and nobody wants; disks stay as they are known. */
export function findOrphans(
  run: Run,
  listing: Listing,
  at: number,
): { readonly orphans: readonly Orphan[]; readonly nodes: readonly NodeSeen[] } {
  const claims: Claims = {
    standbys: [
      ...run.known.values(),
      ...[...run.drills.values()].map((drill): Standby => ({
        signer: drill.signer,
        wanted: null,
        seen: drill.run?.seen ?? null,
      })),
    ],
    chainOf: (signer) => chainOf(run.world, signer),
    brokenSigners: signersOf(run.broken),
  };
  const { rules } = run.world;
  // What this run has found out and asked for already is kept.
  const before = run.orphans;
  const found = orphansIn(listing, { before, claims, rules, at });
  const disks = before.filter(({ kind }) => kind === 'disk');
  return { orphans: [...found.orphans, ...disks], nodes: found.nodes };
}

const configuredSigners = ({ world }: Run): readonly string[] =>
  world.sites.flatMap(({ signers }) => signers.map(({ id }) => id));

function replaceOrphan(run: Run, changed: Orphan): void {
  const isOther = (each: Orphan): boolean =>
    each.kind !== changed.kind || each.zone !== changed.zone || each.name !== changed.name;
  run.orphans = [...run.orphans.filter(isOther), changed];
}

function tellOf(answer: ComputeAnswer<unknown>): string {
  if (answer.ok) return 'its deletion is under way';
  const { code, permission } = answer.failure;
  const missing = permission === null ? '' : `; the service account of provision lacks ${permission}`;
  return `its deletion was asked for, and Compute answered ${code}${missing}`;
}

/** Of a machine that comes after its standby was given up more is known than it says itself. */
const knownOf = ({ known }: Run, { zone, name }: NodeSeen): Seen | null => {
  const seen = [...known.values()].map((standby) => standby.seen);
  return seen.find((each) => each?.attempt?.zone === zone && each.attempt.name === name) ?? null;
};

/** The flag of each signer was read after the list that showed the node. */
async function reapOne(
  run: Run,
  given: { readonly node: NodeSeen; readonly orphan: Orphan },
  flags: ReadonlyMap<string, FlagRead>,
): Promise<void> {
  const { world, signal, inTurn } = run;
  const { node, orphan } = given;
  const { zone, name } = node;
  const answer = await inTurn(() => world.compute.report({ zone, name }, signal));
  const at = world.clock.now();
  const heard = answer.ok ? readReport(answer.value) : null;
  const { report, doubt, hasHeldKeys } = withAgent(knownOf(run, node) ?? unseen(at), heard, at);
  const flag = flags.get(node.labels[labels.signer] ?? '') ?? null;
  const why =
    whyNoneIsDeleted(flags, configuredSigners(run)) ??
    whyOrphanIsKept({ node, flag, report, doubt, hasHeldKeys }, world.rules, at);
  if (why !== null) {
    replaceOrphan(run, { ...orphan, text: why });
    return;
  }
  const requestId = orphan.requestId ?? world.newId();
  if (!run.mayAct()) return;
  replaceOrphan(run, { ...orphan, requestId });
  run.fleet = await world.store.changeFleet((fleet) => ({ ...fleet, orphans: run.orphans }));
  const removed = await inTurn(async () =>
    run.mayAct() ? world.compute.remove({ zone, name, requestId }, signal) : null,
  );
  if (removed === null) return;
  // Only a request whose answer was lost is repeated; the next one is another.
  const isLost = !removed.ok && removed.failure.isLost;
  replaceOrphan(run, { ...orphan, requestId: isLost ? requestId : null, text: tellOf(removed) });
  noteDone(run, name, `delete the orphan ${zone}/${name}: ${removed.ok ? 'accepted' : removed.failure.code}`);
}

/** `run.orphans` is what the list showed. */
export async function reap(run: Run, nodes: readonly NodeSeen[], at: number): Promise<void> {
  const due = nodes.flatMap((node) => {
    const orphan = run.orphans.find(
      (each) => each.kind === 'instance' && each.zone === node.zone && each.name === node.name,
    );
    const isDue = orphan !== undefined && orphan.deletesAt !== null && orphan.deletesAt <= at;
    return isDue ? [{ node, orphan }] : [];
  });
  if (due.length === 0) return;
  const named = due.flatMap(({ node }) => node.labels[labels.signer] ?? []);
  const flags = await run.world.keys.readFlags([...configuredSigners(run), ...named]);
  // One after the other: each is written down before Compute is asked.
  // oxlint-disable-next-line no-await-in-loop -- as above
  for (const each of due) await reapOne(run, each, flags);
}

/** Disks that nothing uses; they are only ever told of. */
export async function findDisks(run: Run, at: number): Promise<ComputeAnswer<readonly Orphan[]>> {
  const { world, signal, fleet } = run;
  const answer = await world.compute.disks(world.rules.prefix, signal);
  if (!answer.ok) return answer;
  const before = fleet.orphans.filter(({ kind }) => kind === 'disk');
  const loose = answer.value.disks.filter(({ isAttached }) => !isAttached);
  const found = loose.map(({ zone, name, gib, labels: given }): Orphan => {
    const known = before.find((each) => each.zone === zone && each.name === name);
    return {
      kind: 'disk',
      name,
      zone,
      signer: given[labels.signer] ?? null,
      firstSeenAt: known?.firstSeenAt ?? at,
      deletesAt: null,
      text: `${gib} GiB that no machine uses; look at it, then: gcloud compute disks delete ${name} --zone ${zone} --project ${world.rules.project}`,
      requestId: null,
    };
  });
  const unshown = before.filter(
    (each) => !found.some(({ zone, name }) => zone === each.zone && name === each.name),
  );
  return { ok: true, value: answer.value.isWhole ? found : [...found, ...unshown] };
}
