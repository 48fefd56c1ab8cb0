// How transactions keep out of each other's way: locks, waiting, deadlocks, expiry; and checks at the end in optimistic mode.
import { expect, test } from 'vitest';
import { code, databaseName, documentName, open, raw, type Raw } from './emulator.ts';

const database = databaseName;

async function begin(call: Raw, options: object = { readWrite: {} }): Promise<unknown> {
  return (await call('BeginTransaction', { database, options }))['transaction'];
}

function read(
  call: Raw,
  transaction: unknown,
  ...paths: readonly string[]
): Promise<Record<string, unknown>> {
  return call('BatchGetDocuments', { database, transaction, documents: paths.map(documentName) });
}

function set(path: string, n: number): object {
  return { update: { name: documentName(path), fields: { n: { integerValue: String(n) } } } };
}

function commit(
  call: Raw,
  transaction: unknown,
  ...writes: readonly object[]
): Promise<Record<string, unknown>> {
  return call('Commit', { database, writes, ...(transaction === undefined ? {} : { transaction }) });
}

/** Whether a promise is settled after everything that is under way at the server was answered. */
async function isSettled(call: Raw, promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const mark = (): void => {
    settled = true;
  };
  promise.then(mark, mark);
  for (let round = 0; round < 5; round += 1)
    await call('ListCollectionIds', { parent: `${database}/documents` });
  return settled;
}

test('a write waits for the transactions that read the document, and goes through when they end', async () => {
  const { emulator } = await open();
  const call = raw(emulator.host);
  const transaction = await begin(call);
  await read(call, transaction, 'c/a');
  const write = commit(call, undefined, set('c/a', 1));
  expect(await isSettled(call, write)).toBe(false);
  await commit(call, undefined, set('c/other', 1));
  await call('Rollback', { database, transaction });
  await write;
  expect(emulator.dump('main')).toEqual({ 'c/a': { n: 1 }, 'c/other': { n: 1 } });
});

test('a query in a transaction locks its collection, and only that', async () => {
  const { emulator } = await open();
  const call = raw(emulator.host);
  const transaction = await begin(call);
  const query = { from: [{ collectionId: 'c' }] };
  await call('RunQuery', { parent: `${database}/documents`, structuredQuery: query, transaction });
  const write = commit(call, undefined, set('c/new', 1));
  await commit(call, undefined, set('d/a', 1), set('d/a/c/inner', 1));
  expect(await isSettled(call, write)).toBe(false);
  await commit(call, transaction);
  await write;
});

test('a query over all collections of an id waits for them at every depth', async () => {
  const { emulator } = await open();
  const call = raw(emulator.host);
  const transaction = await begin(call);
  const query = { from: [{ collectionId: 'c', allDescendants: true }] };
  await call('RunQuery', { parent: `${database}/documents`, structuredQuery: query, transaction });
  const write = commit(call, undefined, set('d/a/c/inner', 1));
  expect(await isSettled(call, write)).toBe(false);
  await call('Rollback', { database, transaction });
  await write;
});

test('of two transactions that read the same document and both write it, one is aborted at once', async () => {
  const { emulator } = await open({ lockWaitMs: 600_000 });
  const call = raw(emulator.host);
  const [first, second] = [await begin(call), await begin(call)];
  await read(call, first, 'c/a');
  await read(call, second, 'c/a');
  const winner = commit(call, first, set('c/a', 1));
  await expect(commit(call, second, set('c/a', 2))).rejects.toMatchObject({ code: code.aborted });
  await winner;
  expect(emulator.dump('main')).toEqual({ 'c/a': { n: 1 } });
});

test('a ring of three transactions is broken at once, and the other two go through', async () => {
  const { emulator } = await open({ lockWaitMs: 600_000 });
  const call = raw(emulator.host);
  const ring = await Promise.all(['a', 'b', 'c'].map(() => begin(call)));
  for (const [index, transaction] of ring.entries()) await read(call, transaction, `c/${index}`);
  const commits = ring.map((transaction, index) =>
    commit(call, transaction, set(`c/${(index + 1) % 3}`, index)),
  );
  const outcomes = await Promise.allSettled(commits);
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
});

test('a retry is spared: the transaction that never failed gives way to it', async () => {
  const { emulator } = await open({ lockWaitMs: 600_000 });
  const call = raw(emulator.host);
  const fresh = await begin(call);
  const retry = await begin(call, { readWrite: { retryTransaction: Buffer.from('earlier') } });
  await read(call, fresh, 'c/a');
  await read(call, retry, 'c/a');
  const loser = commit(call, fresh, set('c/a', 1));
  loser.catch(() => undefined);
  expect(await isSettled(call, loser)).toBe(false);
  await commit(call, retry, set('c/a', 2));
  await expect(loser).rejects.toMatchObject({ code: code.aborted });
  expect(emulator.dump('main')).toEqual({ 'c/a': { n: 2 } });
});

test('a new reader queues behind a waiting writer, so that readers cannot starve it', async () => {
  const { emulator } = await open();
  const call = raw(emulator.host);
  const first = await begin(call);
  await read(call, first, 'c/a');
  const write = commit(call, undefined, set('c/a', 1));
  expect(await isSettled(call, write)).toBe(false);
  const late = read(call, await begin(call), 'c/a');
  expect(await isSettled(call, late)).toBe(false);
  await read(call, first, 'c/a', 'c/b');
  await call('Rollback', { database, transaction: first });
  await write;
  expect(await late).toMatchObject({ answers: [{ found: { fields: { n: { integerValue: '1' } } } }] });
});

test('who waits for longer than the limit is aborted, and the lock stays with its holder', async () => {
  const { emulator } = await open({ lockWaitMs: 30 });
  const call = raw(emulator.host);
  const transaction = await begin(call);
  await read(call, transaction, 'c/a');
  await expect(commit(call, undefined, set('c/a', 1))).rejects.toMatchObject({
    code: code.aborted,
    details: 'Transaction lock timeout.',
  });
  await commit(call, transaction, set('c/a', 2));
  expect(emulator.dump('main')).toEqual({ 'c/a': { n: 2 } });
});

test('a transaction that is idle for too long loses its locks and is refused as the client expects', async () => {
  const { emulator } = await open({ idleTransactionMs: 30 });
  const call = raw(emulator.host);
  const transaction = await begin(call);
  await read(call, transaction, 'c/a');
  await commit(call, undefined, set('c/a', 1));
  await expect(commit(call, transaction, set('c/a', 2))).rejects.toMatchObject({
    code: code.invalid,
    details: expect.stringMatching(/transaction has expired/),
  });
});

test('a transaction can be committed once, and one that failed is over', async () => {
  const { emulator } = await open();
  const call = raw(emulator.host);
  const transaction = await begin(call);
  await commit(call, transaction, set('c/a', 1));
  await expect(commit(call, transaction, set('c/a', 2))).rejects.toMatchObject({ code: code.invalid });
  const failing = await begin(call);
  await read(call, failing, 'c/a');
  const create = { ...set('c/a', 2), currentDocument: { exists: false } };
  await expect(commit(call, failing, create)).rejects.toMatchObject({ code: code.exists });
  await commit(call, undefined, set('c/a', 3));
  expect(emulator.dump('main')).toEqual({ 'c/a': { n: 3 } });
});

test('a caller who goes away while waiting leaves nothing behind', async () => {
  const { emulator, client } = await open();
  const call = raw(emulator.host);
  const transaction = await begin(call);
  await read(call, transaction, 'c/a');
  const gone = raw(emulator.host);
  const write = commit(gone, undefined, set('c/a', 1));
  write.catch(() => undefined);
  expect(await isSettled(call, write)).toBe(false);
  gone.hangUp();
  await expect(write).rejects.toThrow('CANCELLED');
  // New readers queue behind a writer that waits: one that is let in shows that the writer has left.
  await expect.poll(async () => isSettled(call, read(call, await begin(call), 'c/a'))).toBe(true);
  await call('Rollback', { database, transaction });
  expect((await client.doc('c/a').get()).exists).toBe(false);
});

test('a read-only transaction may not write', async () => {
  const { emulator } = await open();
  const call = raw(emulator.host);
  const transaction = await begin(call, { readOnly: {} });
  await expect(commit(call, transaction, set('c/a', 1))).rejects.toMatchObject({ code: code.invalid });
});

test('in optimistic mode nobody waits, and the one whose reads changed is aborted', async () => {
  const { emulator } = await open({ concurrency: 'optimistic', lockWaitMs: 600_000 });
  const call = raw(emulator.host);
  const stale = await begin(call);
  await read(call, stale, 'c/a');
  await commit(call, undefined, set('c/a', 1));
  expect(await read(call, stale, 'c/a')).toMatchObject({ answers: [{ missing: documentName('c/a') }] });
  await expect(commit(call, stale, set('c/b', 1))).rejects.toMatchObject({ code: code.aborted });

  const unaffected = await begin(call);
  await read(call, unaffected, 'c/a');
  await commit(call, undefined, set('c/other', 1));
  await commit(call, unaffected, set('c/a', 2));

  const query = await begin(call);
  const structuredQuery = { from: [{ collectionId: 'c' }] };
  await call('RunQuery', { parent: `${database}/documents`, structuredQuery, transaction: query });
  await commit(call, undefined, set('c/phantom', 1));
  await expect(commit(call, query, set('d/a', 1))).rejects.toMatchObject({ code: code.aborted });
});
