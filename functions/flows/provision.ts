// Reconciles what is wanted with what is there, a bounded piece at a time; may be repeated, cut off and run twice at any point.
import { whoNeedsRoom } from '../domain/standby/brake.ts';
import { look } from '../domain/standby/look.ts';
import { type OldMachine, oldMachines } from '../domain/standby/old.ts';
import { hasWork, isSoon, mayCreate } from '../domain/standby/soon.ts';
import type { Situation } from '../domain/standby/situation.ts';
import type { Fleet, Orphan, Phase, RefusalReason, Standby, Trouble } from '../domain/standby/standby.ts';
import { takeTurns } from '../kit/take-turns.ts';
import type { Standbys } from '../stores/store.ts';
import { describeBug } from './attempt.ts';
import { readDark } from './provision-dark.ts';
import { countSpent, fleetTrouble, giveBack, isListDue, isTryDue, takeLease } from './provision-fleet.ts';
import { driveDrills } from './provision-drills.ts';
import { type Known as Looking, lookAt } from './provision-look.ts';
import { findDisks, findOrphans, reap } from './provision-orphans.ts';
import { bringOn, standbyKeeper } from './provision-standby.ts';
import {
  chainOf,
  drillName,
  drillsIn,
  mostRounds,
  type ProvisionWorld,
  rests,
  type Run,
  takeIn,
  togetherOf,
} from './provision-world.ts';

/** What one run came to. */
export type ProvisionSummary = {
  readonly at: number;
  /** Another run has the lease: this one did nothing. */
  readonly isBusy: boolean;
  readonly standbys: readonly {
    readonly signer: string;
    readonly phase: Phase | null;
    readonly did: readonly string[];
    readonly refusal: RefusalReason | null;
    readonly trouble: Trouble['kind'] | null;
  }[];
  /** Drills that are asked for or under way, and those that ended in this run. */
  readonly drills: readonly {
    readonly signer: string;
    readonly phase: Phase | null;
    readonly did: readonly string[];
  }[];
  /** Machines and disks that nobody wants. */
  readonly orphans: readonly Pick<Orphan, 'kind' | 'zone' | 'name' | 'text'>[];
  /** Machines that have run for longer than `oldAfterMs`: each is an error in the log, and an alert waits for its words. */
  readonly old: readonly OldMachine[];
  /** What keeps `provision` from its work; null when nothing does. */
  readonly trouble: string | null;
  /** One sentence for each document that cannot be read, and for each standby of which something broke. */
  readonly errors: readonly string[];
};

/** So many standbys are brought on at once: each holds requests and answers in memory. */
const atOnce = 8;
/** Nothing is begun so shortly before the lease ends. */
const marginMs = 2_000;

type Known = Parameters<typeof hasWork>[0];

const knownOf = (world: ProvisionWorld, { signer, wanted, seen }: Standby, at: number): Known => ({
  wanted,
  seen,
  chain: chainOf(world, signer),
  rules: world.rules,
  at,
});

const subjectOf =
  (world: ProvisionWorld) =>
  ({ signer, wanted, seen }: Standby): Looking => ({
    purpose: 'standby',
    signer,
    chain: chainOf(world, signer),
    wanted,
    seen,
    rules: world.rules,
  });

type Round = { readonly failure: Parameters<typeof fleetTrouble>[1]; readonly isWhole: boolean };

async function bringOnAll(run: Run, situations: readonly Situation[]): Promise<void> {
  // What all of them are is known before the first is acted on: the brake counts.
  const looked = situations.map((situation) => ({ situation, seen: look(situation) }));
  for (const { situation, seen } of looked) {
    const { signer, wanted } = situation;
    run.known.set(signer, { signer, wanted, seen });
  }
  await countSpent(
    run,
    looked.map(({ situation: { signer, seen: before, at }, seen: after }) => ({
      key: signer,
      before,
      after,
      at,
    })),
  );
  const turn = takeTurns(atOnce);
  await Promise.all(
    looked.map(({ situation, seen }) =>
      turn(async () => {
        try {
          await bringOn(run, situation, { seen, keeper: standbyKeeper(run, situation) });
        } catch (error) {
          run.errors.add(`standbys/${situation.signer}: ${describeBug(error)}`);
        }
      }),
    ),
  );
}

/** One look at everything and what follows from it. */
async function round(run: Run, isListing: boolean): Promise<Round> {
  const { world } = run;
  const now = world.clock.now();
  const working = [...run.known.values()].filter((each) => hasWork(knownOf(world, each, now)));
  const creates = working.some((each) => mayCreate(knownOf(world, each, now)));
  const [{ at, listing, failure, situations }, dark] = await Promise.all([
    lookAt(run, working.map(subjectOf(world)), isListing),
    creates ? readDark(world) : null,
  ]);
  run.dark = dark;
  const found = listing === null ? null : findOrphans(run, listing, at);
  if (found !== null) run.orphans = found.orphans;
  await bringOnAll(run, situations);
  if (isListing && found !== null) {
    await reap(run, found.nodes, at);
    const disks = await findDisks(run, at);
    if (!disks.ok) return { failure: { failed: disks.failure, doing: 'the list of disks' }, isWhole: false };
    run.orphans = [...run.orphans.filter(({ kind }) => kind === 'instance'), ...disks.value];
  }
  return { failure, isWhole: isListing && listing?.isWhole === true };
}

async function rounds(run: Run): Promise<Round> {
  const { clock, store } = run.world;
  const isListing = isListDue(run.fleet, clock.now());
  const first = await round(run, isListing);
  const isSooner = (): boolean =>
    [...run.known.values()].some((each) => isSoon(knownOf(run.world, each, clock.now())));
  for (let count = 1; count < mostRounds && run.hasTime() && isSooner(); count += 1) {
    // oxlint-disable no-await-in-loop -- each round goes by what the one before came to
    if (!(await rests(run, count))) break;
    takeIn(run, await store.loadAll());
    await round(run, false);
    // oxlint-enable no-await-in-loop
  }
  return first;
}

function summaryOf(at: number, run: Run): ProvisionSummary {
  const { world, known, drills, did, orphans, errors, fleet } = run;
  const drilled = [...new Set([...drills.keys(), ...drillsIn(did.keys())])];
  return {
    at,
    isBusy: false,
    standbys: [...known.values()].map(({ signer, seen }) => ({
      signer,
      phase: seen?.phase ?? null,
      did: did.get(signer) ?? [],
      refusal: seen?.refusal?.reason ?? null,
      trouble: seen?.trouble?.kind ?? null,
    })),
    drills: drilled.map((signer) => ({
      signer,
      phase: drills.get(signer)?.run?.seen.phase ?? null,
      did: did.get(drillName(signer)) ?? [],
    })),
    orphans: orphans.map(({ kind, zone, name, text }) => ({ kind, zone, name, text })),
    old: oldMachines(
      { standbys: [...known.values()], drills: [...drills.values()], orphans },
      { at, afterMs: world.oldAfterMs },
    ),
    trouble: fleet.trouble?.text ?? null,
    errors: [...errors],
  };
}

type Begun = { readonly at: number; readonly signal: AbortSignal };

function begin(world: ProvisionWorld, all: Standbys & { readonly fleet: Fleet }, { at, signal }: Begun): Run {
  const { clock } = world;
  const { budgetMs, leaseMs } = world;
  // A clock that goes back would make the lease look longer than it is.
  const mayAct = (): boolean => clock.now() < at + leaseMs - marginMs && clock.now() >= at - marginMs;
  const run: Run = {
    world,
    signal: AbortSignal.any([signal, AbortSignal.timeout(budgetMs)]),
    inTurn: takeTurns(world.concurrency ?? 6),
    hasTime: () => !signal.aborted && clock.now() < at + budgetMs && mayAct(),
    mayAct,
    known: new Map(),
    drills: new Map(),
    fleet: all.fleet,
    orphans: all.fleet.orphans,
    broken: [],
    dark: null,
    did: new Map(),
    errors: new Set(),
  };
  takeIn(run, all);
  return run;
}

/** A drill has a node, and somebody's standby needs the room. */
const isInTheWay = (run: Run): boolean =>
  [...run.drills.values()].some((drill) => drill.run !== null && drill.run.seen.attempt !== null) &&
  whoNeedsRoom(togetherOf(run, run.world.clock.now())) !== null;

/** Works under the lease, and gives it back whatever happened. */
async function work(run: Run, lease: string): Promise<void> {
  const { clock } = run.world;
  let end: Round = { failure: null, isWhole: false };
  try {
    // Where there is room for one node only, Compute would refuse what is wanted in earnest because of what is not.
    if (isInTheWay(run)) await driveDrills(run);
    end = await rounds(run);
    await driveDrills(run);
  } catch (error) {
    run.errors.add(describeBug(error));
  }
  const at = clock.now();
  const trouble = fleetTrouble(run, end.failure, at);
  run.fleet = { ...run.fleet, trouble };
  await giveBack(run, { lease, at, listedAt: end.isWhole ? at : null, trouble });
}

/**
 * One run. In peace it costs one query and nothing else. Never rejects for what Compute, a store or a document does: that is in `errors`, and
 * the next run goes on from what is written down.
 */
export async function provision(
  world: ProvisionWorld,
  { signal }: { readonly signal: AbortSignal },
): Promise<ProvisionSummary> {
  const { store, clock } = world;
  const at = clock.now();
  const nothing = { at, isBusy: false, standbys: [], drills: [], orphans: [], old: [], trouble: null };
  try {
    const all = await store.loadAll();
    // Without what concerns all of them nobody knows whose turn it is.
    if (all.fleet === null) return { ...nothing, errors: all.broken };
    const run = begin(world, { ...all, fleet: all.fleet }, { at, signal });
    const known = all.standbys.map((each) => knownOf(world, each, at));
    const hasNone = !known.some(hasWork) && all.drills.length === 0;
    if (hasNone && !isTryDue(all.fleet, at)) return summaryOf(at, run);
    const lease = world.newId();
    const fleet = await takeLease(world, lease, at);
    if (fleet === null) return { ...summaryOf(at, run), isBusy: true };
    run.fleet = fleet;
    run.orphans = fleet.orphans;
    // Another run may have begun something between our query and our lease, and the brake counts it.
    if (known.some(mayCreate) || all.drills.length > 0) takeIn(run, await store.loadAll());
    await work(run, lease);
    return summaryOf(at, run);
  } catch (error) {
    return { ...nothing, errors: [describeBug(error)] };
  }
}
