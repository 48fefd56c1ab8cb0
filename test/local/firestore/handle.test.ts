// What the emulator's handle shows and breaks: counts, faults, dump, clock, and an end that leaves nothing open.
import { Timestamp } from '@google-cloud/firestore';
import { expect, test } from 'vitest';
import { fasterClock } from '../../../functions/kit/clock.ts';
import type { FaultCall } from '../../../local/firestore/faults.ts';
import { startFirestore } from '../../../local/firestore/server.ts';
import { code, connect, databaseName, documentName, open, raw } from './emulator.ts';

test('operations are counted per database as they are billed', async () => {
  const { emulator, client } = await open();
  const keys = connect(emulator.host, 'keys');
  const batch = client.batch();
  for (const id of ['a', 'b', 'c']) batch.set(client.doc(`c/${id}`), { id });
  await batch.commit();
  expect(emulator.counts('main')).toEqual({ reads: 0, writes: 3, deletes: 0 });
  await client.getAll(client.doc('c/a'), client.doc('c/missing'));
  await client.collection('c').where('id', '>', 'a').get();
  await client.collection('empty').get();
  await client.collection('c').offset(1).limit(1).get();
  await client.collection('c').count().get();
  expect(emulator.counts('main')).toEqual({ reads: 8, writes: 3, deletes: 0 });
  await client.doc('c/a').delete();
  await expect(client.doc('c/a').update({ x: 1 })).rejects.toMatchObject({ code: code.notFound });
  await keys.doc('keys/x').get();
  expect(emulator.counts('main')).toEqual({ reads: 8, writes: 3, deletes: 1 });
  expect(emulator.counts('keys')).toEqual({ reads: 1, writes: 0, deletes: 0 });
  expect(emulator.counts()).toEqual({ reads: 9, writes: 3, deletes: 1 });
  emulator.resetCounts();
  expect(emulator.counts()).toEqual({ reads: 0, writes: 0, deletes: 0 });
});

test('a fault may refuse a call before it does anything', async () => {
  const { emulator, client } = await open();
  const seen: FaultCall[] = [];
  emulator.faults.set((call) => {
    seen.push(call);
    return call.method === 'Commit' ? { code: 'PERMISSION_DENIED', message: 'not today' } : undefined;
  });
  await expect(client.doc('c/a').set({ n: 1 })).rejects.toThrow('not today');
  await client.getAll(client.doc('c/a'), client.doc('c/b'));
  await client.collection('c').get();
  expect(seen).toEqual([
    { method: 'Commit', database: 'main', documents: ['c/a'] },
    { method: 'BatchGetDocuments', database: 'main', documents: ['c/a', 'c/b'] },
    { method: 'RunQuery', database: 'main', documents: ['c'] },
  ]);
  expect(emulator.dump('main')).toEqual({});
  emulator.faults.clear();
  await client.doc('c/a').set({ n: 1 });
});

test('a fault may lose the answer of a call that was applied', async () => {
  const { emulator } = await open();
  const call = raw(emulator.host);
  emulator.faults.set(({ method }) =>
    method === 'Commit' ? { code: 'UNAVAILABLE', after: true } : undefined,
  );
  const writes = [{ update: { name: documentName('c/a'), fields: { n: { integerValue: '1' } } } }];
  await expect(call('Commit', { database: databaseName, writes })).rejects.toMatchObject({
    code: code.unavailable,
  });
  expect(emulator.dump('main')).toEqual({ 'c/a': { n: 1 } });
});

test('the official client repeats a commit whose answer was lost, and meets its own write', async () => {
  const { emulator, client } = await open();
  let losses = 0;
  emulator.faults.set(({ method }) => {
    if (method !== 'Commit' || losses > 0) return undefined;
    losses += 1;
    return { code: 'UNAVAILABLE', after: true };
  });
  await expect(client.doc('c/a').create({ n: 1 })).rejects.toMatchObject({ code: code.exists });
  expect(emulator.dump('main')).toEqual({ 'c/a': { n: 1 } });
});

test('a fault may delay a call while others go on', async () => {
  const { emulator, client } = await open();
  emulator.faults.set(({ documents }) => (documents.includes('c/slow') ? { delayMs: 150 } : undefined));
  const order: string[] = [];
  await Promise.all(
    ['slow', 'fast'].map(async (id) => {
      await client.doc(`c/${id}`).set({});
      order.push(id);
    }),
  );
  expect(order).toEqual(['fast', 'slow']);
});

test('commit times and server timestamps come from the given clock', async () => {
  const startAt = Date.UTC(2031, 0, 1);
  const { emulator, client } = await open({ clock: fasterClock(60, startAt) });
  const { writeTime } = await client.doc('c/a').set({ at: Timestamp.fromMillis(startAt) });
  expect(writeTime.toDate().getUTCFullYear()).toBe(2031);
  expect(emulator.dump('main')).toEqual({ 'c/a': { at: '2031-01-01T00:00:00.000Z' } });
});

test('a dump is plain JSON by path', async () => {
  const { emulator, client } = await open();
  await client
    .doc('b/x')
    .set({ n: 1.5, at: Timestamp.fromMillis(0), bytes: Buffer.from('hi'), link: client.doc('a/y') });
  await client.doc('a/y/c/z').set({ list: [null, true, { s: 't' }] });
  expect(emulator.dump(databaseName)).toEqual({
    'a/y/c/z': { list: [null, true, { s: 't' }] },
    'b/x': { n: 1.5, at: '1970-01-01T00:00:00.000Z', bytes: 'aGk=', link: documentName('a/y') },
  });
  expect(emulator.dump('other')).toEqual({});
});

test('closing ends the calls that wait, and may be repeated', async () => {
  const emulator = await startFirestore();
  const call = raw(emulator.host);
  const { transaction } = await call('BeginTransaction', { database: databaseName });
  await call('BatchGetDocuments', { database: databaseName, transaction, documents: [documentName('c/a')] });
  const writes = [{ delete: documentName('c/a') }];
  const waiting = call('Commit', { database: databaseName, writes });
  waiting.catch(() => undefined);
  await emulator.close();
  await emulator.close();
  await expect(waiting).rejects.toThrow(/ABORTED|UNAVAILABLE|CANCELLED/);
});

test('a port that is taken is an error', async () => {
  const { emulator } = await open();
  await expect(startFirestore({ port: emulator.port })).rejects.toThrow(/No address added|EADDRINUSE/);
});
