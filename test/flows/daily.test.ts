// The daily sweep: what it takes and what it leaves, within its time, however often and wherever it is cut off.
import { describe, expect, test } from 'vitest';
import { daily, type DailySummary, keptMs } from '../../functions/flows/daily.ts';
import { WatchdogError } from '../../functions/kit/error.ts';
import { openMemoryStore, type Shelf } from '../../functions/stores/memory.ts';
import type { SweepStore } from '../../functions/stores/store.ts';
import { mortal, type Moment } from '../support/crash.ts';
import { ackEvent, commit, incident, row, someTime } from '../support/documents.ts';
import { hearBeat } from '../support/heard.ts';

const day = 86_400_000;
const nothing: DailySummary = {
  removedMessages: 0,
  releasedLeases: [],
  forgottenSites: [],
  removedEvents: 0,
  isDone: true,
  errors: [],
};
const clock = { now: () => someTime, sleep: () => Promise.resolve() };

const sweep = (
  store: SweepStore,
  over: { budgetMs?: number; clock?: typeof clock } = {},
): Promise<DailySummary> =>
  daily(
    { store, clock: over.clock ?? clock, sites: ['home', 'cabin'] },
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
  return shelf;
}

const left = (shelf: Shelf): string[] => [...shelf.keys()].toSorted();
const clean = [
  'events/kept',
  'heartbeats/home',
  'incidents/resolved',
  'outbox/dead',
  'outbox/recent',
  'outbox/slow',
  'outbox/waiting',
  'sites/home',
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
    });
    expect(left(shelf)).toEqual(clean);
    expect(shelf.get('outbox/dead')?.fields).toMatchObject({
      lease: null,
      dueAt: someTime,
      state: 'waiting',
    });
    expect(shelf.get('outbox/slow')?.fields).toMatchObject({ lease: 'y' });
    expect(await sweep(openMemoryStore(shelf)), 'a second time there is nothing to do').toEqual(nothing);
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
      errors: ['a bug in the sweep', 'ERR_STORE: the store failed about outbox: X'],
    });
  });

  test.each<Moment>(['before', 'after'])(
    'that dies anywhere, just %s a call, loses nothing: the next one ends it',
    async (moment) => {
      for (let k = 1; ; k += 1) {
        const shelf = await littered();
        const life = mortal(k, moment);
        await sweep(life.door<SweepStore>(openMemoryStore(shelf)));
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
