// The store in Firestore keeps the contract, on our emulator and on another where there is one, and is as cheap as it says.
import { indexes } from '../../functions/stores/indexes.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { codec, former } from '../../functions/stores/codec.ts';
import { change } from '../../functions/stores/firestore-document.ts';
import { openFirestoreStore } from '../../functions/stores/firestore.ts';
import { openDatabase } from '../../functions/stores/open.ts';
import { type FirestoreEmulator, startFirestore } from '../../local/firestore/server.ts';
import { type Firestore, Timestamp } from '@google-cloud/firestore';
import { hearBeat } from '../support/heard.ts';
import { commit, incident, row, siteState, someTime, stateWith } from '../support/documents.ts';
import { rollup, rollups } from '../support/rollups.ts';
import { firestoreBench, type Bench } from './bench.ts';
import { describeStore } from './contract.ts';

let emulator: FirestoreEmulator;
beforeAll(async () => {
  emulator = await startFirestore({ indexes });
});
afterAll(() => emulator.close());

describeStore('our emulator', () => firestoreBench(emulator.host), { runs: 25 });

const other = process.env['FIRESTORE_EMULATOR_HOST'];
if (other === undefined) {
  process.stdout.write(
    'the store contract was not run on a second emulator: set FIRESTORE_EMULATOR_HOST to one\n',
  );
} else {
  describeStore('the emulator of FIRESTORE_EMULATOR_HOST', () => firestoreBench(other), { runs: 25 });
}

describe('the cost', () => {
  let bench: Bench;
  const counted = async (work: () => Promise<unknown>): Promise<unknown> => {
    emulator.resetCounts();
    await work();
    return emulator.counts();
  };
  afterEach(() => bench.close());

  test('of a steady tick is two reads and one write', async () => {
    bench = firestoreBench(emulator.host);
    const { store } = bench;
    await commit(store, {});
    await hearBeat(store, 'home', 'alertmanager', someTime);
    const cost = await counted(async () => {
      const [{ base }] = await Promise.all([store.loadSite('home'), store.loadHeard('home')]);
      await store.commitSite({
        base,
        memory: { state: siteState(), incidents: {} },
        touched: [],
        rows: [],
        wanted: [],
        filed: [],
      });
    });
    expect(cost).toEqual({ reads: 2, writes: 1, deletes: 0 });
  });

  test('of a tick with open incidents is one read for each, and no write for those that did not change', async () => {
    bench = firestoreBench(emulator.host);
    const { store } = bench;
    const open = [incident(), incident({ id: 'b', subject: { kind: 'target', id: 'rpc' } })];
    await commit(store, { state: stateWith(open), touched: open });
    expect(await counted(() => commit(store, { state: stateWith(open) }))).toEqual({
      reads: 3,
      writes: 1,
      deletes: 0,
    });
  });

  test('of a message is one read when it is looked for, one to claim, and two writes', async () => {
    bench = firestoreBench(emulator.host);
    const { store } = bench;
    await commit(store, { rows: [row({ id: 'a' })] });
    const cost = await counted(async () => {
      await store.dueRows(someTime, 10);
      await store.claimRow('a', { at: someTime, leaseMs: 1, lease: 'x' });
      await store.settleRow('a', 'x', { state: 'sent', at: someTime, outcome: 'x' });
    });
    expect(cost).toEqual({ reads: 2, writes: 2, deletes: 0 });
  });

  test('of keeping that a channel works is one read, and of one that fails a write more', async () => {
    bench = firestoreBench(emulator.host);
    const { store } = bench;
    const attempt = (isSent: boolean) => store.noteAttempts([{ channel: 'a', at: 1, isSent, outcome: 'x' }]);
    await attempt(true);
    expect(await counted(() => attempt(true))).toEqual({ reads: 1, writes: 0, deletes: 0 });
    expect(await counted(() => attempt(false))).toEqual({ reads: 1, writes: 1, deletes: 0 });
    expect(await counted(() => attempt(true))).toEqual({ reads: 1, writes: 1, deletes: 0 });
    expect(await counted(() => attempt(true))).toEqual({ reads: 1, writes: 0, deletes: 0 });
  });

  test('of looking at what waits is a read for each, and never more than twenty', async () => {
    bench = firestoreBench(emulator.host);
    const { store } = bench;
    await commit(store, { rows: Array.from({ length: 30 }, (_, index) => row({ id: `row${index}` })) });
    expect(await counted(() => store.loadWaiting('home'))).toEqual({ reads: 20, writes: 0, deletes: 0 });
  });

  test('of a tick at a border of days is exactly two writes more, and no read', async () => {
    bench = firestoreBench(emulator.host);
    const { store } = bench;
    await commit(store, {});
    const steady = await counted(() => commit(store, { state: siteState({ nextDueAt: 1 }) }));
    expect(steady).toEqual({ reads: 1, writes: 1, deletes: 0 });
    const filed = [rollup()];
    const atBorder = await counted(() => commit(store, { state: siteState({ nextDueAt: 2 }), filed }));
    expect(atBorder).toEqual({ reads: 1, writes: 3, deletes: 0 });
  });

  test('of a look at sites is a read for each, of their long view another, and of days one each', async () => {
    bench = firestoreBench(emulator.host);
    const { store } = bench;
    const open = [incident(), incident({ id: 'b', subject: { kind: 'target', id: 'rpc' } })];
    await commit(store, { state: stateWith(open), touched: open, filed: rollups('2026-11-30', 40) });
    await commit(store, { state: siteState({ site: 'cabin' }) });
    const sites = ['home', 'cabin'];
    expect(await counted(() => store.readStates(sites))).toEqual({ reads: 2, writes: 0, deletes: 0 });
    expect(await counted(() => store.readCalendars(sites))).toEqual({ reads: 2, writes: 0, deletes: 0 });
    expect(await counted(() => store.readDays('home', '2026-11-01', '2026-11-30'))).toEqual({
      reads: 30,
      writes: 0,
      deletes: 0,
    });
  });

  test('of a heartbeat is one write, once the first was read', async () => {
    bench = firestoreBench(emulator.host);
    await hearBeat(bench.store, 'home', 'ups', 4);
    expect(await counted(() => hearBeat(bench.store, 'home', 'ups', 5))).toEqual({
      reads: 0,
      writes: 1,
      deletes: 0,
    });
  });
});

describe('a day', () => {
  let bench: Bench;
  afterEach(() => bench.close());

  test('says in a field of time when it ends: 400 days after it was over', async () => {
    bench = firestoreBench(emulator.host);
    await commit(bench.store, { filed: [rollup({ day: '2026-11-30' })] });
    const ends = z.object({ expiresAt: z.instanceof(Timestamp) });
    const { expiresAt } = ends.parse(await bench.peek('history/home_2026-11-30'));
    expect(expiresAt.toMillis()).toBe(Date.UTC(2026, 11, 1) + 400 * 86_400_000);
  });
});

describe('a document of the version before', () => {
  test('is replaced by one of this version, and the fields that only it had are gone', async () => {
    const client = openDatabase({ projectId: 'upgrade', databaseId: '(default)', emulator: emulator.host });
    try {
      const old = z.strictObject({ name: z.string(), port: z.number() });
      const now = z.strictObject({ name: z.string(), ports: z.array(z.number()) });
      const second = codec(now, {
        version: 2,
        former: former(old, ({ name, port }) => ({ name, ports: [port] }), ['port']),
      });
      const reference = client.doc('things/a');
      await reference.set({ schema: 1, name: 'a', port: 3 });
      const seen = await change(reference, second, (value) => ({
        next: { name: 'b', ports: [...(value?.ports ?? []), 4] },
        result: value,
      }));
      expect(seen).toEqual({ name: 'a', ports: [3] });
      expect((await reference.get()).data()).toEqual({ schema: 2, name: 'b', ports: [3, 4] });
    } finally {
      await client.terminate();
    }
  });
});

describe('a Firestore in trouble', () => {
  const clients: Firestore[] = [];
  const open = (options: { readonly deadlineMs?: number } = {}) => {
    const [first, second] = ['(default)', 'inbox'].map((databaseId) =>
      openDatabase({ projectId: 'trouble', databaseId, emulator: emulator.host }),
    );
    if (first === undefined || second === undefined) throw new Error('there are two');
    clients.push(first, second);
    return openFirestoreStore({ default: first, inbox: second }, options);
  };
  afterEach(async () => {
    emulator.faults.clear();
    await Promise.all(clients.splice(0).map((client) => client.terminate()));
  });

  test('that does not answer is an error within the deadline, which names what was asked', async () => {
    const store = open({ deadlineMs: 300 });
    emulator.faults.set(() => ({ delayMs: 2_000 }));
    const error = { code: 'ERR_STORE', message: 'the store did not answer about sites/home in 300 ms' };
    await expect(store.loadSite('home')).rejects.toMatchObject(error);
    await expect(store.readSites(['home'])).rejects.toMatchObject({ code: 'ERR_STORE' });
    await expect(store.dueRows(1, 1)).rejects.toMatchObject({ code: 'ERR_STORE' });
    await expect(store.claimRow('a', { at: 1, leaseMs: 1, lease: 'x' })).rejects.toMatchObject({
      code: 'ERR_STORE',
    });
  });

  test.each(['PERMISSION_DENIED', 'INVALID_ARGUMENT', 'UNAUTHENTICATED'] as const)(
    'that says %s is an error with that word and nothing of a document',
    async (code) => {
      const store = open();
      await commit(store, { state: siteState({ site: code.toLowerCase() }) });
      const { base } = await store.loadSite(code.toLowerCase());
      emulator.faults.set(() => ({ code, message: 'secret content' }));
      const memory = { state: siteState(), incidents: {} };
      for (const question of [
        () => store.loadSite('home'),
        () => store.loadHeard('home'),
        () => store.commitSite({ base, memory, touched: [], rows: [], wanted: [], filed: [] }),
        () => store.loadWaiting('home'),
        () => store.loadChannels(),
        () => store.noteAttempts([{ channel: 'a', at: 1, isSent: false, outcome: '' }]),
        () => store.removeSettled(1, 1),
        () => store.heardSites(1),
        () => store.trimCalendar('home', { from: '2026-11-30', to: '2026-12-02' }, 1),
        () => store.removeDays('home', '2026-11-30', 1),
        () => store.readStates(['home']),
        () => store.readCalendars(['home']),
        () => store.readDays('home', '2026-11-01', '2026-11-30'),
        () => hearBeat(store, 'home', 'a', 1),
        () => store.settleRow('a', 'b', { state: 'sent', at: 1, outcome: '' }),
      ]) {
        const error: unknown = await question().catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ code: 'ERR_STORE', message: expect.stringContaining(code) });
        expect(String(error)).not.toContain('secret');
      }
    },
  );

  test.each(['FAILED_PRECONDITION', 'ALREADY_EXISTS', 'NOT_FOUND'] as const)(
    'that says %s to a commit is a conflict, not an error',
    async (code) => {
      const store = open();
      const { base } = await store.loadSite('fresh');
      emulator.faults.set(({ method }) => (method.toLowerCase() === 'commit' ? { code } : undefined));
      const memory = { state: siteState({ site: 'fresh' }), incidents: {} };
      expect(await store.commitSite({ base, memory, touched: [], rows: [], wanted: [], filed: [] })).toBe(
        'conflict',
      );
    },
  );

  test('that is unavailable for a moment is asked again by the client', async () => {
    const store = open();
    let left = 2;
    emulator.faults.set(() => (left-- > 0 ? { code: 'UNAVAILABLE' } : undefined));
    expect((await store.loadSite('nowhere')).memory).toBeNull();
    expect(left).toBeLessThan(0);
  });

  test.each(['UNAVAILABLE', 'INTERNAL'] as const)(
    'that commits and loses the answer by %s leaves a claim and an end that count',
    async (code) => {
      const store = open();
      const id = `lost-${code.toLowerCase()}`;
      await commit(store, { state: siteState({ site: id }), rows: [row({ id })] });
      let left = 0;
      emulator.faults.set(({ method }) =>
        method === 'Commit' && left-- > 0 ? { code, after: true } : undefined,
      );
      left = 1;
      const claimed = await store.claimRow(id, { at: someTime, leaseMs: 1_000, lease: 'mine' });
      expect(claimed).toMatchObject({ lease: 'mine', attempts: 1 });
      left = 1;
      expect(await store.settleRow(id, 'mine', { state: 'sent', at: someTime, outcome: 'x' })).toBe(true);
      expect((await store.dueRows(Number.MAX_SAFE_INTEGER, 10)).rows.map((each) => each.id)).not.toContain(
        id,
      );
    },
  );

  test.each(['UNAVAILABLE', 'INTERNAL'] as const)(
    'that commits and loses the answer by %s has filed a day once, however often the commit is repeated',
    async (code) => {
      const store = open();
      const site = `filed-${code.toLowerCase()}`;
      await commit(store, { state: siteState({ site }) });
      const { base } = await store.loadSite(site);
      const memory = { state: siteState({ site, nextDueAt: 1 }), incidents: {} };
      const change = { base, memory, touched: [], rows: [], wanted: [], filed: [rollup()] };
      let left = 1;
      emulator.faults.set(({ method }) =>
        method === 'Commit' && left-- > 0 ? { code, after: true } : undefined,
      );
      await store.commitSite(change).catch(() => 'unknown');
      expect(await store.commitSite(change)).toBe('conflict');
      expect((await store.readDays(site, '2026-01-01', '2026-12-31')).days).toEqual([rollup()]);
      expect((await store.readCalendars([site])).calendars.get(site)?.days).toHaveLength(1);
    },
  );
});
