// Standbys in the ticks of `watch`, over a real store in memory: what is read and written, who is woken, and who dies on the way.
import { describe, expect, test } from 'vitest';
import type { AskWitness, Poke } from '../../functions/cloud/cloud.ts';
import type { StandbyEvent } from '../../functions/domain/event.ts';
import { isPage } from '../../functions/domain/notice.ts';
import type { Phase, Standby } from '../../functions/domain/standby/standby.ts';
import { createPoker } from '../../functions/flows/poker.ts';
import { takeInEvents } from '../../functions/flows/take-in-events.ts';
import { openMemoryStore } from '../../functions/stores/memory.ts';
import type { Store } from '../../functions/stores/store.ts';
import { mortal, type Moment } from '../support/crash.ts';
import { house, type House } from '../support/house.ts';
import { atOnce, defaultPolicy, hour, minute, siteRules, start } from '../support/site.ts';
import { orphan, seen } from '../support/standbys.ts';

const rules = siteRules({
  notify: atOnce('phone'),
  heartbeats: [],
  standby: { chains: ['ethereum'], expireAfterMs: 7 * 24 * hour },
  policy: {
    ...defaultPolicy,
    report: null,
    // Nothing is delivered here, and no source shows the chain.
    undelivered: { afterMs: 24 * hour },
    unknown: { afterMs: 24 * hour },
    standby: { ...defaultPolicy.standby, darkMs: minute, releaseMs: 2 * minute },
  },
});
const inbound = ['eth', 'rpc', 'ssh'];

type Counted = { readonly store: Store; readonly calls: Record<string, number> };

/** Counts the calls of each member. */
function counting(home: House): Counted {
  const calls: Record<string, number> = {};
  const store = new Proxy(openMemoryStore(home.shelf), {
    get: (target, name) => {
      calls[String(name)] = (calls[String(name)] ?? 0) + 1;
      const member: unknown = Reflect.get(target, name);
      return member;
    },
  });
  return { store, calls };
}

const standbysOf = async (home: House): Promise<readonly Standby[]> =>
  (await openMemoryStore(home.shelf).loadAll()).standbys;
const rowsOf = async (home: House) =>
  (await openMemoryStore(home.shelf).dueRows(Number.MAX_SAFE_INTEGER, 100)).rows;
const told = async (home: House): Promise<string[]> =>
  (await rowsOf(home)).map(({ notice }) => `${notice.kind} ${notice.items[0]?.problem}`);

const next: Partial<Record<Phase, Phase>> = {
  creating: 'booting',
  booting: 'syncing',
  syncing: 'synced',
  synced: 'synced',
  releasing: 'gone',
  gone: 'gone',
};

/** A step of a pretend `provision`: from phase to phase, and after a release to its end. */
async function provision(home: House): Promise<void> {
  const store = openMemoryStore(home.shelf);
  for (const { signer, wanted, seen: before } of await standbysOf(home)) {
    if (wanted === null) continue;
    const isReleased = wanted.release !== null;
    const now = before?.phase ?? 'waiting';
    const phase =
      isReleased && now !== 'releasing' && now !== 'gone' ? 'releasing' : (next[now] ?? 'creating');
    const shown = seen({ phase, phaseSince: home.clock.now(), wantedId: wanted.id });
    const node = ['booting', 'syncing', 'synced', 'releasing'].includes(phase) ? shown.node : null;
    const cost = { perHour: 0.5, spent: phase === 'gone' ? 0.43 : 0, currency: 'USD' };
    await store.writeSeen(signer, { revision: before?.revision ?? null }, { ...shown, node, cost });
  }
}

/** What is dark in which minute: two minutes well, ten dark, and well until nothing is left. */
const isDark = (index: number): boolean => index >= 2 && index < 12;
const length = 24;

function moveTo(home: House, index: number): void {
  home.broken.clear();
  for (const id of isDark(index) ? inbound : []) home.broken.add(id);
  home.moveTo(start + index * minute);
}

describe('a tick', () => {
  test('of a house that is well reads no standby, and of what concerns all of them once in ten minutes', async () => {
    const home = house([rules, siteRules({ ...rules, id: 'cabin', reportsSelf: false })]);
    const { store, calls } = counting(home);
    for (let index = 0; index < 10; index += 1) {
      moveTo(home, 0);
      home.moveTo(start + index * minute);
      expect((await home.tick({ store })).sites.map(({ outcome }) => outcome)).toEqual(['done', 'done']);
    }
    expect(calls).toEqual({ loadSite: 20, loadHeard: 20, commitSite: 20, loadFleet: 1 });
  });

  test('reads its own standbys only while they are wanted', async () => {
    const home = house([rules]);
    const { store, calls } = counting(home);
    const reads: number[] = [];
    for (let index = 0; index < length; index += 1) {
      moveTo(home, index);
      await home.tick({ store });
      await provision(home);
      reads.push(calls['loadStandbys'] ?? 0);
    }
    // Wanted in minute 3; stable from minute 15, released in 17, deleted, seen to be gone, and forgotten.
    expect(reads.slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(reads[4]).toBe(1);
    expect(reads.at(-1)).toBe(reads.at(-3));
    expect((await openMemoryStore(home.shelf).loadSite('home')).memory?.state.wanted).toEqual({});
  });

  test('tells one outage by one page, with news of its standby, and then of what is left', async () => {
    const home = house([rules]);
    for (let index = 0; index < length; index += 1) {
      moveTo(home, index);
      await home.tick();
      await provision(home);
    }
    expect(await told(home)).toEqual([
      'opened dark',
      'progress dark',
      'progress dark',
      'resolved dark',
      'opened standby-running',
      'resolved standby-running',
    ]);
    const pages = (await rowsOf(home)).filter(
      ({ notice }) => isPage(notice.kind) && notice.severity !== 'info',
    );
    expect(pages).toHaveLength(1);
  });
});

describe('provision', () => {
  test('is woken when something is wanted and when it is not any more, and by nothing in between', async () => {
    const home = house([rules]);
    const woken: number[] = [];
    for (let index = 0; index < length; index += 1) {
      moveTo(home, index);
      const pokeProvision: Poke = async () => {
        expect((await standbysOf(home)).length, 'it is committed by then').toBe(1);
        woken.push(index);
        return { accepted: true };
      };
      await home.tick({ pokeProvision });
      await provision(home);
    }
    expect(woken).toEqual([3, 17]);
  });

  test('that cannot be woken is a warning, and loses nothing', async () => {
    const home = house([rules]);
    for (const index of [2, 3]) {
      moveTo(home, index);
      const summary = await home.tick({
        pokeProvision: () => Promise.resolve({ accepted: false, reason: 'refused', detail: 'no connection' }),
      });
      expect([summary.problems, summary.sites[0]?.outcome]).toEqual([[], 'done']);
      expect(summary.warnings).toEqual(index === 3 ? ['provision was not woken: refused no connection'] : []);
    }
    expect(await standbysOf(home)).toMatchObject([
      { signer: 'alpha', wanted: { reason: 'dark' }, seen: null },
    ]);
  });

  test('is woken by what a person asks for between two ticks', async () => {
    const home = house([rules]);
    await home.tick();
    home.moveTo(start + 20_000);
    const store = openMemoryStore(home.shelf);
    const event: StandbyEvent = {
      kind: 'standby',
      id: 'event-1',
      site: 'home',
      at: start + 10_000,
      by: 'Maria',
      signer: 'alpha',
      wish: 'create',
      why: 'to be sure',
    };
    await store.appendEvent(event);
    let woken = 0;
    const signal = new AbortController().signal;
    const poke: Poke = async () => {
      woken += 1;
      return { accepted: true };
    };
    const provisionPoker = createPoker({ poke, name: 'provision' }, signal);
    const poker = createPoker({ poke: null, name: 'deliver' }, signal);
    const given = { rules, store, clock: home.clock, poker, provisionPoker };
    expect(await takeInEvents(given)).toMatchObject({ outcome: 'done', events: 1, messages: 0, error: null });
    await provisionPoker.finish();
    expect(woken).toBe(1);
    expect(await standbysOf(home)).toMatchObject([{ wanted: { reason: 'person', by: 'Maria' } }]);
  });
});

describe('what cannot be read', () => {
  const failing = (home: House, members: Partial<Store>): Store => ({
    ...openMemoryStore(home.shelf),
    ...members,
  });
  /** Until a standby is synced. */
  async function withStandby(): Promise<House> {
    const home = house([rules]);
    for (let index = 0; index < 9; index += 1) {
      moveTo(home, index);
      await home.tick();
      await provision(home);
    }
    return home;
  }

  test('says nothing: the tick is taken in, says so, and what was told stays', async () => {
    const home = await withStandby();
    const before = (await openMemoryStore(home.shelf).loadSite('home')).memory;
    moveTo(home, 9);
    const away = (): Promise<never> => Promise.reject(new Error('standbys are away'));
    const store = failing(home, { loadStandbys: away, loadFleet: away });
    const [site] = (await home.tick({ store })).sites;
    expect(site).toMatchObject({ outcome: 'error', verdict: 'dark' });
    expect(site?.error).toContain('standbys are away');
    const after = (await openMemoryStore(home.shelf).loadSite('home')).memory;
    expect(after?.state.wanted).toEqual(before?.state.wanted);
    expect(Object.values(after?.incidents ?? {}).map(({ doing }) => doing)).toEqual(
      Object.values(before?.incidents ?? {}).map(({ doing }) => doing),
    );
  });

  test('is named, and one broken document does not make the others look gone', async () => {
    const home = await withStandby();
    home.shelf.set('standbys/alpha', { fields: { schema: 1, signer: 7 }, version: 99 });
    moveTo(home, 9);
    const [site] = (await home.tick()).sites;
    expect(site?.error).toContain('standbys/alpha');
    const { memory } = await openMemoryStore(home.shelf).loadSite('home');
    expect(memory?.state.wanted['alpha']?.release).toBeNull();
    expect(Object.values(memory?.incidents ?? {})[0]?.doing['alpha']?.line).toContain('synced');
  });

  test('what concerns all is not mistaken for nothing', async () => {
    const home = house([rules]);
    const store = openMemoryStore(home.shelf);
    await store.changeFleet((fleet) => ({ ...fleet, orphans: [orphan()] }));
    home.moveTo(start + 4 * minute);
    await home.tick();
    expect(await told(home)).toEqual(['opened standby-orphan']);
    home.shelf.set('standbys/_fleet', { fields: { schema: 1, orphans: 7 }, version: 99 });
    home.moveTo(start + 14 * minute);
    expect((await home.tick()).sites[0]?.error).toContain('standbys/_fleet');
    expect(await told(home)).toEqual(['opened standby-orphan', 'opened late']);
  });
});

describe('a witness', () => {
  test('that was away at the first look is asked again until it has said something of a way in that is bad', async () => {
    const home = house([rules]);
    const asked: number[] = [];
    for (let index = 0; index < 12; index += 1) {
      moveTo(home, index);
      const ask: AskWitness = async (targets) => {
        asked.push(index);
        return index < 6
          ? { answered: false, reason: 'timeout', detail: 'TIMEOUT' }
          : {
              answered: true,
              isBlind: false,
              qualities: { home: Object.fromEntries(targets.map(({ target }) => [target, 'bad'])) },
            };
      };
      await home.tick({ witnesses: [ask] });
    }
    expect(asked).toEqual([2, 3, 4, 5, 6]);
    expect(await standbysOf(home)).toMatchObject([{ wanted: { witness: 'agreed' } }]);
  });
});

describe('a process that dies', () => {
  const moments: readonly Moment[] = ['before', 'after'];

  /** Plays it all, and dies at call `k` of one tick, which is then tried again. */
  async function play(crash: {
    tick: number;
    k: number;
    moment: Moment;
  }): Promise<{ home: House; died: boolean; ids: Set<string> }> {
    const home = house([rules]);
    const ids = new Set<string>();
    let died = false;
    const look = async (): Promise<void> => {
      for (const { wanted } of await standbysOf(home)) if (wanted !== null) ids.add(wanted.id);
    };
    for (let index = 0; index < length; index += 1) {
      moveTo(home, index);
      if (index === crash.tick) {
        const life = mortal(crash.k, crash.moment);
        try {
          await home.tick({ life, pokeProvision: () => Promise.resolve({ accepted: true }) });
        } catch (error) {
          if (!life.isDead()) throw error;
        }
        died = life.isDead();
        await look();
        home.moveTo(start + index * minute + 20_000);
      }
      await home.tick();
      await look();
      await provision(home);
    }
    return { home, died, ids };
  }

  // Decided, first seen, told, over, released, and forgotten.
  test.each([3, 4, 7, 15, 17, 19])(
    'anywhere in minute %i makes no second standby, loses none, and says everything once',
    async (tick) => {
      for (const moment of moments) {
        for (let k = 1; ; k += 1) {
          const { home, died, ids } = await play({ tick, k, moment });
          const where = `minute ${tick}, ${moment} call ${k}`;
          expect(ids.size, where).toBe(1);
          const { memory } = await openMemoryStore(home.shelf).loadSite('home');
          expect([memory?.state.wanted, memory?.incidents], where).toEqual([{}, {}]);
          const kinds = await told(home);
          for (const once of [
            'opened dark',
            'resolved dark',
            'opened standby-running',
            'resolved standby-running',
          ]) {
            expect(
              kinds.filter((kind) => kind === once),
              `${where}: ${once}`,
            ).toHaveLength(1);
          }
          expect((await standbysOf(home))[0]?.seen?.phase, where).toBe('gone');
          if (!died) break;
        }
      }
    },
  );
});
