// What all readers are shown, over the real store: how much is read for it, how many wait for one read, and what is said when it fails.
import type { Firestore } from '@google-cloud/firestore';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startOf } from '../../functions/domain/history/day.ts';
import { openOverview, type OverviewReader, type OverviewWorld } from '../../functions/flows/overview.ts';
import { openFirestoreStore } from '../../functions/stores/firestore.ts';
import { indexes } from '../../functions/stores/indexes.ts';
import { openDatabase } from '../../functions/stores/open.ts';
import type { Store } from '../../functions/stores/store.ts';
import type { NothingKnown, Overview } from '../../functions/views/overview.ts';
import { type FirestoreEmulator, startFirestore } from '../../local/firestore/server.ts';
import { commit, siteState, someTime } from '../support/documents.ts';
import { rollup, tally } from '../support/rollups.ts';
import { siteRules } from '../support/site.ts';

let emulator: FirestoreEmulator;
beforeAll(async () => {
  emulator = await startFirestore({ indexes });
});
afterAll(() => emulator.close());

const rules = siteRules({
  targets: [{ id: 'rpc', role: 'inbound', severity: 'warning', lease: null }],
  signers: [{ id: 'eth', chain: 'ethereum', keys: ['7'] }],
});
const second = 1_000;

let projects = 0;
const clients: Firestore[] = [];
afterEach(async () => {
  emulator.faults.clear();
  await Promise.all(clients.splice(0).map((client) => client.terminate()));
});

type Room = {
  readonly store: Store;
  readonly reader: OverviewReader;
  readonly moveTo: (at: number) => void;
  readonly spoil: (path: string, fields: Readonly<Record<string, unknown>>) => Promise<unknown>;
  /** What reading once costs. */
  readonly readsOf: (work: () => Promise<unknown>) => Promise<number>;
  /** What is answered, when that is an overview. */
  readonly seen: () => Promise<Overview>;
};

const isNothing = (answer: Overview | NothingKnown): answer is NothingKnown => 'nothing' in answer;

function room(sites = [rules], deadlineMs = 5_000): Room {
  projects += 1;
  const open = (databaseId: string): Firestore => {
    const client = openDatabase({
      projectId: `overview-${process.pid}-${projects}`,
      databaseId,
      emulator: emulator.host,
    });
    clients.push(client);
    return client;
  };
  const databases = { default: open('(default)'), inbox: open('inbox') };
  const store = openFirestoreStore(databases, { deadlineMs });
  let now = someTime + 20 * second;
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  const reader = openOverview({ rules: sites, store, clock });
  return {
    store,
    reader,
    moveTo: (at) => {
      now = at;
    },
    spoil: (path, fields) => databases.default.doc(path).set(fields),
    readsOf: async (work) => {
      emulator.resetCounts();
      await work();
      return emulator.counts().reads;
    },
    seen: async () => {
      const answer = await reader.read();
      if (isNothing(answer)) throw new Error(answer.why);
      return answer;
    },
  };
}

describe('a refresh', () => {
  test('costs two reads for one site at first, and one from then on', async () => {
    const { store, reader, readsOf, moveTo } = room();
    await commit(store, {});
    expect(await readsOf(reader.read)).toBe(2);
    moveTo(someTime + 31 * second);
    expect(await readsOf(reader.read)).toBe(1);
  });

  test('is made once for 200 readers at once, and once in ten seconds', async () => {
    const { store, reader, readsOf, moveTo } = room();
    await commit(store, {});
    const crowd = (): Promise<unknown> => Promise.all(Array.from({ length: 200 }, () => reader.read()));
    expect(await readsOf(crowd)).toBe(2);
    moveTo(someTime + 29 * second);
    expect(await readsOf(crowd)).toBe(0);
    moveTo(someTime + 31 * second);
    expect(await readsOf(crowd)).toBe(1);
  });

  test('shows what was written since', async () => {
    const { store, seen, moveTo } = room();
    await commit(store, {});
    expect((await seen()).sites[0]?.verdict).toBe('dark');
    const well = siteState();
    await commit(store, { state: { ...well, judgement: { ...well.judgement, verdict: 'ok' } } });
    expect((await seen()).sites[0]?.verdict).toBe('dark');
    moveTo(someTime + 31 * second);
    expect((await seen()).sites[0]?.verdict).toBe('ok');
  });

  test('is made also when the clock went back', async () => {
    const { store, seen, readsOf, moveTo } = room();
    await commit(store, {});
    await seen();
    moveTo(someTime - 3_600 * second);
    expect(await readsOf(seen)).toBe(1);
    expect((await seen()).at).toBe(someTime - 3_600 * second);
  });

  test('reads the calendar again when a day was filed, and at midnight', async () => {
    const { store, seen, readsOf, moveTo } = room();
    const state = siteState();
    await commit(store, { state });
    expect((await seen()).sites[0]?.days.bars.at(-2)).toBeNull();

    const { today } = state.history;
    const later = { ...state, history: { ...state.history, today: { ...today, from: today.from + 1 } } };
    await commit(store, { state: later, filed: [rollup({ day: '2026-11-30' })] });
    moveTo(someTime + 31 * second);
    expect(await readsOf(seen)).toBe(2);
    expect((await seen()).sites[0]?.days.bars.at(-2)).toMatchObject({ good: 86_400 });
    moveTo(someTime + 42 * second);
    expect(await readsOf(seen)).toBe(1);

    moveTo(someTime + 86_400 * second);
    expect(await readsOf(seen)).toBe(2);
    expect((await seen()).sites[0]?.days.bars.at(-3)).toMatchObject({ good: 86_400 });
  });

  test('counts a day once that is filed between the two reads', async () => {
    const { store } = room();
    const state = siteState();
    const ended = rollup({ day: '2026-12-01', site: tally({ ok: 3_600_000 }) });
    await commit(store, { state: { ...state, history: { ...state.history, today: ended } } });
    let isFiled = false;
    const racing: OverviewWorld['store'] = {
      readStates: (ids) => store.readStates(ids),
      readCalendars: async (ids) => {
        const next = rollup({ day: '2026-12-02', site: tally({}), targets: {}, signers: {} });
        if (!isFiled) {
          const after = { ...state, history: { ...state.history, today: next } };
          await commit(store, { state: after, filed: [ended] });
        }
        isFiled = true;
        return store.readCalendars(ids);
      },
    };
    const clock = { now: () => startOf('2026-12-02') + second, sleep: () => Promise.resolve() };
    const answer = await openOverview({ rules: [rules], store: racing, clock }).read();
    expect(isNothing(answer) ? null : answer.sites[0]?.days.bars.at(-2)).toMatchObject({ good: 3_600 });
  });

  test('of a site that was never watched costs no more, and says so', async () => {
    const { seen, readsOf } = room();
    expect(await readsOf(seen)).toBe(2);
    expect((await seen()).sites[0]).toMatchObject({ watched: 'unwatched' });
  });

  test('with a document that is broken is no blindness: that site is named, and the others are shown', async () => {
    const { store, seen, spoil } = room([rules, siteRules({ id: 'cabin' })]);
    await commit(store, {});
    await spoil('sites/cabin', { schema: 1, nonsense: true });
    await spoil('history/home', { schema: 1, days: 'none' });
    const { blind, sites } = await seen();
    expect(blind).toBeNull();
    expect(sites[0]).toMatchObject({ watched: 'yes', verdict: 'dark' });
    expect(sites[0]?.broken.join()).toContain('history/home');
    expect(sites[1]).toMatchObject({ watched: 'unreadable' });
    expect(sites[1]?.broken.join()).toContain('sites/cabin');
  });

  test('whose calendar alone fails shows what is so now, says it, and tries again', async () => {
    const { store, seen, readsOf, moveTo } = room([rules], 400);
    await commit(store, { filed: [rollup({ day: '2026-11-30' })] });
    emulator.faults.set(({ documents }) =>
      documents.some((path) => path.startsWith('history/')) ? { code: 'PERMISSION_DENIED' } : undefined,
    );
    const first = await seen();
    expect(first.blind).toBeNull();
    expect(first.sites[0]?.broken.join()).toMatch(/^history\/home could not be read: ERR_STORE/);
    emulator.faults.clear();
    moveTo(someTime + 31 * second);
    expect(await readsOf(seen)).toBe(2);
    expect((await seen()).sites[0]).toMatchObject({ broken: [] });
    expect((await seen()).sites[0]?.days.bars.at(-2)).toMatchObject({ good: 86_400 });
  });
});

describe('a store that fails', () => {
  const failing = (): void =>
    emulator.faults.set(() => ({ code: 'PERMISSION_DENIED', message: 'https://u:p@host/x' }));

  test('leaves the last that was known, since when it is blind, and why, without a secret', async () => {
    const { store, seen, moveTo } = room([rules], 400);
    await commit(store, {});
    await seen();
    failing();
    moveTo(someTime + 60 * second);
    expect(await seen()).toMatchObject({
      at: someTime + 60 * second,
      readAt: someTime + 20 * second,
      summary: 'trouble',
      blind: {
        since: someTime + 60 * second,
        why: 'ERR_STORE: the store failed about sites: PERMISSION_DENIED',
      },
    });
    moveTo(someTime + 120 * second);
    expect((await seen()).blind?.since).toBe(someTime + 60 * second);
    emulator.faults.clear();
    moveTo(someTime + 180 * second);
    expect(await seen()).toMatchObject({ blind: null, readAt: someTime + 180 * second });
  });

  test('from the beginning leaves nothing, and that is said', async () => {
    const { reader, store, moveTo } = room([rules], 400);
    failing();
    expect(await reader.read()).toEqual({
      version: 1,
      nothing: true,
      at: someTime + 20 * second,
      since: someTime + 20 * second,
      why: 'ERR_STORE: the store failed about sites: PERMISSION_DENIED',
    });
    emulator.faults.clear();
    await commit(store, {});
    moveTo(someTime + 40 * second);
    expect(await reader.read()).toMatchObject({ blind: null, summary: 'trouble' });
  });

  test('by never answering holds nobody up who comes meanwhile, and the first no longer than its deadline', async () => {
    const { store, seen, moveTo } = room([rules], 400);
    await commit(store, {});
    const before = await seen();
    emulator.faults.set(() => ({ delayMs: 2_000 }));
    moveTo(someTime + 31 * second);
    let isAnswered = false;
    const first = seen().finally(() => {
      isAnswered = true;
    });
    const meanwhile = await seen();
    expect(isAnswered).toBe(false);
    expect(meanwhile).toBe(before);
    expect((await first).blind?.why).toContain('did not answer');
  });

  test('is not asked more often than one that answers', async () => {
    const { store, seen } = room([rules], 400);
    await commit(store, {});
    let asked = 0;
    emulator.faults.set(() => {
      asked += 1;
      return { code: 'PERMISSION_DENIED' };
    });
    await expect(seen()).rejects.toThrow('PERMISSION_DENIED');
    const once = asked;
    await expect(seen()).rejects.toThrow('PERMISSION_DENIED');
    expect(asked).toBe(once);
  });
});
