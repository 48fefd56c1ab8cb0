// A tick whose store fails still looks, judges, and tells what may not wait.
import { describe, expect, test } from 'vitest';
import type { Poke } from '../../functions/cloud/cloud.ts';
import { WatchdogError } from '../../functions/kit/error.ts';
import { openMemoryStore } from '../../functions/stores/memory.ts';
import type { Store } from '../../functions/stores/store.ts';
import { house, type House } from '../support/house.ts';
import { minute, siteRules, start } from '../support/site.ts';

const inbound = ['eth', 'rpc', 'ssh'];
const away = (): Promise<never> =>
  Promise.reject(new WatchdogError('ERR_STORE', 'the store failed about sites/home: UNAVAILABLE'));

type Told = { readonly pokes: (object | undefined)[]; readonly poke: Poke };
function listener(isAccepting: () => boolean = () => true): Told {
  const pokes: (object | undefined)[] = [];
  return {
    pokes,
    poke: async (_signal, body) => {
      if (!isAccepting()) return { accepted: false, reason: 'refused', detail: 'ECONNREFUSED' };
      pokes.push(body);
      return { accepted: true };
    },
  };
}

const over = (home: House, members: Partial<Store>): Store => ({
  ...openMemoryStore(home.shelf),
  ...members,
});

describe('a store that cannot be read', () => {
  test('and a house that is dark: it is told at once, once in a quarter of an hour, and then the store as well', async () => {
    const home = house([siteRules({ signers: [] })]);
    for (const id of inbound) home.broken.add(id);
    const { pokes, poke } = listener();
    const store = over(home, { loadSite: away });
    const told: string[] = [];
    for (let tick = 0; tick < 18; tick += 1) {
      home.moveTo(start + tick * minute);
      pokes.length = 0;
      const { sites } = await home.tick({ store, poke });
      expect(sites[0]).toMatchObject({ outcome: 'error', verdict: 'dark', messages: 0 });
      expect(sites[0]?.error).toBe('ERR_STORE: the store failed about sites/home: UNAVAILABLE');
      told.push(...pokes.map((body) => `${tick} ${JSON.stringify(body)}`));
    }
    expect(told.map((each) => each.slice(0, 60))).toEqual(
      [
        '0 {"direct":{"site":"home","problem":"dark","at":179539920000',
        '2 {"direct":{"site":"home","problem":"store-failing","at":179',
        '15 {"direct":{"site":"home","problem":"dark","at":17953992900',
        '17 {"direct":{"site":"home","problem":"store-failing","at":17',
      ].map((each) => expect.stringContaining(each.slice(0, 46))),
    );
    expect(home.shelf.size, 'nothing was written').toBe(0);
  });

  test.each([
    ['ERR_DOCUMENT', 'sites/home does not parse at tick: invalid type'],
    ['ERR_DOCUMENT_NEWER', 'sites/home was written by a newer version'],
  ] as const)('%s is told of like one that does not answer', async (code, message) => {
    const home = house([siteRules({ signers: [], reportsSelf: false })]);
    const { pokes, poke } = listener();
    const store = over(home, { loadSite: () => Promise.reject(new WatchdogError(code, message)) });
    for (let tick = 0; tick < 3; tick += 1) {
      home.moveTo(start + tick * minute);
      await home.tick({ store, poke });
    }
    expect(pokes).toMatchObject([
      { direct: { problem: 'store-failing', evidence: [`${code}: ${message}`] } },
    ]);
  });

  test('and a house that answers: nothing but the store is told of', async () => {
    const home = house([siteRules({ signers: [] })]);
    const { pokes, poke } = listener();
    for (let tick = 0; tick < 5; tick += 1) {
      home.moveTo(start + tick * minute);
      const [site] = (await home.tick({ store: over(home, { loadSite: away }), poke })).sites;
      expect(site).toMatchObject({ outcome: 'error', verdict: 'ok' });
    }
    expect(pokes).toMatchObject([{ direct: { problem: 'store-failing' } }]);
  });

  test('what deliver does not accept is told again with the next tick, and is an error until then', async () => {
    const home = house([siteRules({ signers: [] })]);
    for (const id of inbound) home.broken.add(id);
    let isAccepting = false;
    const { pokes, poke } = listener(() => isAccepting);
    const store = over(home, { loadSite: away });
    const [site] = (await home.tick({ store, poke })).sites;
    expect(site?.error).toContain('deliver was not woken: refused ECONNREFUSED');
    isAccepting = true;
    home.moveTo(start + minute);
    await home.tick({ store, poke });
    expect(pokes).toMatchObject([{ direct: { problem: 'dark', at: start + minute } }]);
  });

  test('one site in trouble leaves the other as it is', async () => {
    const home = house([
      siteRules({ signers: [] }),
      siteRules({ id: 'cabin', signers: [], reportsSelf: false }),
    ]);
    const members = openMemoryStore(home.shelf);
    const store = over(home, { loadSite: (id) => (id === 'home' ? away() : members.loadSite(id)) });
    const { sites } = await home.tick({ store });
    expect(sites.map(({ outcome }) => outcome)).toEqual(['error', 'done']);
  });
});

describe('a store that cannot be written', () => {
  test('loses no page either, and nothing is probed twice for it', async () => {
    const home = house([siteRules({ signers: [] })]);
    await home.tick();
    for (const id of inbound) home.broken.add(id);
    home.moveTo(start + minute);
    home.probed.clear();
    const { pokes, poke } = listener();
    await home.tick({ store: over(home, { commitSite: away }), poke });
    expect(pokes).toMatchObject([{ direct: { site: 'home', problem: 'dark' } }]);
    expect(home.probed.get('eth'), 'three probes of one tick').toBe(3);
  });

  test('that works again takes up where it was, and counts its failures anew', async () => {
    const home = house([siteRules({ signers: [] })]);
    await home.tick();
    const { pokes, poke } = listener();
    for (let tick = 1; tick <= 10; tick += 1) {
      home.moveTo(start + tick * minute);
      const store = over(home, tick % 3 === 0 ? {} : { commitSite: away });
      await home.tick({ store, poke });
    }
    expect(pokes.filter((body) => body !== undefined)).toEqual([]);
  });
});

test('a bug of ours wakes nobody', async () => {
  const home = house([siteRules({ signers: [] })]);
  for (const id of inbound) home.broken.add(id);
  const { pokes, poke } = listener();
  const store = over(home, { loadSite: () => Promise.reject(new Error('cannot read x of undefined')) });
  const [site] = (await home.tick({ store, poke })).sites;
  expect(site).toMatchObject({ outcome: 'error', verdict: null, probes: 0 });
  expect(pokes).toEqual([]);
});
