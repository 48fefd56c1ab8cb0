// A run of `provision` dies between any two of its calls, or is overtaken there, and nothing is made twice, lost or left behind.
import { describe, expect, test } from 'vitest';
import { mortal, type Moment } from '../support/crash.ts';
import { minute } from '../support/site.ts';
import { flagOf, releasedOf, StandbyHouse, wantedOf } from '../support/standby-house.ts';

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
