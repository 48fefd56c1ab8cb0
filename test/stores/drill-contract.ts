// What every store promises of drills: what is asked for and what is under way have a writer each, and neither undoes the other's work.
import { describe, expect } from 'vitest';
import { runOf } from '../../functions/domain/drill/course.ts';
import type { DrillRun } from '../../functions/domain/drill/drill.ts';
import { commit, siteState } from '../support/documents.ts';
import { wishOf } from '../support/standby-house.ts';
import { seen, wanted } from '../support/standbys.ts';
import type { Bench } from './bench.ts';

type Check = (title: string, work: (bench: Bench) => Promise<void>) => void;

const wish = wishOf();
const path = 'standbys/_drill.alpha';
const underWay = (over: Partial<DrillRun> = {}): DrillRun => ({
  ...runOf(wish, seen({ revision: 0 })),
  ...over,
});
const written = (run: DrillRun, revision: number): DrillRun => ({ ...run, seen: { ...run.seen, revision } });

export function describeDrills(name: string, check: Check): void {
  describe(`${name}: a drill`, () => {
    check(
      'is asked for with its site, beside whatever is under way, and replaces what was asked for',
      async (bench) => {
        const { store, other, peek } = bench;
        expect(await commit(store, { drills: [wish] })).toBe('committed');
        expect(await peek(path)).toEqual({ schema: 1, signer: 'alpha', wish: { schema: 1, ...wish } });
        expect(await other.writeDrill('alpha', { revision: null, wish }, underWay())).toBe('written');
        const second = wishOf({ id: 'drill-2' });
        await commit(store, { drills: [second] });
        expect((await store.loadAll()).drills).toEqual([
          { signer: 'alpha', wish: second, run: written(underWay(), 1) },
        ]);
      },
    );

    check('is not asked for when the site was written meanwhile', async ({ store, other, peek }) => {
      await commit(store, {});
      const { base } = await store.loadSite('home');
      await commit(other, { state: siteState({ nextDueAt: 1 }) });
      const memory = { state: siteState(), incidents: {} };
      const change = { base, memory, touched: [], rows: [], wanted: [], filed: [], drills: [wish] };
      expect(await store.commitSite(change)).toBe('conflict');
      expect(await peek(path)).toBeNull();
    });

    check('is no standby, and no standby is a drill', async ({ store }) => {
      await commit(store, { wanted: [wanted({ signer: 'alpha' })], drills: [wish] });
      const all = await store.loadAll();
      expect(all.standbys).toEqual([{ signer: 'alpha', wanted: wanted({ signer: 'alpha' }), seen: null }]);
      expect(all.drills).toEqual([{ signer: 'alpha', wish, run: null }]);
      expect(await store.readStandbys()).toEqual(all);
    });

    check(
      'is written by whoever knows what lies there, counted, and only while the same is asked for',
      async (bench) => {
        const { store, peek } = bench;
        await commit(store, { drills: [wish] });
        const other = wishOf({ id: 'other' });
        expect(await store.writeDrill('alpha', { revision: null, wish: other }, underWay())).toBe('conflict');
        expect(await store.writeDrill('alpha', { revision: 1 }, underWay())).toBe('conflict');
        expect((await store.loadAll()).drills[0]?.run).toBeNull();
        expect(await store.writeDrill('alpha', { revision: null, wish }, underWay())).toBe('written');
        expect(await store.writeDrill('alpha', { revision: null, wish }, underWay())).toBe('conflict');
        const later = underWay({ usedGib: 12.5 });
        expect(await store.writeDrill('alpha', { revision: 1 }, later)).toBe('written');
        expect(await peek(path)).toMatchObject({ run: { usedGib: 12.5, seen: { revision: 2 } } });
      },
    );

    check(
      'that has ended is taken out or forgotten as it is known, and only then',
      async ({ store, peek }) => {
        await commit(store, { drills: [wish] });
        await store.writeDrill('alpha', { revision: null }, underWay());
        const next = wishOf({ id: 'drill-2' });
        await commit(store, { drills: [next] });
        expect(await store.forgetDrill('alpha', { revision: 1, wish })).toBe('conflict');
        expect(await store.writeDrill('alpha', { revision: 2, wish: next }, null)).toBe('conflict');
        expect(await store.writeDrill('alpha', { revision: 1, wish: next }, null)).toBe('written');
        expect((await store.loadAll()).drills).toEqual([{ signer: 'alpha', wish: next, run: null }]);
        expect(await store.forgetDrill('alpha', { revision: 1, wish: next })).toBe('conflict');
        expect(await store.forgetDrill('alpha', { revision: null, wish: next })).toBe('forgotten');
        expect(await peek(path)).toBeNull();
        expect(await store.forgetDrill('alpha', { revision: null, wish: next })).toBe('conflict');
      },
    );

    check('is not lost when it is asked for while the one before is forgotten, 20 times', async (bench) => {
      const { store, other } = bench;
      for (let round = 0; round < 20; round += 1) {
        const signer = `signer${round}`;
        const old = wishOf({ signer });
        await commit(store, { drills: [old] });
        const again = wishOf({ signer, id: 'again' });
        await Promise.all([
          other.forgetDrill(signer, { revision: null, wish: old }),
          commit(store, { drills: [again] }),
        ]);
        const { drills } = await store.loadAll();
        expect(
          drills.find((each) => each.signer === signer),
          `round ${round}`,
        ).toEqual({
          signer,
          wish: again,
          run: null,
        });
      }
    });

    check(
      'that cannot be read is named, keeps nobody back, and is left as it is',
      async ({ store, plant, peek }) => {
        await commit(store, { wanted: [wanted()], drills: [wishOf({ signer: 'good' })] });
        const secret = 'hunter2';
        const spoiled = {
          'standbys/_drill.bad': {
            schema: 1,
            signer: 'bad',
            wish: { schema: 1, ...wishOf({ signer: 'bad' }), mode: secret },
          },
          'standbys/_drill.other': {
            schema: 1,
            signer: 'else',
            wish: { schema: 1, ...wishOf({ signer: 'else' }) },
          },
          'standbys/_drill.mixed': { schema: 1, signer: 'mixed', wish: { schema: 1, ...wishOf() } },
        };
        for (const [where, fields] of Object.entries(spoiled)) await plant(where, fields);
        const all = await store.loadAll();
        expect(all.standbys).toHaveLength(1);
        expect(all.drills.map(({ signer }) => signer)).toEqual(['good']);
        expect(all.broken.map((each) => each.split(' ')[0] ?? '').toSorted()).toEqual(
          Object.keys(spoiled).toSorted(),
        );
        expect(all.broken.join()).not.toContain(secret);
        for (const [where, fields] of Object.entries(spoiled)) {
          const signer = where.replace('standbys/_drill.', '');
          await expect(store.writeDrill(signer, { revision: null }, null)).rejects.toMatchObject({
            code: 'ERR_DOCUMENT',
          });
          expect(await peek(where)).toEqual(fields);
        }
      },
    );
  });
}
