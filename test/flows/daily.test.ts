// Once a day: what is swept and what is left, and which drills are asked for, within its time, however often and wherever it is cut off.
import { describe, expect, test } from 'vitest';
import { dayAfter } from '../../functions/domain/history/day.ts';
import { daily, type DailyStore, type DailySummary, keptMs } from '../../functions/flows/daily.ts';
import { WatchdogError } from '../../functions/kit/error.ts';
import { openMemoryStore, type Shelf } from '../../functions/stores/memory.ts';
import type { SiteRules } from '../../functions/domain/policy.ts';
import { mortal, type Moment } from '../support/crash.ts';
import { ackEvent, commit, incident, row, siteState, someTime } from '../support/documents.ts';
import { drilled, drillRecord, drillWish } from '../support/drills.ts';
import { hearBeat } from '../support/heard.ts';
import { rollup } from '../support/rollups.ts';
import { siteRules } from '../support/site.ts';
import { fleet } from '../support/standbys.ts';

const day = 86_400_000;
const today = '2026-12-01';
const sites = [siteRules({ id: 'home' }), siteRules({ id: 'cabin' })];
const nothing: DailySummary = {
  removedMessages: 0,
  releasedLeases: [],
  forgottenSites: [],
  removedEvents: 0,
  trimmedDays: 0,
  removedDays: 0,
  askedDrills: [],
  isDone: true,
  errors: [],
};
const clock = { now: () => someTime, sleep: () => Promise.resolve() };

const sweep = (
  store: DailyStore,
  over: { budgetMs?: number; clock?: typeof clock; sites?: readonly SiteRules[] } = {},
): Promise<DailySummary> =>
  daily(
    { store, clock: over.clock ?? clock, sites: over.sites ?? sites },
    { budgetMs: over.budgetMs ?? 50_000 },
  );

/** Something of each kind: what is to go, what is to be taken up, and what is to stay. */
async function littered(settled = 3): Promise<Shelf> {
  const shelf: Shelf = new Map();
  const store = openMemoryStore(shelf);
  const old = Array.from({ length: settled }, (_, index) =>
    row({ id: `old${index}`, state: 'sent', dueAt: null, settledAt: someTime - keptMs - 1 }),
  );
  await commit(store, {
    touched: [incident({ id: 'resolved', resolvedAt: someTime - 400 * day })],
    rows: [
      ...old,
      row({ id: 'recent', state: 'failed', dueAt: null, settledAt: someTime - keptMs }),
      row({ id: 'dead', lease: 'x', attempts: 1, dueAt: someTime - day }),
      row({ id: 'slow', lease: 'y', attempts: 1, dueAt: someTime - day + 1 }),
      row({ id: 'waiting', dueAt: someTime - 2 * day }),
    ],
  });
  await hearBeat(store, 'home', 'cluster', someTime);
  await hearBeat(store, 'gone', 'cluster', someTime);
  await store.appendEvent(ackEvent({ id: 'kept' }));
  for (const id of ['a', 'b']) await store.appendEvent(ackEvent({ id, site: 'gone' }));
  for (const site of ['home', 'sold']) {
    for (const ago of [408, 407, 92, 91, 90, 1]) {
      await commit(store, { state: siteState({ site }), filed: [rollup({ day: dayAfter(today, -ago) })] });
    }
  }
  return shelf;
}

const left = (shelf: Shelf): string[] => [...shelf.keys()].toSorted();
const clean = [
  'events/kept',
  'heartbeats/home',
  'history/home',
  ...[407, 92, 91, 90, 1].map((ago) => `history/home_${dayAfter(today, -ago)}`),
  'history/sold',
  ...[408, 407, 92, 91, 90, 1].map((ago) => `history/sold_${dayAfter(today, -ago)}`),
  'incidents/resolved',
  'outbox/dead',
  'outbox/recent',
  'outbox/slow',
  'outbox/waiting',
  'sites/home',
  'sites/sold',
];

describe('the sweep', () => {
  test('takes what is old, takes up what was left lying, and leaves the rest', async () => {
    const shelf = await littered();
    expect(await sweep(openMemoryStore(shelf))).toEqual({
      ...nothing,
      removedMessages: 3,
      releasedLeases: ['dead'],
      forgottenSites: ['gone'],
      removedEvents: 2,
      trimmedDays: 3,
      removedDays: 1,
    });
    expect(left(shelf)).toEqual(clean);
    const { calendars } = await openMemoryStore(shelf).readCalendars(['home', 'sold']);
    const [home, sold] = ['home', 'sold'].map((site) => calendars.get(site)?.days.map((each) => each.day));
    expect(home).toEqual([90, 1].map((ago) => dayAfter(today, -ago)));
    expect(sold, 'it is not configured any more').toEqual(expect.arrayContaining(home ?? []));
    expect(sold).toHaveLength(5);
    expect(shelf.get('outbox/dead')?.fields).toMatchObject({
      lease: null,
      dueAt: someTime,
      state: 'waiting',
    });
    expect(shelf.get('outbox/slow')?.fields).toMatchObject({ lease: 'y' });
    expect(await sweep(openMemoryStore(shelf)), 'a second time there is nothing to do').toEqual(nothing);
  });

  test('takes days of a clock that was ahead out of the calendar', async () => {
    const store = openMemoryStore();
    const filed = [-60, -2, -1, 1].map((ago) => rollup({ day: dayAfter(today, -ago) }));
    await commit(store, { filed });
    expect(await sweep(store)).toEqual({ ...nothing, trimmedDays: 2 });
    const { calendars } = await store.readCalendars(['home']);
    const kept = [1, -1].map((ago) => dayAfter(today, -ago));
    expect(calendars.get('home')?.days.map(({ day }) => day)).toEqual(kept);
  });

  test('of nothing is nothing', async () => {
    expect(await sweep(openMemoryStore())).toEqual(nothing);
  });

  test('ends when its time is over, and goes on the next day', async () => {
    const shelf = await littered(1_000);
    let now = someTime;
    const slow = { ...clock, now: () => (now += 1_000) };
    const first = await sweep(openMemoryStore(shelf), { clock: slow, budgetMs: 3_000 });
    expect(first).toMatchObject({ isDone: false, errors: [] });
    expect(first.removedMessages).toBeGreaterThan(0);
    expect(first.removedMessages).toBeLessThan(1_000);
    const second = await sweep(openMemoryStore(shelf));
    expect(second).toMatchObject({ isDone: true });
    expect(first.removedMessages + second.removedMessages).toBe(1_000);
    expect(left(shelf)).toEqual(clean);
  });

  test('a part that fails is an error, and leaves the others to their work', async () => {
    const shelf = await littered();
    const store = {
      ...openMemoryStore(shelf),
      removeSettled: () => Promise.reject(new WatchdogError('ERR_STORE', 'the store failed about outbox: X')),
      releaseLeases: () => Promise.reject(new Error('something with s3cret')),
    };
    expect(await sweep(store)).toEqual({
      ...nothing,
      forgottenSites: ['gone'],
      removedEvents: 2,
      trimmedDays: 3,
      removedDays: 1,
      errors: ['a bug in the sweep', 'ERR_STORE: the store failed about outbox: X'],
    });
  });

  test.each<Moment>(['before', 'after'])(
    'that dies anywhere, just %s a call, loses nothing: the next one ends it',
    async (moment) => {
      for (let k = 1; ; k += 1) {
        const shelf = await littered();
        const life = mortal(k, moment);
        await sweep(life.door<DailyStore>(openMemoryStore(shelf)));
        const kept = clean.filter((path) => !shelf.has(path));
        expect(kept, `${moment} call ${k}`).toEqual([]);
        const { errors, isDone } = await sweep(openMemoryStore(shelf));
        expect({ errors, isDone }).toEqual({ errors: [], isDone: true });
        expect(left(shelf), `${moment} call ${k}`).toEqual(clean);
        if (!life.isDead()) break;
      }
    },
  );
});

describe('the weekly drills', () => {
  const signers = [
    { id: 'eth', chain: 'ethereum' as const, keys: ['7'] },
    { id: 'bera', chain: 'berachain' as const, keys: ['ab'] },
  ];
  const drills = { mode: 'sync', chains: ['ethereum', 'berachain'], tells: [] } as const;
  const house = siteRules({ signers, drills });
  const asked = (shelf: Shelf): string[] => left(shelf).filter((path) => path.startsWith('events/drill-'));

  test('are asked for by an event at the site of each signer that is due, and the summary says so', async () => {
    const shelf: Shelf = new Map();
    const store = openMemoryStore(shelf);
    await store.changeFleet(() =>
      fleet({ drills: { bera: drilled(drillRecord({ endedAt: someTime - day })) } }),
    );
    expect(await sweep(store, { sites: [house] })).toEqual({ ...nothing, askedDrills: ['eth'] });
    expect((await store.loadEvents('home')).events).toEqual([
      {
        kind: 'drill',
        id: expect.stringMatching(/^drill-[0-9a-f]{32}$/),
        site: 'home',
        signer: 'eth',
        mode: 'sync',
        isWeekly: true,
        by: 'the weekly drill',
        why: 'to see that the failover works before it is needed',
        at: someTime,
      },
    ]);
  });

  test('are asked for once a day, however often it is called, and again on the next', async () => {
    const shelf: Shelf = new Map();
    const later = (ms: number) => ({ ...clock, now: () => someTime + ms });
    await sweep(openMemoryStore(shelf), { sites: [house] });
    await sweep(openMemoryStore(shelf), { sites: [house], clock: later(3_600_000) });
    expect(asked(shelf)).toHaveLength(2);
    await sweep(openMemoryStore(shelf), { sites: [house], clock: later(day) });
    expect(asked(shelf)).toHaveLength(4);
  });

  test('are not asked for while one is wanted already', async () => {
    const store = openMemoryStore();
    await commit(store, { drills: [drillWish()] });
    expect(await sweep(store, { sites: [house] })).toMatchObject({ askedDrills: ['bera'] });
  });

  test('cost no read where there can be none', async () => {
    const store: DailyStore = {
      ...openMemoryStore(),
      readStandbys: () => Promise.reject(new Error('nobody asked for that')),
    };
    const none = [
      siteRules({ signers }),
      siteRules({ id: 'off', signers, drills: { ...drills, mode: 'off' } }),
      siteRules({ id: 'nowhere', signers, drills: { ...drills, chains: [] } }),
    ];
    expect(await sweep(store, { sites: none })).toEqual(nothing);
  });

  test('are not asked for when nobody knows how they went, and that is an error', async () => {
    const shelf: Shelf = new Map();
    shelf.set('standbys/_fleet', { fields: { schema: 9 }, version: 1 });
    const summary = await sweep(openMemoryStore(shelf), { sites: [house] });
    expect(summary).toEqual({
      ...nothing,
      errors: ['ERR_DOCUMENT: no drill is asked for: standbys/_fleet cannot be read'],
    });
    expect(asked(shelf)).toEqual([]);
  });
});
