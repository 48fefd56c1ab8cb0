// The contract of the service, told by the official client, on both storages and in both modes of concurrency.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  AggregateField,
  FieldPath,
  FieldValue,
  Filter,
  Timestamp,
  type Firestore,
} from '@google-cloud/firestore';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Concurrency } from '../../../local/firestore/database.ts';
import { startFirestore } from '../../../local/firestore/server.ts';
import { code } from './emulator.ts';
import { officialClient } from './official-client.ts';

type Storage = 'memory' | 'sqlite' | 'external';
const external = process.env['FIRESTORE_EMULATOR_HOST'];
// The client prefers the variable to its settings, so with it only the emulator that it names can be tested.
const members: readonly (readonly [Storage, Concurrency])[] =
  external === undefined
    ? [
        ['memory', 'pessimistic'],
        ['memory', 'optimistic'],
        ['sqlite', 'pessimistic'],
        ['sqlite', 'optimistic'],
      ]
    : [['external', 'pessimistic']];

/** One emulator for a whole suite: each test writes into a collection of its own, as it must on an emulator that stays. */
async function host(storage: Storage, concurrency: Concurrency) {
  if (storage === 'external') return { host: external ?? '', close: () => Promise.resolve() };
  if (storage === 'memory') return startFirestore({ concurrency });
  const dataDir = await mkdtemp(path.join(tmpdir(), 'watchdog-firestore-'));
  const emulator = await startFirestore({ concurrency, dataDir });
  const close = async () => {
    await emulator.close();
    await rm(dataDir, { recursive: true });
  };
  return { host: emulator.host, close };
}

async function increment(client: Firestore, name: string): Promise<void> {
  const reference = client.doc(name);
  await client.runTransaction(async (transaction) => {
    const snapshot = await transaction.get(reference);
    const old: unknown = snapshot.get('n');
    transaction.set(reference, { n: (typeof old === 'number' ? old : 0) + 1 });
  });
}

describe.concurrent.each(members)('%s, %s', (storage, concurrency) => {
  let emulator: { readonly host: string; readonly close: () => Promise<void> };
  let client: Firestore;
  let second: Firestore;
  let lastRoom = 0;
  const nextRoom = (): string => {
    lastRoom += 1;
    return `room-${process.pid}-${lastRoom}`;
  };

  beforeAll(async () => {
    emulator = await host(storage, concurrency);
    client = officialClient(emulator.host);
    second = officialClient(emulator.host, 'keys');
  });

  afterAll(async () => {
    await Promise.all([client.terminate(), second.terminate()]);
    await emulator.close();
  });

  test('what is written is read back with its types, and what is missing is missing', async () => {
    const room = nextRoom();
    const data = {
      none: null,
      yes: true,
      whole: 9007199254740991,
      half: 0.5,
      nan: Number.NaN,
      at: new Timestamp(1_700_000_000, 123_456_000),
      text: 'žluťoučký 🐎',
      bytes: Buffer.from([0, 1, 255]),
      link: client.doc(`${room}/other`),
      list: [1, 'two', { three: [] }],
      map: { constructor: 'x', empty: {}, 'a.b': 1 },
      vector: FieldValue.vector([1, 2.5]),
    };
    await client.doc(`${room}/a`).set(data);
    const [there, missing] = await client.getAll(client.doc(`${room}/a`), client.doc(`${room}/b`));
    expect(there?.data()).toEqual(data);
    expect(missing?.exists).toBe(false);
  });

  test('preconditions give the codes of the real service', async () => {
    const room = nextRoom();
    const document = client.doc(`${room}/a`);
    await expect(document.update({ n: 1 })).rejects.toMatchObject({ code: code.notFound });
    await expect(document.delete({ exists: true })).rejects.toMatchObject({ code: code.notFound });
    const { writeTime } = await document.create({ n: 1 });
    await expect(document.create({ n: 2 })).rejects.toMatchObject({ code: code.exists });
    await document.update({ n: 2 }, { lastUpdateTime: writeTime });
    await expect(document.update({ n: 3 }, { lastUpdateTime: writeTime })).rejects.toMatchObject({
      code: code.precondition,
    });
    await expect(document.delete({ lastUpdateTime: writeTime })).rejects.toMatchObject({
      code: code.precondition,
    });
    expect((await document.get()).data()).toEqual({ n: 2 });
  });

  test('a batch is applied whole or not at all', async () => {
    const room = nextRoom();
    await client.doc(`${room}/a`).set({ n: 1 });
    const batch = client.batch();
    batch.set(client.doc(`${room}/a`), { n: 2 });
    batch.set(client.doc(`${room}/b`), { n: 2 });
    batch.update(client.doc(`${room}/missing`), { n: 2 });
    await expect(batch.commit()).rejects.toMatchObject({ code: code.notFound });
    const found = await client.collection(room).get();
    expect(found.docs.map((document) => [document.id, document.data()])).toEqual([['a', { n: 1 }]]);
  });

  test('a write that changes nothing keeps the update time, and times grow with every change', async () => {
    const room = nextRoom();
    const document = client.doc(`${room}/a`);
    const first = await document.set({ n: 1 });
    const same = await document.set({ n: 1 });
    const next = await document.set({ n: 2 });
    expect(same.writeTime.isEqual(first.writeTime)).toBe(true);
    expect(next.writeTime.valueOf() > first.writeTime.valueOf()).toBe(true);
    const snapshot = await document.get();
    expect(snapshot.createTime?.isEqual(first.writeTime)).toBe(true);
    expect(snapshot.updateTime?.isEqual(next.writeTime)).toBe(true);
  });

  test('merges, masks and transforms change only what they name', async () => {
    const room = nextRoom();
    const document = client.doc(`${room}/a`);
    await document.set({
      keep: 1,
      map: { x: 1, y: 2 },
      'we`ird.name': 1,
      list: [1, 2, 2, 3],
      n: 5,
      old: 'x',
    });
    await document.set({ map: { x: 10 } }, { merge: true });
    await document.update(
      'map.z',
      3,
      new FieldPath('we`ird.name'),
      2,
      'old',
      FieldValue.delete(),
      'n',
      FieldValue.increment(0.5),
    );
    await document.update({
      list: FieldValue.arrayRemove(2),
      more: FieldValue.arrayUnion('a', 'b', 'a'),
      counter: FieldValue.increment(7),
      at: FieldValue.serverTimestamp(),
    });
    const snapshot = await document.get();
    const { at, ...rest } = snapshot.data() ?? {};
    expect(rest).toEqual({
      keep: 1,
      map: { x: 10, y: 2, z: 3 },
      'we`ird.name': 2,
      list: [1, 3],
      n: 5.5,
      more: ['a', 'b'],
      counter: 7,
    });
    if (!(at instanceof Timestamp) || snapshot.updateTime === undefined) throw new Error('no server time');
    expect(at.toMillis()).toBe(snapshot.updateTime.toMillis());
    expect(at.nanoseconds % 1_000_000).toBe(0);
  });

  test('databases are made on first use and know nothing of each other', async () => {
    const room = nextRoom();
    await client.doc(`${room}/a`).set({ where: 'main' });
    expect((await second.doc(`${room}/a`).get()).exists).toBe(false);
    await second.doc(`${room}/a`).set({ where: 'keys' });
    expect((await client.doc(`${room}/a`).get()).data()).toEqual({ where: 'main' });
  });

  test('fifty concurrent increments through transactions make fifty', async () => {
    const room = nextRoom();
    await Promise.all(Array.from({ length: 50 }, () => increment(client, `${room}/counter`)));
    expect((await client.doc(`${room}/counter`).get()).data()).toEqual({ n: 50 });
  });

  test('fifty concurrent transforms without transactions make fifty', async () => {
    const room = nextRoom();
    const document = client.doc(`${room}/counter`);
    await document.set({ n: 0 });
    await Promise.all(Array.from({ length: 50 }, () => document.update({ n: FieldValue.increment(1) })));
    expect((await document.get()).get('n')).toBe(50);
  });

  test('a read-only transaction sees one moment, while others go on writing', async () => {
    const room = nextRoom();
    await client.doc(`${room}/a`).set({ n: 1 });
    const seen = await client.runTransaction(
      async (transaction) => {
        const before = await transaction.get(client.doc(`${room}/a`));
        await client.doc(`${room}/a`).set({ n: 2 });
        await client.doc(`${room}/b`).set({ n: 2 });
        const after = await transaction.get(client.collection(room));
        return [before.data(), after.docs.map((document) => document.data())];
      },
      { readOnly: true },
    );
    expect(seen).toEqual([{ n: 1 }, [{ n: 1 }]]);
  });

  test('a document that was deleted can still be read at an earlier time', async () => {
    const room = nextRoom();
    const { writeTime } = await client.doc(`${room}/a`).set({ n: 1 });
    await client.doc(`${room}/a`).delete();
    const seen = await client.runTransaction((transaction) => transaction.get(client.doc(`${room}/a`)), {
      readOnly: true,
      readTime: writeTime,
    });
    expect(seen.data()).toEqual({ n: 1 });
    expect((await client.doc(`${room}/a`).get()).exists).toBe(false);
  });

  test('two transactions that each read what the other writes do not both succeed unseen (no write skew)', async () => {
    const room = nextRoom();
    const [left, right] = [client.doc(`${room}/left`), client.doc(`${room}/right`)];
    await Promise.all([left.set({ onCall: true }), right.set({ onCall: true })]);
    const leave = (mine: typeof left, other: typeof left) =>
      client.runTransaction(async (transaction) => {
        const [, there] = await transaction.getAll(mine, other);
        if (there?.get('onCall') === true) transaction.update(mine, { onCall: false });
      });
    await Promise.all([leave(left, right), leave(right, left)]);
    const states = [await left.get(), await right.get()].map((document) => document.get('onCall') === true);
    expect(states.filter(Boolean)).toHaveLength(1);
  });

  test('a transaction that found a query empty is not joined by a second one (no phantom)', async () => {
    const room = nextRoom();
    const claim = (name: string) =>
      client.runTransaction(async (transaction) => {
        const found = await transaction.get(client.collection(room).where('kind', '==', 'lease'));
        if (found.empty) transaction.create(client.doc(`${room}/${name}`), { kind: 'lease' });
      });
    await Promise.all(['a', 'b', 'c', 'd'].map(claim));
    expect((await client.collection(room).get()).size).toBe(1);
  });

  test('queries filter, order, page and project', async () => {
    const room = nextRoom();
    const batch = client.batch();
    const rows: Record<string, object> = {
      a: { n: 1, tags: ['x'], s: 'p', m: { k: 1 } },
      b: { n: 2, tags: ['x', 'y'], s: 'q' },
      c: { n: 2.5, tags: [], s: 'p' },
      d: { n: null, s: 'p' },
      e: { n: 'text', s: 'q' },
      f: { n: Number.NaN, s: 'q' },
      g: { s: 'z' },
    };
    for (const [id, row] of Object.entries(rows)) batch.set(client.doc(`${room}/${id}`), row);
    batch.set(client.doc(`${room}/a/${room}/deep`), { n: 9 });
    await batch.commit();
    const all = client.collection(room);
    const ids = async (query: typeof all | ReturnType<typeof all.where>): Promise<string> =>
      (await query.get()).docs.map((document) => document.id).join('');

    expect(await ids(all)).toBe('abcdefg');
    expect(await ids(all.where('n', '>', 1))).toBe('bc');
    expect(await ids(all.where('n', '<=', 2.0))).toBe('ab');
    expect(await ids(all.where('n', '==', null))).toBe('d');
    expect(await ids(all.where('n', '==', Number.NaN))).toBe('f');
    expect(await ids(all.where('n', '!=', 2))).toBe('face');
    expect(await ids(all.where('n', '!=', null))).toBe('fabce');
    expect(await ids(all.where('n', 'in', [1, 'text']))).toBe('ae');
    expect(await ids(all.where('n', 'not-in', [1, 2]))).toBe('fce');
    expect(await ids(all.where('tags', 'array-contains', 'x'))).toBe('ab');
    expect(await ids(all.where('tags', 'array-contains-any', ['y', 'q']))).toBe('b');
    expect(await ids(all.where('m.k', '==', 1))).toBe('a');
    expect(await ids(all.where(Filter.or(Filter.where('n', '==', 1), Filter.where('s', '==', 'z'))))).toBe(
      'ag',
    );
    expect(await ids(all.where('s', '==', 'p').where('n', '>=', 1).orderBy('n', 'desc'))).toBe('ca');
    expect(await ids(all.orderBy('n'))).toBe('dfabce');
    expect(await ids(all.orderBy('s', 'desc').orderBy('n'))).toBe('fbedac');
    expect(await ids(all.where(FieldPath.documentId(), '>', 'e'))).toBe('fg');
    expect(await ids(all.orderBy('n').startAfter(1).limit(2))).toBe('bc');
    expect(await ids(all.orderBy('n').startAt(2).endBefore('text'))).toBe('bc');
    expect(await ids(all.orderBy('n').limitToLast(2))).toBe('ce');
    expect(await ids(all.offset(5))).toBe('fg');
    const cursor = await client.doc(`${room}/b`).get();
    expect(await ids(all.orderBy('s').startAfter(cursor))).toBe('efg');
    expect((await client.collectionGroup(room).where('n', '>=', 2).get()).docs.map(({ id }) => id)).toEqual([
      'b',
      'c',
      'deep',
    ]);
    const projected = await all.where('n', '==', 1).select('s', 'm.k').get();
    expect(projected.docs[0]?.data()).toEqual({ s: 'p', m: { k: 1 } });
    expect((await all.limit(1).select().get()).docs[0]?.data()).toEqual({});
  });

  test('aggregations count, sum and average', async () => {
    const room = nextRoom();
    const batch = client.batch();
    for (const [index, n] of [1, 2, 3.5, 'text', null].entries())
      batch.set(client.doc(`${room}/${index}`), { n });
    batch.set(client.doc(`${room}/without`), { other: 1 });
    await batch.commit();
    const all = client.collection(room);
    expect((await all.count().get()).data()).toEqual({ count: 6 });
    const numbers = { sum: AggregateField.sum('n'), mean: AggregateField.average('n') };
    expect((await all.aggregate(numbers).get()).data()).toEqual({ sum: 6.5, mean: 6.5 / 3 });
    expect((await all.where('n', '>', 1).limit(1).aggregate(numbers).get()).data()).toEqual({
      sum: 2,
      mean: 2,
    });
    expect((await all.where('n', '>', 99).aggregate(numbers).get()).data()).toEqual({ sum: 0, mean: null });
  });

  test('collections and documents are listed, the missing parents of others too', async () => {
    const room = nextRoom();
    await client.doc(`${room}/a`).set({});
    await client.doc(`${room}/ghost/inner/x`).set({});
    await client.doc(`${room}/a/other/x`).set({});
    const listed = await client.collection(room).listDocuments();
    expect(listed.map(({ id }) => id)).toEqual(['a', 'ghost']);
    expect((await client.doc(`${room}/a`).listCollections()).map(({ id }) => id)).toEqual(['other']);
    expect((await client.listCollections()).map(({ id }) => id)).toContain(room);
  });

  test('the bulk writer reports each write by itself, and a recursive delete leaves nothing', async () => {
    const room = nextRoom();
    await client.doc(`${room}/there`).set({ n: 1 });
    const writer = client.bulkWriter();
    writer.onWriteError(() => false);
    const outcomes = Promise.allSettled([
      writer.create(client.doc(`${room}/there`), { n: 2 }),
      writer.set(client.doc(`${room}/new`), { n: 2 }),
      writer.set(client.doc(`${room}/there/below/x`), { n: 2 }),
    ]);
    await writer.close();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    await client.recursiveDelete(client.collection(room));
    expect((await client.collection(room).listDocuments()).length).toBe(0);
  });
});
