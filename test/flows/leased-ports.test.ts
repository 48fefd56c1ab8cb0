// Ticks of a house whose ports are leased: where it is looked at, what an end of a lease is worth, and that a change pages nobody.
import { describe, expect, test } from 'vitest';
import type { AskWitness } from '../../functions/cloud/cloud.ts';
import type { TargetFact } from '../../functions/domain/facts.ts';
import { hear } from '../../functions/domain/hear.ts';
import type { SiteRules } from '../../functions/domain/policy.ts';
import { openMemoryStore } from '../../functions/stores/memory.ts';
import type { Store } from '../../functions/stores/store.ts';
import { hearPort } from '../support/heard.ts';
import { house, type House } from '../support/house.ts';
import { hour, leasedTarget, minute, second, siteRules, start, target } from '../support/site.ts';
import { fromStranger, word } from '../support/word.ts';

const references = [target('ref-a', 'reference'), target('ref-b', 'reference')];
const only: SiteRules = siteRules({ targets: [...references, leasedTarget('eth')], signers: [] });
const mixed: SiteRules = siteRules({
  targets: [...references, leasedTarget('eth'), target('ssh', 'inbound')],
  signers: [],
});

type Played = {
  readonly home: House;
  readonly store: Store;
  readonly tick: (number: number, options?: Parameters<House['tick']>[0]) => Promise<string | null>;
  readonly tell: (port: number, at: number, leaseMs?: number) => Promise<void>;
  readonly eth: () => Promise<TargetFact | undefined>;
  readonly pages: () => Promise<readonly string[]>;
};

function playing(rules: SiteRules): Played {
  const home = house([rules]);
  const store = openMemoryStore(home.shelf);
  return {
    home,
    store,
    tick: async (number, options = {}) => {
      home.moveTo(start + number * minute);
      const { sites } = await home.tick(options);
      return sites[0]?.verdict ?? null;
    },
    tell: (port, at, leaseMs = hour) =>
      hearPort(store, 'home', { target: 'eth', port, validUntil: at + leaseMs, at }),
    eth: async () =>
      (await store.readSites(['home'])).get('home')?.state.facts.targets.find(({ id }) => id === 'eth'),
    pages: async () =>
      (await store.dueRows(Number.MAX_SAFE_INTEGER, 100)).rows
        .filter(({ channel }) => channel === 'phone')
        .map(({ notice }) => `${notice.kind} ${notice.items[0]?.problem}`),
  };
}

describe('a leased target', () => {
  test('is looked at where the house says, and the facts say where and until when', async () => {
    const { home, tick, tell, eth } = playing(only);
    await tell(41_000, start - hour / 2);
    expect(await tick(0)).toBe('ok');
    expect(home.ports).toEqual([41_000]);
    expect(await eth()).toMatchObject({
      quality: 'good',
      lease: { port: 41_000, validUntil: start + hour / 2, since: start - hour / 2, refused: null },
    });
  });

  test('is not looked at before any port was told, and is unknown', async () => {
    const { home, tick, eth, pages } = playing(only);
    expect(await tick(0)).toBe('unknown');
    expect(home.ports).toEqual([]);
    expect(home.probed.get('eth')).toBeUndefined();
    expect(await eth()).toMatchObject({ quality: 'unknown', reason: 'lease', detail: 'no port was told' });
    expect(await pages()).toEqual([]);
  });

  test('is looked at where its address says until a port is told, when that is configured, and never again after', async () => {
    const fallback = { ...only, targets: [...references, leasedTarget('eth', { fallback: 30_303 })] };
    const { home, tick, tell } = playing(fallback);
    expect(await tick(0)).toBe('ok');
    await tell(41_000, start + second, minute);
    expect(await tick(1)).toBe('ok');
    expect(await tick(2)).toBe('unknown');
    expect(home.ports).toEqual([30_303, 41_000]);
  });

  test('whose lease ends is neither well nor an outage, however long; one that is told again is looked at again', async () => {
    const { home, tick, tell, eth, pages } = playing(only);
    await tell(41_000, start, 3 * minute);
    expect([await tick(1), await tick(2)]).toEqual(['ok', 'ok']);
    home.broken.add('eth');
    const looked = home.ports.length;
    for (let number = 3; number < 17; number += 1) expect(await tick(number)).toBe('unknown');
    expect(home.ports).toHaveLength(looked);
    expect(await eth()).toMatchObject({
      quality: 'unknown',
      reason: 'lease',
      detail: 'the lease of port 41000 ended 2026-11-23 02:03:00 UTC',
    });
    expect(await pages(), 'nobody is told within a quarter of an hour').toEqual([]);
    expect(await tick(18)).toBe('unknown');
    expect(await pages(), 'and then that it cannot be told').toEqual(['opened unknown']);
    home.broken.clear();
    await tell(42_000, start + 18 * minute + second);
    expect(await tick(19)).toBe('ok');
    expect(home.ports.at(-1)).toBe(42_000);
  });

  test('that fails while its lease holds is an outage like any other, and stays one when the lease ends', async () => {
    const { home, tick, tell, pages } = playing(only);
    await tell(41_000, start - hour, hour + 3 * minute);
    expect(await tick(0)).toBe('ok');
    home.broken.add('eth');
    expect(await tick(1)).toBe('dark');
    expect(await pages()).toEqual(['opened dark']);
    for (let number = 3; number < 30; number += 1) expect(await tick(number)).toBe('unknown');
    // Nobody delivers here, which is told as well.
    const ofHouse = (await pages()).filter((page) => !page.endsWith('undelivered'));
    expect(ofHouse, 'an end of a lease resolves nothing, and is no second page').toEqual([
      'opened dark',
      'reminder dark',
    ]);
  });

  test('whose lease has ended does not hide that the rest of the house is dark', async () => {
    const { home, tick, tell } = playing(mixed);
    await tell(41_000, start - hour, hour + minute);
    expect(await tick(0)).toBe('ok');
    for (const id of ['eth', 'ssh']) home.broken.add(id);
    expect([await tick(1), await tick(2)]).toEqual(['dark', 'dark']);
  });
});

describe('a port that changes', () => {
  test('between two looks is looked at where it is now', async () => {
    const { home, tick, tell, pages } = playing(only);
    home.listening.set('eth', 41_000);
    await tell(41_000, start - hour, 3 * hour);
    expect(await tick(0)).toBe('ok');
    home.listening.set('eth', 42_000);
    await tell(42_000, start + 30 * second);
    expect(await tick(1)).toBe('ok');
    expect(home.ports).toEqual([41_000, 42_000]);
    expect(await pages()).toEqual([]);
  });

  test('during a look is asked about once before bad news is believed', async () => {
    const { home, store, tick, tell, pages } = playing(only);
    home.listening.set('eth', 41_000);
    await tell(41_000, start - hour, 3 * hour);
    expect(await tick(0)).toBe('ok');
    home.listening.set('eth', 42_000);
    let reads = 0;
    const changing: Store = {
      ...store,
      loadHeard: async (site) => {
        reads += 1;
        if (reads === 2) await tell(42_000, start + minute);
        return store.loadHeard(site);
      },
    };
    expect(await tick(1, { store: changing })).toBe('ok');
    expect(home.ports).toEqual([41_000, 41_000, 42_000]);
    expect(reads).toBe(2);
    expect(await pages()).toEqual([]);
  });

  test('and does not answer at once pages nobody, and somebody once it has had its time', async () => {
    const { home, tick, tell, eth, pages } = playing(only);
    home.listening.set('eth', 41_000);
    await tell(41_000, start - hour, 3 * hour);
    await tick(0);
    await tell(42_000, start + 50 * second);
    expect(await tick(1)).toBe('unknown');
    expect(await eth()).toMatchObject({ quality: 'unknown', reason: 'lease' });
    expect(await tick(2)).toBe('unknown');
    expect(await pages()).toEqual([]);
    expect(await tick(3)).toBe('dark');
    expect(await pages()).toEqual(['opened dark']);
  });

  test('that nobody has told of yet is bad, and one such look at a part of the house pages nobody', async () => {
    const { home, tick, tell, pages } = playing(mixed);
    home.listening.set('eth', 41_000);
    await tell(41_000, start - hour, 3 * hour);
    await tick(0);
    home.listening.set('eth', 42_000);
    expect(await tick(1)).toBe('degraded');
    await tell(42_000, start + minute + 30 * second);
    expect(await tick(2)).toBe('ok');
    expect(await pages()).toEqual([]);
  });
});

describe('what is told in another way', () => {
  test.each([
    ['from no exit', { source: 'cluster', refusal: 'not-from-exit' as const, ...fromStranger() }],
    ['by another sender', { source: 'ups', refusal: 'other-sender' as const }],
    ['outside the range', { source: 'cluster', refusal: 'out-of-range' as const }],
  ])('%s leads no look anywhere, and is shown', async (_name, { refusal, ...over }) => {
    const { home, store, tick, tell, eth } = playing(only);
    await tell(41_000, start - hour, 3 * hour);
    const ports = [{ target: 'eth', port: 22, validUntil: start + hour, refusal }];
    await store.changePulse('home', (pulse) => hear(pulse, word({ at: start, ports, ...over })));
    expect(await tick(0)).toBe('ok');
    expect(home.ports).toEqual([41_000]);
    expect(await eth()).toMatchObject({
      lease: { port: 41_000, refused: { port: 22, why: refusal, at: start } },
    });
  });
});

describe('what it costs', () => {
  function counting(store: Store): {
    readonly store: Store;
    readonly counts: { reads: number; writes: number };
  } {
    const counts = { reads: 0, writes: 0 };
    return {
      counts,
      store: {
        ...store,
        loadHeard: (site) => {
          counts.reads += 1;
          return store.loadHeard(site);
        },
        commitSite: (change) => {
          counts.writes += 1;
          return store.commitSite(change);
        },
      },
    };
  }

  test('is nothing while all is well, one read where something turns bad, and nothing while it stays so', async () => {
    const { home, store, tick, tell } = playing(only);
    await tell(41_000, start - hour, 3 * hour);
    const counted = counting(store);
    await tick(0, { store: counted.store });
    await tick(1, { store: counted.store });
    expect(counted.counts).toEqual({ reads: 2, writes: 2 });
    home.broken.add('eth');
    await tick(2, { store: counted.store });
    expect(counted.counts).toEqual({ reads: 4, writes: 3 });
    await tick(3, { store: counted.store });
    expect(counted.counts).toEqual({ reads: 5, writes: 4 });
  });
});

describe('an inbox that cannot be read', () => {
  const deafened = (store: Store): Store => ({
    ...store,
    loadHeard: () => Promise.reject(new Error('down')),
  });

  test('leaves what is remembered of the port, until that lease ends, and is not asked again', async () => {
    const { home, store, tick, tell, eth } = playing(only);
    await tell(41_000, start - hour, hour + 3 * minute);
    await tick(0);
    expect(await tick(1, { store: deafened(store) })).toBe('ok');
    expect(await eth()).toMatchObject({ quality: 'good', lease: { port: 41_000 } });
    home.broken.add('eth');
    expect(await tick(2, { store: deafened(store) })).toBe('dark');
    expect(await tick(3, { store: deafened(store) })).toBe('unknown');
  });

  test('the second time leaves what the first said', async () => {
    const { home, store, tick, tell } = playing(only);
    await tell(41_000, start - hour, 3 * hour);
    await tick(0);
    home.broken.add('eth');
    let reads = 0;
    const failing: Store = {
      ...store,
      loadHeard: (site) => {
        reads += 1;
        return reads === 1 ? store.loadHeard(site) : Promise.reject(new Error('down'));
      },
    };
    expect(await tick(1, { store: failing })).toBe('dark');
    expect(reads).toBe(2);
  });
});

describe('a witness', () => {
  test('is asked about a leased target with its port, and about others without', async () => {
    const asked: unknown[] = [];
    const ask: AskWitness = (targets) => {
      asked.push(...targets);
      return Promise.resolve({
        answered: true,
        isBlind: false,
        qualities: { home: { eth: 'bad', ssh: 'bad' } },
      });
    };
    const { home, tick, tell, eth } = playing(mixed);
    await tell(41_000, start - hour, hour + 2 * minute);
    await tick(0, { witnesses: [ask] });
    for (const id of ['eth', 'ssh']) home.broken.add(id);
    await tick(1, { witnesses: [ask] });
    expect(asked).toHaveLength(2);
    expect(asked).toContainEqual({ site: 'home', target: 'eth', port: 41_000 });
    expect(asked).toContainEqual({ site: 'home', target: 'ssh' });
    expect(await eth()).toMatchObject({ quality: 'bad', witness: { word: 'agreed' } });
  });
});
