// Drills at work: at most one at a time, after everything that is wanted in earnest. May be cut off and run twice at any point.
import { isDeepStrictEqual } from 'node:util';
import { beginning, drillRules, isFulfilled, waitingWishes } from '../domain/drill/begin.ts';
import { course, type CourseContext, runOf, wantedOf } from '../domain/drill/course.ts';
import type { Drill, DrillRecord, DrillRun, DrillWish } from '../domain/drill/drill.ts';
import { recordOf, recordOfNone, withDoubt, withDrill } from '../domain/drill/record.ts';
import { hasSnapshots, whyNotKept } from '../domain/drill/snapshots.ts';
import { whoNeedsRoom } from '../domain/standby/brake.ts';
import { look } from '../domain/standby/look.ts';
import { unseen } from '../domain/standby/phase.ts';
import type { Situation } from '../domain/standby/situation.ts';
import { isSoon } from '../domain/standby/soon.ts';
import type { Seen } from '../domain/standby/standby.ts';
import { countSpent } from './provision-fleet.ts';
import { lookAt } from './provision-look.ts';
import { keepDisk, tidySnapshots } from './provision-snapshots.ts';
import { bringOn, type Keeper } from './provision-standby.ts';
import {
  chainOf,
  drillName,
  mostRounds,
  noteDone,
  rests,
  type Run,
  takeIn,
  togetherOf,
} from './provision-world.ts';

type UnderWay = Drill & { readonly run: DrillRun };

const isUnderWay = (drill: Drill): drill is UnderWay => drill.run !== null;

/** Remembers how it went, and takes it out; what was asked for since stays. */
async function finish(run: Run, drill: Drill, record: DrillRecord): Promise<void> {
  const { store } = run.world;
  const { signer, wish } = drill;
  run.fleet = await store.changeFleet((fleet) => withDrill(fleet, signer, record));
  const revision = drill.run?.seen.revision ?? null;
  const isOver = wish === null || wish.id === record.id || isFulfilled(wish, run.fleet);
  const base = { revision, wish };
  const end = isOver ? await store.forgetDrill(signer, base) : await store.writeDrill(signer, base, null);
  if (end === 'conflict') return;
  if (isOver) run.drills.delete(signer);
  else run.drills.set(signer, { signer, wish, run: null });
  noteDone(run, drillName(signer), `${record.outcome}: ${record.text}`);
}

async function begin(run: Run, wish: DrillWish, at: number): Promise<UnderWay | null> {
  const { signer } = wish;
  const fresh = runOf(wish, unseen(at));
  if (!run.mayAct()) return null;
  const end = await run.world.store.writeDrill(signer, { revision: null, wish }, fresh);
  if (end === 'conflict') return null;
  const begun = { signer, wish, run: { ...fresh, seen: { ...fresh.seen, revision: 1 } } };
  run.drills.set(signer, begun);
  noteDone(run, drillName(signer), `begun: ${wish.mode}`);
  return begun;
}

/** The drill that is under way, or the one that is begun now; null when none is. */
async function current(run: Run): Promise<UnderWay | null> {
  const { world } = run;
  const underWay = [...run.drills.values()].find(isUnderWay);
  if (underWay !== undefined) return underWay;
  for (const wish of waitingWishes(run.drills.values())) {
    const { signer } = wish;
    const at = world.clock.now();
    const next = beginning(wish, {
      at,
      rules: world.rules,
      chain: chainOf(world, signer),
      fleet: run.fleet,
      roomFor: whoNeedsRoom(togetherOf(run, at)),
      running: null,
    });
    // oxlint-disable no-await-in-loop -- one after the other, and the first that begins is the last
    switch (next.do) {
      case 'wait':
        noteDone(run, drillName(signer), `waits: ${next.text}`);
        break;
      case 'forget': {
        const end = await world.store.forgetDrill(signer, { revision: null, wish });
        if (end === 'forgotten') run.drills.delete(signer);
        break;
      }
      case 'end':
        await finish(run, { signer, wish, run: null }, recordOfNone(wish, { ...next, at }));
        break;
      case 'begin': {
        const begun = await begin(run, wish, at);
        if (begun !== null) return begun;
        break;
      }
    }
    // oxlint-enable no-await-in-loop
  }
  return null;
}

/** A drill in the hands of a run: what it is now, and what of it lies in the store. */
type Hand = { readonly run: Run; readonly wish: DrillWish | null; now: DrillRun; stored: DrillRun };

/** False when somebody else wrote meanwhile; then it is left alone until the next look. */
async function write(hand: Hand, next: DrillRun): Promise<boolean> {
  const { run, wish, stored } = hand;
  const { signer } = next.wish;
  const { revision } = stored.seen;
  const end = await run.world.store.writeDrill(signer, { revision }, next);
  if (end === 'conflict') {
    noteDone(run, drillName(signer), 'somebody else wrote meanwhile');
    return false;
  }
  hand.now = { ...next, seen: { ...next.seen, revision: revision + 1 } };
  hand.stored = hand.now;
  run.drills.set(signer, { signer, wish, run: hand.now });
  return true;
}

/** What is seen of the node is written with all that is known of the drill. */
function keeperOf(hand: Hand): Keeper {
  const { signer } = hand.now.wish;
  return {
    name: drillName(signer),
    know: (seen) => {
      hand.now = { ...hand.now, seen };
      hand.run.drills.set(signer, { signer, wish: hand.wish, run: hand.now });
    },
    write: async (seen) => ((await write(hand, { ...hand.now, seen })) ? 'written' : 'conflict'),
    // It is forgotten when it has ended, and that is long before.
    forget: () => Promise.resolve('conflict'),
  };
}

const isNews = (before: DrillRun, { marks, verdict, failingSince }: DrillRun): boolean =>
  !isDeepStrictEqual([before.marks, before.verdict, before.failingSince], [marks, verdict, failingSince]);

type Turned = { readonly drill: DrillRun; readonly situation: Situation; readonly seen: Seen };

/** What a look makes of the drill. Once it is decided its node is not wanted any more, which the same look shows. */
function turn(before: DrillRun, situation: Situation, context: CourseContext): Turned {
  const seen = look(situation);
  const drill = course(before, seen, context);
  if (drill.verdict === null || before.verdict !== null) return { drill, situation, seen };
  const released = { ...situation, wanted: wantedOf(drill, context.rules) };
  const after = look(released);
  return { drill: course(drill, after, context), situation: released, seen: after };
}

/** True when looking again in a moment may bring it on. */
async function bringDrillOn(run: Run, drill: UnderWay): Promise<boolean> {
  const { world } = run;
  const { signer, wish } = drill;
  const rules = drillRules(world.rules, drill.run.wish.chain);
  const known = {
    purpose: 'drill' as const,
    signer,
    chain: chainOf(world, signer),
    wanted: wantedOf(drill.run, world.rules),
    seen: drill.run.seen,
    rules,
  };
  const { at, situations } = await lookAt(run, [known], false);
  const [looked] = situations;
  if (looked === undefined) return false;
  const next = turn(drill.run, looked, {
    at,
    rules: world.rules,
    roomFor: whoNeedsRoom(togetherOf(run, at)),
    notKept: whyNotKept(drill.run, world.rules),
  });
  await countSpent(run, [{ key: `_drill.${signer}`, before: drill.run.seen, after: next.seen, at }]);
  if (withDoubt(run.fleet, signer, next.seen) !== run.fleet) {
    run.fleet = await world.store.changeFleet((fleet) => withDoubt(fleet, signer, next.seen));
  }
  const hand: Hand = { run, wish, now: next.drill, stored: drill.run };
  run.drills.set(signer, { signer, wish, run: next.drill });
  if (isNews(drill.run, next.drill) && !(await write(hand, next.drill))) return false;
  const kept = await keepDisk(run, hand.now, (each) => write(hand, each));
  if (kept.marks.saved !== null) await tidySnapshots(run, kept.wish.chain);
  const given = { seen: hand.now.seen, keeper: keeperOf(hand) };
  const seen = await bringOn(run, { ...next.situation, seen: hand.stored.seen }, given);
  const record = recordOf(hand.now);
  if (record !== null) {
    const { saving, wish: own } = hand.now;
    // One that came too late for its drill is there all the same.
    if (saving !== null || hasSnapshots(run.fleet, own.chain)) await tidySnapshots(run, own.chain);
    await finish(run, { signer, wish, run: hand.now }, record);
    return run.drills.size > 0;
  }
  return isSoon({ wanted: next.situation.wanted, seen, chain: known.chain, rules, at: world.clock.now() });
}

/** In peace there is nothing here to do, and nothing is asked. */
export async function driveDrills(run: Run): Promise<void> {
  const { store } = run.world;
  for (let count = 1; run.drills.size > 0 && run.hasTime(); count += 1) {
    // oxlint-disable no-await-in-loop -- each round goes by what the one before came to
    const drill = await current(run);
    if (drill === null || !(await bringDrillOn(run, drill))) return;
    if (count >= mostRounds || !(await rests(run, count))) return;
    takeIn(run, await store.loadAll());
    // oxlint-enable no-await-in-loop
  }
}
