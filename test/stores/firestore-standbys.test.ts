// Standbys in Firestore are as cheap as they are meant to be, and survive lost answers.
import type { Firestore } from '@google-cloud/firestore';
import { indexes } from '../../functions/stores/indexes.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openFirestoreStore } from '../../functions/stores/firestore.ts';
import { openDatabase } from '../../functions/stores/open.ts';
import type { Store } from '../../functions/stores/store.ts';
import { type FirestoreEmulator, startFirestore } from '../../local/firestore/server.ts';
import { commit, siteState } from '../support/documents.ts';
import { fleet, seen, wanted } from '../support/standbys.ts';
import { firestoreBench, type Bench } from './bench.ts';

let emulator: FirestoreEmulator;
beforeAll(async () => {
  emulator = await startFirestore({ indexes });
});
afterAll(() => emulator.close());

describe('the cost', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = firestoreBench(emulator.host);
  });
  afterEach(() => bench.close());
  const counted = async (work: () => Promise<unknown>): Promise<unknown> => {
    emulator.resetCounts();
    await work();
    return emulator.counts();
  };
  const reads = (count: number) => ({ reads: count, writes: 0, deletes: 0 });

  test('of looking at all standbys is one read while there is none, and one for each document', async () => {
    const { store } = bench;
    expect(await counted(() => store.loadAll())).toEqual(reads(1));
    expect(await counted(() => store.readStandbys())).toEqual(reads(1));
    await commit(store, { wanted: ['a', 'b', 'c'].map((signer) => wanted({ signer })) });
    expect(await counted(() => store.loadAll())).toEqual(reads(3));
    await store.changeFleet(() => fleet({ listedAt: 1 }));
    expect(await counted(() => store.loadAll())).toEqual(reads(4));
    expect(await counted(() => store.readStandbys())).toEqual(reads(4));
  });

  test('of looking at some is one read for each, and none for none', async () => {
    const { store } = bench;
    await commit(store, { wanted: [wanted({ signer: 'a' })] });
    expect(await counted(() => store.loadStandbys([]))).toEqual(reads(0));
    expect(await counted(() => store.loadStandbys(['a', 'never', 'a']))).toEqual(reads(2));
    expect(await counted(() => store.loadStandby('a'))).toEqual(reads(1));
    expect(await counted(() => store.loadFleet())).toEqual(reads(1));
  });

  test('of what is wanted is one write beside the site, and no read', async () => {
    const { store } = bench;
    await commit(store, {});
    const { base } = await store.loadSite('home');
    const change = {
      base,
      memory: { state: siteState({ nextDueAt: 1 }), incidents: {} },
      touched: [],
      rows: [],
      wanted: [wanted()],
      filed: [],
    };
    expect(await counted(() => store.commitSite(change))).toEqual({ reads: 0, writes: 2, deletes: 0 });
  });

  test('of what is seen is one read and one write, and of a conflict one read', async () => {
    const { store } = bench;
    await commit(store, { wanted: [wanted()] });
    const once = { reads: 1, writes: 1, deletes: 0 };
    expect(await counted(() => store.writeSeen('eth', { revision: null }, seen()))).toEqual(once);
    expect(await counted(() => store.writeSeen('eth', { revision: 1 }, seen({ phase: 'synced' })))).toEqual(
      once,
    );
    expect(await counted(() => store.writeSeen('eth', { revision: 1 }, seen()))).toEqual(reads(1));
    const known = { revision: 2, wanted: wanted() };
    expect(await counted(() => store.forgetStandby('eth', known))).toEqual({
      reads: 1,
      writes: 0,
      deletes: 1,
    });
  });

  test('of what concerns all is one read, and one write where something changes', async () => {
    const { store } = bench;
    const listed = () => store.changeFleet((before) => ({ ...before, listedAt: 1 }));
    expect(await counted(() => store.changeFleet((before) => ({ ...before })))).toEqual(reads(1));
    expect(await counted(listed)).toEqual({ reads: 1, writes: 1, deletes: 0 });
    expect(await counted(listed)).toEqual(reads(1));
  });
});

describe('a Firestore in trouble', () => {
  const clients: Firestore[] = [];
  const open = (projectId: string, options: { readonly deadlineMs?: number } = {}): Store => {
    const [first, second] = ['(default)', 'inbox'].map((databaseId) =>
      openDatabase({ projectId, databaseId, emulator: emulator.host }),
    );
    if (first === undefined || second === undefined) throw new Error('there are two');
    clients.push(first, second);
    return openFirestoreStore({ default: first, inbox: second }, options);
  };
  afterEach(async () => {
    emulator.faults.clear();
    await Promise.all(clients.splice(0).map((client) => client.terminate()));
  });

  /** What a store does while the answer of its next commit is lost. */
  const losing = async <Answer>(code: 'UNAVAILABLE' | 'INTERNAL', work: () => Promise<Answer>) => {
    let left = 1;
    emulator.faults.set(({ method }) =>
      method === 'Commit' && left-- > 0 ? { code, after: true } : undefined,
    );
    const answer = await work();
    expect(left, 'an answer was lost').toBeLessThan(1);
    return answer;
  };

  test.each(['UNAVAILABLE', 'INTERNAL'] as const)(
    'that commits and loses the answer by %s has written, once',
    async (code) => {
      const store = open(`lost-${code.toLowerCase()}`);
      const write = (revision: number | null) =>
        store.writeSeen('eth', { revision }, seen({ wantedId: `after ${revision}` }));
      expect(await losing(code, () => write(null))).toBe('written');
      expect((await store.loadStandby('eth'))?.seen).toEqual(seen({ revision: 1, wantedId: 'after null' }));
      expect(await losing(code, () => write(1))).toBe('written');
      expect((await store.loadStandby('eth'))?.seen).toEqual(seen({ revision: 2, wantedId: 'after 1' }));
      const spend = () =>
        store.changeFleet((before) =>
          fleet({ spent: { '2026-12': (before.spent['2026-12'] ?? 0) + 1.5 }, lease: { id: 'a', until: 1 } }),
        );
      expect((await losing(code, spend)).spent).toEqual({ '2026-12': 1.5 });
      expect((await losing(code, spend)).spent).toEqual({ '2026-12': 3 });
      expect((await store.loadFleet()).fleet?.spent).toEqual({ '2026-12': 3 });
      const known = { revision: 2, wanted: null };
      expect(await losing(code, () => store.forgetStandby('eth', known))).toBe('forgotten');
      expect(await store.loadStandby('eth')).toBeNull();
    },
  );

  test('that refuses a write for a moment has written only what it was asked for', async () => {
    const store = open('moment');
    let left = 3;
    emulator.faults.set(({ method }) =>
      method === 'Commit' && left-- > 0 ? { code: 'ABORTED' } : undefined,
    );
    expect(await store.writeSeen('eth', { revision: null }, seen())).toBe('written');
    expect((await store.loadStandby('eth'))?.seen).toEqual(seen({ revision: 1 }));
    expect(left).toBeLessThan(1);
  });

  test('that never takes a write is an error, not an endless loop', async () => {
    const store = open('never');
    let commits = 0;
    emulator.faults.set(({ method }) => {
      if (method !== 'Commit') return undefined;
      commits += 1;
      return { code: 'FAILED_PRECONDITION' };
    });
    await expect(store.writeSeen('eth', { revision: null }, seen())).rejects.toMatchObject({
      code: 'ERR_STORE',
      message: 'standbys/eth was written by others 20 times in a row',
    });
    expect(commits).toBe(20);
  });

  const questions: [string, (store: Store) => Promise<unknown>][] = [
    ['loadAll', (store) => store.loadAll()],
    ['readStandbys', (store) => store.readStandbys()],
    ['loadStandby', (store) => store.loadStandby('eth')],
    ['loadStandbys', (store) => store.loadStandbys(['eth'])],
    ['loadFleet', (store) => store.loadFleet()],
    ['writeSeen', (store) => store.writeSeen('eth', { revision: null }, seen())],
    ['forgetStandby', (store) => store.forgetStandby('eth', { revision: 1, wanted: null })],
    ['changeFleet', (store) => store.changeFleet((before) => ({ ...before, listedAt: 1 }))],
  ];

  test.each(questions)(
    'that refuses %s is an error with the word and nothing of a document',
    async (_, ask) => {
      const store = open('refused');
      emulator.faults.set(() => ({ code: 'PERMISSION_DENIED', message: 'secret content' }));
      const error: unknown = await ask(store).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'ERR_STORE',
        message: expect.stringMatching(/standbys.*PERMISSION_DENIED/),
      });
      expect(String(error)).not.toContain('secret');
    },
  );

  test.each(questions)('that does not answer %s is an error within the deadline', async (_, ask) => {
    const store = open('silent', { deadlineMs: 50 });
    emulator.faults.set(() => ({ delayMs: 200 }));
    await expect(ask(store)).rejects.toMatchObject({
      code: 'ERR_STORE',
      message: expect.stringContaining('did not answer'),
    });
  });
});
