// A run of `provision` dies between any two of its calls, or is overtaken there, and nothing is made twice, lost or left behind.
import { describe, expect, test } from 'vitest';
import { mortal, type Moment } from '../support/crash.ts';
import { hour, minute } from '../support/site.ts';
import { flagOf, hourly, releasedOf, StandbyHouse, wantedOf, wishOf } from '../support/standby-house.ts';

const moments: readonly Moment[] = ['before', 'after'];
const runs = 12;
/** In this minute it is not wanted any more. */
const released = 7;

/** A full zone, another one, synced, released, gone; never more than one node, and in the end none. */
class Night extends StandbyHouse {
  readonly wrong: string[] = [];
  inserts = 0;

  constructor() {
    super();
    this.compute.syncMs = 2 * minute;
    this.compute.full.set('eu-1-a', { code: 'ZONE_RESOURCE_POOL_EXHAUSTED', how: 'operation' });
    this.flags.set('alpha', { isReadable: true, flag: flagOf() });
    this.compute.onInsert = (node) => {
      this.inserts += 1;
      if (this.compute.live('alpha').length > 1) this.wrong.push(`two nodes: ${node.zone}/${node.name}`);
    };
    this.want(wantedOf());
  }

  begin(index: number): void {
    if (index === released) this.want(releasedOf(wantedOf(), this.now));
  }
}

async function through(home: Night, from: number): Promise<void> {
  for (let index = from; index < runs; index += 1) {
    home.begin(index);
    const until = home.now + minute;
    await home.run();
    home.now = Math.max(home.now, until);
  }
}

/** A drill whose disk is kept: made, synced, wiped, kept, deleted, remembered; never more than one node, and in the end none. */
class Drilling extends StandbyHouse {
  readonly wrong: string[] = [];

  constructor() {
    super({
      drill: {
        mode: 'sync',
        syncWithinMs: 24 * hour,
        snapshots: { keep: 1, monthlyCost: 100, acceptedBy: 'Ada' },
      },
    });
    this.compute.syncMs = 2 * minute;
    this.compute.isWiping = true;
    this.compute.onInsert = (node) => {
      if (this.compute.live('alpha').length > 1) this.wrong.push(`two nodes: ${node.zone}/${node.name}`);
    };
    this.compute.onRemove = ({ published }) => {
      if (published !== undefined) this.wrong.push('deleted with keys on it');
    };
    this.wish(wishOf({ mode: 'sync' }));
  }
}

const drillRuns = 16;

describe('a run of a drill that dies', () => {
  test.each(Array.from({ length: drillRuns }, (_, index) => index))(
    'anywhere in minute %i makes no second node and no second snapshot, and is remembered once',
    async (fatal) => {
      for (const moment of moments) {
        for (let k = 1; ; k += 1) {
          const home = new Drilling();
          const life = mortal(k, moment);
          await home.minutes(fatal);
          await home.run(life);
          if (!life.isDead()) break;
          const where = `minute ${fatal}, ${moment} call ${k}`;
          home.now += 2 * minute;
          await home.minutes(60, async () => (await home.drill()) === null);
          expect(home.wrong, where).toEqual([]);
          expect(await home.drill(), where).toBeNull();
          expect(home.compute.live(), where).toEqual([]);
          expect(home.compute.snapshots.size, where).toBe(1);
          const { drills, spent, snapshots } = await home.fleet();
          const last = drills['alpha']?.last;
          expect(last, where).toMatchObject({ id: 'drill-1', outcome: 'passed' });
          expect(snapshots['ethereum'], where).toHaveLength(1);
          const paid = Object.values(spent).reduce((a, b) => a + b, 0);
          // What was counted before the crash is not counted up to a later moment.
          expect(Math.abs(paid - (last?.cost ?? Number.NaN)), where).toBeLessThan((hourly * 3) / 60);
        }
      }
    },
  );

  test('passes through all of it without a crash', async () => {
    const home = new Drilling();
    const met = new Set<string>();
    for (let index = 0; index < drillRuns; index += 1) {
      await home.minutes(1);
      const run = (await home.drill())?.run ?? null;
      const { saving = null, marks = null, seen = null } = run ?? {};
      met.add(
        `${seen?.phase ?? 'none'}${saving === null ? '' : ' saving'}${(marks?.saved ?? null) === null ? '' : ' saved'}`,
      );
    }
    expect([...met]).toEqual([
      'booting',
      'syncing',
      'synced',
      'synced saving',
      'synced saving saved',
      'none',
    ]);
  });
});

describe('a run that dies', () => {
  test.each(Array.from({ length: runs }, (_, index) => index))(
    'anywhere in minute %i makes no second node, and the standby ends as it would have',
    async (fatal) => {
      for (const moment of moments) {
        for (let k = 1; ; k += 1) {
          const home = new Night();
          const life = mortal(k, moment);
          for (let index = 0; index <= fatal; index += 1) {
            home.begin(index);
            const until = home.now + minute;
            await home.run(index === fatal ? life : undefined);
            home.now = Math.max(home.now, until);
          }
          if (!life.isDead()) break;
          const where = `minute ${fatal}, ${moment} call ${k}`;
          // The lease of the dead run ends by itself.
          home.now += minute;
          await through(home, fatal + 1);
          for (let more = 0; more < 4; more += 1) await through(home, runs - 1);
          expect(home.wrong, where).toEqual([]);
          expect(home.inserts, where).toBe(2);
          expect((await home.seen())?.phase, where).toBe('gone');
          expect(home.compute.live(), where).toEqual([]);
          const { lease } = await home.fleet();
          expect(lease === null || lease.until < home.now, where).toBe(true);
        }
      }
    },
  );

  test('the night without a crash passes through all of it', async () => {
    const home = new Night();
    const met = new Set<string>();
    for (let index = 0; index < runs; index += 1) {
      home.begin(index);
      const until = home.now + minute;
      await home.run();
      home.now = Math.max(home.now, until);
      met.add((await home.seen())?.phase ?? 'none');
    }
    expect([...met]).toEqual(['creating', 'booting', 'syncing', 'synced', 'gone']);
    expect(home.wrong).toEqual([]);
    expect(home.inserts).toBe(2);
  });
});
