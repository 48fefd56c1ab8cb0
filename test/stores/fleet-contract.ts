// What every store promises of what concerns all standbys, and of documents among them that cannot be read.
import { describe, expect } from 'vitest';
import { emptyFleet, type Fleet } from '../../functions/domain/standby/standby.ts';
import { commit } from '../support/documents.ts';
import { fleet, seen, wanted } from '../support/standbys.ts';
import type { Bench } from './bench.ts';

type Check = (title: string, work: (bench: Bench) => Promise<void>) => void;

export function describeFleet(name: string, check: Check): void {
  describe(`${name}: what concerns all standbys`, () => {
    const spendAs =
      (id: string) =>
      (before: Fleet): Fleet => ({
        ...before,
        lease: { id, until: 1 },
        spent: { '2026-12': (before.spent['2026-12'] ?? 0) + 1 },
      });

    check('begins empty, and becomes what is made of it', async ({ store, other, peek }) => {
      const before: Fleet[] = [];
      const first = fleet({ lease: { id: 'run-1', until: 5 }, spent: { '2026-12': 1.5, '2026-11': 2 } });
      expect(
        await store.changeFleet((each) => {
          before.push(each);
          return first;
        }),
      ).toEqual(first);
      expect(before).toEqual([emptyFleet]);
      expect(await peek('standbys/_fleet')).toEqual({ schema: 3, ...first });
      const second = fleet({ spent: { '2026-12': 3 } });
      expect(await other.changeFleet((each) => ({ ...second, listedAt: each.lease?.until ?? null }))).toEqual(
        {
          ...second,
          listedAt: 5,
        },
      );
      expect(await peek('standbys/_fleet')).toEqual({ schema: 3, ...second, listedAt: 5 });
    });

    check('is not written at all when nothing is changed', async ({ store, peek }) => {
      expect(await store.changeFleet((each) => ({ ...each }))).toEqual(emptyFleet);
      expect(await peek('standbys/_fleet')).toBeNull();
    });

    check('loses nothing of what is changed at the same time', async ({ store, other }) => {
      for (let round = 0; round < 20; round += 1) {
        await Promise.all([store.changeFleet(spendAs('mine')), other.changeFleet(spendAs('yours'))]);
      }
      expect((await store.loadFleet()).fleet?.spent).toEqual({ '2026-12': 40 });
    });
  });
}

export function describeBroken(name: string, check: Check): void {
  const secret = 'hunter2';
  const good = { schema: 1, signer: 'x' };
  const documents: Record<string, object> = {
    wanted: { ...good, wanted: { schema: 1, ...wanted({ signer: 'wanted' }), chain: secret } },
    seen: { ...good, seen: { schema: 2, ...seen(), phase: secret } },
    envelope: { ...good, more: secret },
    newer: { schema: 9, everything: { is: secret } },
    half: { ...good, seen: { schema: 9, everything: secret } },
    mixed: { ...good, wanted: { schema: 1, ...wanted() } },
  };
  const signers = Object.keys(documents);
  const plantAll = async ({ store, plant }: Bench): Promise<void> => {
    await commit(store, { wanted: [wanted()] });
    await store.writeSeen('eth', { revision: null }, seen());
    for (const [signer, fields] of Object.entries(documents)) {
      await plant(`standbys/${signer}`, { ...fields, ...('signer' in fields ? { signer } : {}) });
    }
  };
  const named = (broken: readonly string[]) => broken.map((each) => each.split(' ')[0] ?? '').toSorted();

  describe(`${name}: a standby that cannot be read`, () => {
    check('is named, and does not keep the others back', async (bench) => {
      const { store } = bench;
      await plantAll(bench);
      const standby = { signer: 'eth', wanted: wanted(), seen: seen({ revision: 1 }) };
      const paths = signers.map((signer) => `standbys/${signer}`).toSorted();
      const found = [
        await store.loadAll(),
        await store.readStandbys(),
        await store.loadStandbys([...signers, 'eth']),
      ];
      for (const [index, { standbys, broken }] of found.entries()) {
        expect(standbys, `look ${index}`).toEqual([standby]);
        expect(named(broken), `look ${index}`).toEqual(paths);
        expect(broken.join(), `look ${index}`).not.toContain(secret);
        expect(
          broken.filter((each) => each.includes('newer version')),
          `look ${index}`,
        ).toHaveLength(2);
      }
      expect((await store.loadAll()).fleet, 'there is none, which can be read').toEqual(emptyFleet);
      expect((await store.loadStandbys(['eth'])).broken, 'nobody asked for the others').toEqual([]);
    });

    check('is left as it is by whoever wants to write what is seen', async (bench) => {
      const { store, peek } = bench;
      await plantAll(bench);
      for (const signer of signers) {
        const path = `standbys/${signer}`;
        const before = await peek(path);
        const error = {
          code: expect.stringMatching(/^ERR_DOCUMENT/),
          message: expect.stringMatching(new RegExp(`^${path} `)),
        };
        await expect(store.loadStandby(signer), signer).rejects.toMatchObject(error);
        await expect(store.writeSeen(signer, { revision: null }, seen()), signer).rejects.toMatchObject(
          error,
        );
        const base = { revision: 7, wanted: null };
        await expect(store.forgetStandby(signer, base), signer).rejects.toMatchObject(error);
        expect(await peek(path), signer).toEqual(before);
      }
    });
  });

  describe(`${name}: what concerns all standbys and cannot be read`, () => {
    const spoiled: [string, object][] = [
      ['broken', { schema: 3, ...emptyFleet, orphans: secret }],
      ['newer', { schema: 4, ...emptyFleet }],
    ];
    for (const [kind, fields] of spoiled) {
      check(`because it is ${kind} is named, is not empty, and is left as it is`, async (bench) => {
        const { store, plant, peek } = bench;
        await commit(store, { wanted: [wanted()] });
        await plant('standbys/_fleet', { ...fields });
        for (const each of [await store.loadAll(), await store.readStandbys()]) {
          expect(each.fleet).toBeNull();
          expect(each.standbys.map(({ signer }) => signer)).toEqual(['eth']);
          expect(named(each.broken)).toEqual(['standbys/_fleet']);
          expect(each.broken.join()).not.toContain(secret);
        }
        const { fleet: alone, broken } = await store.loadFleet();
        expect(alone).toBeNull();
        expect(named(broken)).toEqual(['standbys/_fleet']);
        expect((await store.loadStandbys(['eth'])).broken, 'watch does not ask for it').toEqual([]);
        await expect(store.changeFleet(() => fleet({ listedAt: 1 }))).rejects.toMatchObject({
          code: kind === 'newer' ? 'ERR_DOCUMENT_NEWER' : 'ERR_DOCUMENT',
        });
        expect(await peek('standbys/_fleet')).toEqual(fields);
      });
    }
  });
}
