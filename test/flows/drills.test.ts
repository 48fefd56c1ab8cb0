// Drills in `watch` and in the status: what a tick writes of them, who is woken, who dies on the way, and what is shown to whom.
import { describe, expect, test } from 'vitest';
import type { Poke } from '../../functions/cloud/cloud.ts';
import { answerStatus } from '../../functions/flows/answer-status.ts';
import { createPoker } from '../../functions/flows/poker.ts';
import { takeInEvents, type EventsOutcome } from '../../functions/flows/take-in-events.ts';
import { openMemoryStore } from '../../functions/stores/memory.ts';
import type { WatchStore } from '../../functions/stores/store.ts';
import { mortal, type Moment } from '../support/crash.ts';
import { commit } from '../support/documents.ts';
import { drillEvent, drilled, drillRecord, drillRun, drillWish } from '../support/drills.ts';
import { house, type House } from '../support/house.ts';
import { atOnce, hour, minute, siteRules, start } from '../support/site.ts';
import { fleet } from '../support/standbys.ts';

const rules = siteRules({
  notify: atOnce('phone'),
  signers: [{ id: 'eth', chain: 'ethereum', keys: ['7'] }],
  standby: { chains: ['ethereum'], expireAfterMs: 7 * 24 * hour },
  drills: { mode: 'boot', chains: ['ethereum'], tells: ['eth'] },
});
const event = drillEvent({ at: start + 10_000 });
const wish = drillWish({ mode: 'boot', at: start + 10_000 });

const drillsOf = async (home: House) => (await openMemoryStore(home.shelf).loadAll()).drills;
const eventsOf = async (home: House) => (await openMemoryStore(home.shelf).loadEvents('home')).events;

/** After its first tick, with an event that waits. */
async function asked(): Promise<House> {
  const home = house([rules]);
  await home.tick();
  home.moveTo(start + 20_000);
  await openMemoryStore(home.shelf).appendEvent(event);
  return home;
}

async function takeIn(home: House, store?: WatchStore, onPoke?: () => void): Promise<EventsOutcome> {
  const signal = new AbortController().signal;
  const poke: Poke = async () => {
    onPoke?.();
    return { accepted: true };
  };
  const provisionPoker = createPoker({ poke, name: 'provision' }, signal);
  const outcome = await takeInEvents({
    rules,
    store: store ?? openMemoryStore(home.shelf),
    clock: home.clock,
    poker: createPoker({ poke: null, name: 'deliver' }, signal),
    provisionPoker,
  });
  await provisionPoker.finish();
  return outcome;
}

describe('a drill that somebody asks for', () => {
  test('between two ticks is written beside what provision does, and provision is woken', async () => {
    const home = await asked();
    let woken = 0;
    expect(await takeIn(home, undefined, () => (woken += 1))).toMatchObject({
      outcome: 'done',
      events: 1,
      messages: 0,
      error: null,
    });
    expect(woken).toBe(1);
    expect(await drillsOf(home)).toEqual([{ signer: 'eth', wish, run: null }]);
    expect(await eventsOf(home)).toEqual([]);
  });

  test('is taken in by the next tick as well', async () => {
    const home = await asked();
    home.moveTo(start + minute);
    let woken = 0;
    const pokeProvision: Poke = async () => {
      woken += 1;
      return { accepted: true };
    };
    expect((await home.tick({ pokeProvision })).sites[0]).toMatchObject({ outcome: 'done', opened: [] });
    expect(woken).toBe(1);
    expect(await drillsOf(home)).toEqual([{ signer: 'eth', wish, run: null }]);
    expect(await eventsOf(home)).toEqual([]);
  });

  test('leaves the one that is under way as it is', async () => {
    const home = await asked();
    const run = drillRun({ wish: drillWish({ id: 'before' }) });
    const store = openMemoryStore(home.shelf);
    expect(await store.writeDrill('eth', { revision: null }, run)).toBe('written');
    await takeIn(home);
    expect(await drillsOf(home)).toMatchObject([
      { wish: { id: 'drill-1' }, run: { wish: { id: 'before' } } },
    ]);
  });

  test('taken in twice is the same wish', async () => {
    const home = await asked();
    await takeIn(home);
    const first = await drillsOf(home);
    await openMemoryStore(home.shelf).appendEvent(event);
    home.moveTo(start + 50_000);
    await takeIn(home);
    expect(await drillsOf(home)).toEqual(first);
  });

  test.each<Moment>(['before', 'after'])('is never lost by who dies just %s a call', async (moment) => {
    for (let k = 1; ; k += 1) {
      const home = await asked();
      const life = mortal(k, moment);
      await takeIn(home, life.door<WatchStore>(openMemoryStore(home.shelf)));
      await takeIn(home);
      expect(await drillsOf(home), `${moment} call ${k}`).toEqual([{ signer: 'eth', wish, run: null }]);
      expect(await eventsOf(home), `${moment} call ${k}`).toEqual([]);
      if (!life.isDead()) break;
    }
  });

  test('for a signer that is gone is dropped', async () => {
    const home = house([rules]);
    await home.tick();
    home.moveTo(start + 20_000);
    await openMemoryStore(home.shelf).appendEvent(drillEvent({ signer: 'gone' }));
    let woken = 0;
    await takeIn(home, undefined, () => (woken += 1));
    expect({ woken, drills: await drillsOf(home), events: await eventsOf(home) }).toEqual({
      woken: 0,
      drills: [],
      events: [],
    });
  });
});

test('a drill that has failed is found in the minute in which what concerns all standbys is read', async () => {
  const home = house([rules]);
  const failed = drillRecord({ outcome: 'failed', text: 'no zone has a machine' });
  await openMemoryStore(home.shelf).changeFleet(() => fleet({ drills: { eth: drilled(failed) } }));
  const opened: string[] = [];
  for (let index = 0; index < 10; index += 1) {
    home.moveTo(start + index * minute);
    opened.push(...((await home.tick()).sites[0]?.opened ?? []));
  }
  expect(opened).toEqual([expect.stringMatching(/^home\.drill\.eth\./)]);
});

describe('the status at /drills', () => {
  const ask = async (home: House, isOperator: boolean, url = '/drills') => {
    const { clock } = home;
    const world = { rules: [rules], standbys: null, store: openMemoryStore(home.shelf), clock };
    return answerStatus(world, url, isOperator);
  };

  test('shows the operator what is asked for, what runs and how they went, and the public nothing', async () => {
    const home = house([rules]);
    const store = openMemoryStore(home.shelf);
    await commit(store, { drills: [drillWish()] });
    await store.writeDrill('eth', { revision: null }, drillRun());
    await store.changeFleet(() => fleet({ drills: { eth: drilled() } }));
    expect(await ask(home, true)).toMatchObject({
      code: 200,
      body: { drills: [{ signer: 'eth', wish: null, run: { id: 'drill-1' }, last: { outcome: 'passed' } }] },
    });
    const hidden = await ask(home, false);
    expect(hidden.code).toBe(404);
    expect(JSON.stringify(hidden.body)).not.toContain('drill-1');
  });

  test('takes no words, and has nothing below it', async () => {
    const home = house([rules]);
    await expect(ask(home, true, '/drills?signer=eth')).rejects.toMatchObject({ code: 'ERR_REQUEST' });
    expect((await ask(home, true, '/drills/eth')).code).toBe(404);
  });
});
