// An acknowledgement between two ticks: it counts at once, and whoever dies over it loses nothing and tells nobody twice.
import { describe, expect, test } from 'vitest';
import type { SiteEvent } from '../../functions/domain/event.ts';
import { hear, wellAt } from '../../functions/domain/hear.ts';
import { createPoker, type Poker } from '../../functions/flows/poker.ts';
import { type EventsOutcome, takeInEvents } from '../../functions/flows/take-in-events.ts';
import { WatchdogError } from '../../functions/kit/error.ts';
import { openMemoryStore } from '../../functions/stores/memory.ts';
import type { HandoverStore, WatchStore } from '../../functions/stores/store.ts';
import { mortal, type Moment } from '../support/crash.ts';
import { ackEvent } from '../support/documents.ts';
import { house, type House } from '../support/house.ts';
import { minute, siteRules, start } from '../support/site.ts';

const rules = siteRules({ signers: [] });
const inbound = ['eth', 'rpc', 'ssh'];

/** A house that is dark, and whose incident somebody acknowledges half a minute later. */
async function darkHouse(): Promise<{ readonly home: House; readonly incident: string }> {
  const home = house([rules]);
  for (const id of inbound) home.broken.add(id);
  const [site] = (await home.tick()).sites;
  home.moveTo(start + 30_000);
  const incident = site?.opened[0] ?? '';
  await openMemoryStore(home.shelf).appendEvent(ackEvent({ incident, at: start + 29_000 }));
  return { home, incident };
}

async function takeIn(
  home: House,
  options: {
    readonly store?: WatchStore;
    readonly onPoke?: () => void;
    readonly onPokeProvision?: () => void;
  } = {},
): Promise<EventsOutcome> {
  const pokerOf = (name: 'deliver' | 'provision', onPoke?: () => void): Poker =>
    createPoker(
      {
        name,
        poke: async () => {
          onPoke?.();
          return { accepted: true };
        },
      },
      new AbortController().signal,
    );
  const poker = pokerOf('deliver', options.onPoke);
  const provisionPoker = pokerOf('provision', options.onPokeProvision);
  const outcome = await takeInEvents({
    rules,
    store: options.store ?? openMemoryStore(home.shelf),
    clock: home.clock,
    poker,
    provisionPoker,
  });
  await Promise.all([poker.finish(), provisionPoker.finish()]);
  return outcome;
}

const rowsOf = async (home: House): Promise<string[]> =>
  (await openMemoryStore(home.shelf).dueRows(Number.MAX_SAFE_INTEGER, 100)).rows.map(({ id }) => id);

describe('an acknowledgement', () => {
  test('is taken in without a probe, told, and forgotten', async () => {
    const { home, incident } = await darkHouse();
    const probes = home.probed.get('eth');
    let pokes = 0;
    expect(await takeIn(home, { onPoke: () => (pokes += 1) })).toEqual({
      site: 'home',
      outcome: 'done',
      events: 1,
      messages: 2,
      error: null,
    });
    expect(pokes).toBe(1);
    expect(home.probed.get('eth')).toBe(probes);
    const store = openMemoryStore(home.shelf);
    expect((await store.readIncident(incident))?.incident.ack?.by).toBe('Maria');
    expect((await store.loadHeard('home'))?.waiting).toBe(0);
    expect(await takeIn(home)).toMatchObject({ outcome: 'nothing', messages: 0 });
  });

  test('that nobody was poked for is taken in by the next tick', async () => {
    const { home, incident } = await darkHouse();
    home.moveTo(start + minute);
    expect((await home.tick()).sites[0]).toMatchObject({ outcome: 'done', messages: 2 });
    const store = openMemoryStore(home.shelf);
    expect((await store.readIncident(incident))?.incident.ack?.by).toBe('Maria');
    expect((await store.loadHeard('home'))?.waiting).toBe(0);
  });

  test('for a site that was never watched waits for its first tick', async () => {
    const home = house([rules]);
    await openMemoryStore(home.shelf).appendEvent(ackEvent());
    expect(await takeIn(home)).toMatchObject({ outcome: 'nothing', events: 1 });
    expect((await openMemoryStore(home.shelf).loadHeard('home'))?.waiting).toBe(1);
  });

  test('is told once, whenever whoever takes it in dies', async () => {
    const moments: readonly Moment[] = ['before', 'after'];
    for (const moment of moments) {
      for (let k = 1; ; k += 1) {
        const { home, incident } = await darkHouse();
        const life = mortal(k, moment);
        await takeIn(home, { store: life.door(openMemoryStore(home.shelf)) });
        home.moveTo(start + minute);
        await home.tick();
        const where = `${moment} call ${k}`;
        const store = openMemoryStore(home.shelf);
        const told = (await rowsOf(home)).filter((id) => id.startsWith(`${incident}.1.`));
        expect(told, where).toHaveLength(2);
        expect(await rowsOf(home), where).toHaveLength(4);
        expect((await store.loadHeard('home'))?.waiting, where).toBe(0);
        expect((await store.readIncident(incident))?.incident.ack?.by, where).toBe('Maria');
        if (!life.isDead()) break;
      }
    }
  });

  test('is not lost when a tick commits at the same moment', async () => {
    const { home, incident } = await darkHouse();
    home.moveTo(start + minute);
    await Promise.all([takeIn(home), home.tick()]);
    const store = openMemoryStore(home.shelf);
    expect((await store.readIncident(incident))?.incident.ack?.by).toBe('Maria');
    expect((await rowsOf(home)).filter((id) => id.startsWith(`${incident}.1.`))).toHaveLength(2);
  });
});

describe('news of the house', () => {
  const gasp = { ...wellAt('ups', start + 30_000), says: 'lives' as const };
  const power = [{ ups: 'ups', state: 'on-battery' as const, charge: 90, runtimeMs: 720_000 }];

  async function gasping(): Promise<House> {
    const home = house([rules]);
    await home.tick();
    home.moveTo(start + 30_000);
    await openMemoryStore(home.shelf).changePulse('home', (pulse) => hear(pulse, { ...gasp, power }));
    return home;
  }

  test('is taken in without a probe, told once, and costs nothing when it is repeated', async () => {
    const home = await gasping();
    const probes = home.probed.get('eth');
    expect(await takeIn(home)).toMatchObject({ outcome: 'done', events: 0, messages: 2 });
    expect(home.probed.get('eth')).toBe(probes);
    const written = home.shelf.get('sites/home')?.version;
    expect(await takeIn(home)).toMatchObject({ outcome: 'nothing', messages: 0 });
    expect(home.shelf.get('sites/home')?.version).toBe(written);
  });

  test('is told once, whenever whoever takes it in dies, and in spite of a tick at the same moment', async () => {
    const moments: readonly Moment[] = ['before', 'after'];
    for (const moment of moments) {
      for (let k = 1; ; k += 1) {
        const home = await gasping();
        const life = mortal(k, moment);
        home.moveTo(start + minute);
        await Promise.all([takeIn(home, { store: life.door(openMemoryStore(home.shelf)) }), home.tick()]);
        home.moveTo(start + 2 * minute);
        await home.tick();
        expect(await rowsOf(home), `${moment} call ${k}`).toHaveLength(2);
        if (!life.isDead()) break;
      }
    }
  });

  test('that a tick has not heard yet is not taken back by it', async () => {
    const home = house([rules]);
    await home.tick();
    home.moveTo(start + minute);
    const store = openMemoryStore(home.shelf);
    // What the tick has heard says that all is well.
    const online = power.map((each) => ({ ...each, state: 'online' as const }));
    await store.changePulse('home', (pulse) => hear(pulse, { ...gasp, at: start + 10_000, power: online }));
    let isFirst = true;
    // While the tick looks, the UPS gasps, and that is taken in.
    const gaspsMeanwhile: WatchStore & HandoverStore = {
      ...store,
      commitSite: async (change) => {
        if (isFirst) {
          isFirst = false;
          await store.changePulse('home', (pulse) => hear(pulse, { ...gasp, power }));
          await takeIn(home);
        }
        return store.commitSite(change);
      },
    };
    await home.tick({ store: gaspsMeanwhile });
    const { memory } = await store.loadSite('home');
    expect(memory?.state.subjects['power/home']).toMatchObject({ phase: 'open' });
    expect(await rowsOf(home)).toHaveLength(2);
  });
});

describe('events that cannot be had', () => {
  test('do not keep a tick from judging; it says that there is trouble', async () => {
    const { home } = await darkHouse();
    home.moveTo(start + minute);
    const store = openMemoryStore(home.shelf);
    const loadEvents = async (): Promise<{ events: SiteEvent[]; broken: string[] }> => {
      throw new WatchdogError('ERR_STORE', 'events did not answer');
    };
    const [site] = (await home.tick({ store: { ...store, loadEvents } })).sites;
    expect(site).toMatchObject({
      outcome: 'error',
      verdict: 'dark',
      error: 'ERR_STORE: events did not answer',
    });
    expect(await takeIn(home, { store: { ...store, loadEvents } })).toMatchObject({
      outcome: 'error',
      error: 'ERR_STORE: events did not answer',
    });
    expect((await store.loadHeard('home'))?.waiting).toBe(1);
  });

  test('and cannot be forgotten are taken in again, which changes nothing', async () => {
    const { home } = await darkHouse();
    const store = openMemoryStore(home.shelf);
    const forgetEvents = async (): Promise<void> => {
      throw new WatchdogError('ERR_STORE', 'inbox did not answer');
    };
    expect(await takeIn(home, { store: { ...store, forgetEvents } })).toMatchObject({
      outcome: 'error',
      messages: 2,
    });
    expect(await takeIn(home)).toMatchObject({ outcome: 'done', messages: 0 });
    expect(await rowsOf(home)).toHaveLength(4);
  });
});
