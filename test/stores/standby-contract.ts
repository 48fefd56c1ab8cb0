// What every store promises of standbys: two halves with a writer each, and nothing that is broken keeps the rest back.
import { describe, expect } from 'vitest';
import { emptyFleet } from '../../functions/domain/standby/standby.ts';
import type { Store } from '../../functions/stores/store.ts';
import { commit, siteState } from '../support/documents.ts';
import { fleet, orphan, seen, wanted } from '../support/standbys.ts';
import type { Bench } from './bench.ts';
import { describeDrills } from './drill-contract.ts';
import { describeHandovers } from './handover-contract.ts';
import { describeBroken, describeFleet } from './fleet-contract.ts';

type Check = (title: string, work: (bench: Bench) => Promise<void>) => void;

/** Writes what is seen of a standby of which nothing was seen yet. */
const firstSeen = (store: Store, signer: string) =>
  store.writeSeen(signer, { revision: null }, seen({ revision: 0 }));

function describeWanted(name: string, check: Check): void {
  describe(`${name}: what is wanted`, () => {
    check('is written with its site, and replaces what was wanted before', async ({ store, peek }) => {
      const keep = { by: 'Maria', at: 5, why: 'the roof' };
      const first = wanted({ keep, lifeAt: 3 });
      expect(await commit(store, { wanted: [first, wanted({ signer: 'bera' })] })).toBe('committed');
      expect(await peek('standbys/eth')).toEqual({
        schema: 1,
        signer: 'eth',
        wanted: { schema: 1, ...first },
      });
      const second = wanted({ id: 'second', release: { at: 9, reason: 'stable', by: null } });
      await commit(store, { wanted: [second] });
      expect(await store.loadStandby('eth')).toEqual({ signer: 'eth', wanted: second, seen: null });
      expect((await store.loadStandby('bera'))?.wanted).toEqual(wanted({ signer: 'bera' }));
    });

    check('is not written when the site was written meanwhile', async ({ store, other, peek }) => {
      await commit(store, { wanted: [wanted()] });
      const { base } = await store.loadSite('home');
      await commit(other, { state: siteState({ nextDueAt: 1 }) });
      const before = await peek('standbys/eth');
      const late = [wanted({ why: 'too late' }), wanted({ signer: 'bera' })];
      const memory = { state: siteState(), incidents: {} };
      expect(await store.commitSite({ base, memory, touched: [], rows: [], wanted: late, filed: [] })).toBe(
        'conflict',
      );
      expect(await peek('standbys/eth')).toEqual(before);
      expect(await peek('standbys/bera')).toBeNull();
    });

    check('leaves what is seen as it is', async ({ store, other, peek }) => {
      await firstSeen(other, 'eth');
      await commit(store, { wanted: [wanted()] });
      await commit(store, { wanted: [wanted({ why: 'still' })] });
      expect(await peek('standbys/eth')).toEqual({
        schema: 1,
        signer: 'eth',
        wanted: { schema: 1, ...wanted({ why: 'still' }) },
        seen: { schema: 2, ...seen({ revision: 1 }) },
      });
    });

    check('replaces its half as a whole, also one that nobody could read', async ({ store, plant }) => {
      const half = { schema: 1, ...wanted(), retired: 'by a later version' };
      await plant('standbys/eth', { schema: 1, signer: 'eth', wanted: half, seen: { schema: 2, ...seen() } });
      await expect(store.loadStandby('eth')).rejects.toMatchObject({ code: 'ERR_DOCUMENT' });
      await commit(store, { wanted: [wanted()] });
      expect(await store.loadStandby('eth')).toEqual({ signer: 'eth', wanted: wanted(), seen: seen() });
    });

    check(
      'and what is seen are both kept when they are written at the same time, 20 times',
      async (bench) => {
        const { store, other } = bench;
        for (let round = 0; round < 20; round += 1) {
          // Each signer is new every second time: the one who comes first creates its document.
          const signer = `signer${Math.floor(round / 2)}`;
          const again = round % 2;
          const ends = await Promise.all([
            commit(store, { wanted: [wanted({ signer, why: `round ${round}` })] }),
            other.writeSeen(
              signer,
              { revision: again === 0 ? null : again },
              seen({ wantedId: `round ${round}` }),
            ),
          ]);
          expect(ends, `round ${round}`).toEqual(['committed', 'written']);
          expect(await store.loadStandby(signer), `round ${round}`).toMatchObject({
            wanted: { why: `round ${round}` },
            seen: { wantedId: `round ${round}`, revision: again + 1 },
          });
        }
      },
    );
  });
}

function describeSeen(name: string, check: Check): void {
  describe(`${name}: what is seen`, () => {
    check('is written for the first time where nothing was seen, and counted', async ({ store, peek }) => {
      expect(await firstSeen(store, 'eth')).toBe('written');
      expect(await peek('standbys/eth')).toEqual({
        schema: 1,
        signer: 'eth',
        seen: { schema: 2, ...seen({ revision: 1 }) },
      });
      expect(await store.loadStandby('eth')).toEqual({
        signer: 'eth',
        wanted: null,
        seen: seen({ revision: 1 }),
      });
      expect(await firstSeen(store, 'eth'), 'a second first time').toBe('conflict');
      expect((await store.loadStandby('eth'))?.seen?.revision).toBe(1);
    });

    check('replaces what was seen, and leaves what is wanted as it is', async ({ store, peek }) => {
      await commit(store, { wanted: [wanted()] });
      await firstSeen(store, 'eth');
      const { node } = seen();
      const now = seen({ node: node === null ? null : { ...node, labels: { only: 'this' } }, report: null });
      // Whatever revision it says, the one that it was made of counts.
      expect(await store.writeSeen('eth', { revision: 1 }, now)).toBe('written');
      expect(await peek('standbys/eth')).toEqual({
        schema: 1,
        signer: 'eth',
        wanted: { schema: 1, ...wanted() },
        seen: { schema: 2, ...now, revision: 2 },
      });
    });

    check('is not written over another revision', async ({ store, other, peek }) => {
      await firstSeen(store, 'eth');
      await other.writeSeen('eth', { revision: 1 }, seen({ phase: 'synced' }));
      const before = await peek('standbys/eth');
      for (const revision of [null, 0, 1, 3]) {
        const end = await store.writeSeen('eth', { revision }, seen({ phase: 'failed' }));
        expect(end, `revision ${revision}`).toBe('conflict');
      }
      expect(await peek('standbys/eth')).toEqual(before);
      expect(await store.writeSeen('bera', { revision: 1 }, seen()), 'where there is nothing').toBe(
        'conflict',
      );
      expect(await peek('standbys/bera')).toBeNull();
    });

    check('is not written when something else is wanted than it was made for', async ({ store, peek }) => {
      const now = wanted({ why: 'now' });
      await commit(store, { wanted: [now] });
      const write = (base: Parameters<Store['writeSeen']>[1]) => store.writeSeen('eth', base, seen());
      expect(await write({ revision: null, wanted: wanted() })).toBe('conflict');
      expect(await write({ revision: null, wanted: null })).toBe('conflict');
      expect((await store.loadStandby('eth'))?.seen).toBeNull();
      expect(await write({ revision: null, wanted: now })).toBe('written');
      expect(await write({ revision: 1 }), 'whatever is wanted').toBe('written');
      expect(await write({ revision: 1, wanted: now }), 'both count').toBe('conflict');

      const nothing = { revision: null, wanted: now };
      expect(await store.writeSeen('bera', nothing, seen()), 'nothing is wanted').toBe('conflict');
      expect(await peek('standbys/bera')).toBeNull();
      expect(await store.writeSeen('bera', { revision: null, wanted: null }, seen())).toBe('written');
    });

    check('is written by exactly one of two that saw the same, 20 times', async ({ store, other }) => {
      for (let round = 0; round < 20; round += 1) {
        const base = { revision: round === 0 ? null : round };
        const ends = await Promise.all([
          store.writeSeen('eth', base, seen({ wantedId: `${round} mine` })),
          other.writeSeen('eth', base, seen({ wantedId: `${round} yours` })),
        ]);
        expect(ends.toSorted(), `round ${round}`).toEqual(['conflict', 'written']);
        expect((await store.loadStandby('eth'))?.seen, `round ${round}`).toMatchObject({
          wantedId: `${round} ${ends[0] === 'written' ? 'mine' : 'yours'}`,
          revision: round + 1,
        });
      }
    });

    check(
      'is written for what was wanted, or not at all, when that changes at the same time',
      async (bench) => {
        const { store, other } = bench;
        const wants = (round: number) => wanted({ why: `round ${round}` });
        await commit(store, { wanted: [wants(0)] });
        let revision: number | null = null;
        for (let round = 1; round <= 20; round += 1) {
          const base: Parameters<Store['writeSeen']>[1] = { revision, wanted: wants(round - 1) };
          const [end] = await Promise.all([
            other.writeSeen('eth', base, seen()),
            commit(store, { wanted: [wants(round)] }),
          ]);
          const standby = await store.loadStandby('eth');
          const expected: number | null = end === 'written' ? (revision ?? 0) + 1 : revision;
          expect(standby?.wanted, `round ${round}`).toEqual(wants(round));
          expect(standby?.seen?.revision ?? null, `round ${round}: ${end}`).toBe(expected);
          revision = expected;
        }
      },
    );
  });

  describe(`${name}: a standby`, () => {
    check('is forgotten as it is known, and only then', async ({ store, other, peek }) => {
      await commit(store, { wanted: [wanted()] });
      await firstSeen(store, 'eth');
      const before = await peek('standbys/eth');
      const forget = (revision: number, what: ReturnType<typeof wanted> | null) =>
        store.forgetStandby('eth', { revision, wanted: what });
      expect(await forget(2, wanted()), 'another revision').toBe('conflict');
      expect(await forget(1, wanted({ why: 'another' })), 'something else is wanted').toBe('conflict');
      expect(await forget(1, null), 'something is wanted').toBe('conflict');
      expect(await peek('standbys/eth')).toEqual(before);
      expect(await forget(1, wanted())).toBe('forgotten');
      expect(await peek('standbys/eth')).toBeNull();
      expect(await other.loadStandby('eth')).toBeNull();
      expect(await forget(1, wanted()), 'it is gone').toBe('conflict');
      expect(await store.writeSeen('eth', { revision: 1 }, seen()), 'it is gone').toBe('conflict');
    });

    check('is not forgotten while it becomes wanted again, 20 times', async ({ store, other }) => {
      for (let round = 0; round < 20; round += 1) {
        const signer = `signer${round}`;
        const old = wanted({ signer, release: { at: 1, reason: 'stable', by: null } });
        await commit(store, { wanted: [old] });
        await firstSeen(store, signer);
        const again = wanted({ signer, id: 'again' });
        const [end] = await Promise.all([
          other.forgetStandby(signer, { revision: 1, wanted: old }),
          commit(store, { wanted: [again] }),
        ]);
        const kept = end === 'forgotten' ? null : seen({ revision: 1 });
        expect(await store.loadStandby(signer), `round ${round}: ${end}`).toEqual({
          signer,
          wanted: again,
          seen: kept,
        });
      }
    });

    check('is found by its signer, as many as there are, each once', async ({ store }) => {
      const none = { standbys: [], drills: [], fleet: emptyFleet, broken: [] };
      expect(await store.loadAll()).toEqual(none);
      expect(await store.readStandbys()).toEqual(none);
      expect(await store.loadFleet()).toMatchObject({ fleet: emptyFleet, broken: [] });
      expect(await store.loadStandbys(['eth'])).toMatchObject({ standbys: [], broken: [] });
      expect(await store.loadStandby('eth')).toBeNull();
      await commit(store, { wanted: ['eth', 'bera', 'third'].map((signer) => wanted({ signer })) });
      const listed = fleet({ listedAt: 4, orphans: [orphan()] });
      await store.changeFleet(() => listed);
      const signers = async (asked: readonly string[]) =>
        (await store.loadStandbys(asked)).standbys.map(({ signer }) => signer);
      expect(await signers(['third', 'never', 'eth', 'third'])).toEqual(['third', 'eth']);
      expect(await signers([])).toEqual([]);
      const all = await store.loadAll();
      expect(all.standbys.map(({ signer }) => signer).toSorted()).toEqual(['bera', 'eth', 'third']);
      expect(all).toMatchObject({ fleet: listed, broken: [] });
      expect(await store.readStandbys()).toEqual(all);
      expect(await store.loadFleet()).toMatchObject({ fleet: listed, broken: [] });
    });
  });
}

export function describeStandbys(name: string, check: Check): void {
  describeWanted(name, check);
  describeSeen(name, check);
  describeFleet(name, check);
  describeBroken(name, check);
  describeDrills(name, check);
  describeHandovers(name, check);
}
