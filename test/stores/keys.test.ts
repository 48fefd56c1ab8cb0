// Reading who may sign: an answer for each signer whatever the database does, and no way to write.
import type { Firestore } from '@google-cloud/firestore';
import { indexes } from '../../functions/stores/indexes.ts';
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import type { FlagRead, KeyFlag } from '../../functions/domain/standby/key-flag.ts';
import { keysReaderOf, openKeysReader } from '../../functions/stores/keys.ts';
import { openDatabase } from '../../functions/stores/open.ts';
import type { KeysReader } from '../../functions/stores/store.ts';
import { type FirestoreEmulator, startFirestore } from '../../local/firestore/server.ts';

let emulator: FirestoreEmulator;
const clients: Firestore[] = [];
const database = (databaseId = 'keys', projectId = 'local'): Firestore => {
  const client = openDatabase({ projectId, databaseId, emulator: emulator.host });
  clients.push(client);
  return client;
};
beforeAll(async () => {
  emulator = await startFirestore({ indexes });
});
afterEach(async () => {
  emulator.faults.clear();
  await Promise.all(clients.splice(0).map((client) => client.terminate()));
});
afterAll(() => emulator.close());

const secret = 'hunter2';
const flag: KeyFlag = {
  holder: { kind: 'basement', site: 'home' },
  instance: 'a8f1',
  generation: 4,
  minHeight: 12,
  publicKeys: ['0xab'],
  since: 1_796_091_247_000,
  by: 'Maria',
  reason: 'the first',
  evidence: ['the house signs'],
  former: null,
  backup: null,
  override: null,
};
const fields = (over: object = {}) => ({ ...flag, schema: 2, holder: 'basement/home', ...over });

describe('a flag', () => {
  test('that nobody ever wrote is read as none', async () => {
    const reads = await keysReaderOf(database()).readFlags(['never']);
    expect(reads).toEqual(new Map([['never', { isReadable: true, flag: null }]]));
    expect(await keysReaderOf(database()).readFlags([])).toEqual(new Map());
  });

  const holders: [string, KeyFlag['holder']][] = [
    ['none', { kind: 'none' }],
    ['basement/home', { kind: 'basement', site: 'home' }],
    [
      'node/my-project/europe-west3-a/bw-eth-1-0a1b2c3d',
      { kind: 'node', project: 'my-project', zone: 'europe-west3-a', name: 'bw-eth-1-0a1b2c3d' },
    ],
  ];
  test.each(holders)('of %s is read as it stands there', async (text, holder) => {
    const db = database();
    await db.doc('keys/eth').set(fields({ holder: text }));
    const reads = await keysReaderOf(db).readFlags(['eth']);
    expect(reads.get('eth')).toEqual({ isReadable: true, flag: { ...flag, holder } });
  });

  test.each([
    ['broken', fields({ holder: `node/${secret}` }), /^ERR_DOCUMENT: keys\/bad does not parse at holder/],
    ['of a field more', fields({ private: secret }), /^ERR_DOCUMENT: keys\/bad does not parse at private/],
    ['without its schema', { holder: secret }, /^ERR_DOCUMENT: keys\/bad does not parse at schema/],
    ['empty', {}, /^ERR_DOCUMENT: keys\/bad does not parse at schema/],
    ['newer', { schema: 3, holder: secret }, /^ERR_DOCUMENT_NEWER: keys\/bad .*newer version/],
  ])('that is %s is unreadable by its name, and leaves the others readable', async (_, bad, why) => {
    const db = database('keys', 'broken');
    await db.doc('keys/bad').set(bad);
    await db.doc('keys/good').set(fields());
    const reads = await keysReaderOf(db).readFlags(['bad', 'good', 'never', 'bad']);
    expect([...reads.keys()]).toEqual(['bad', 'good', 'never']);
    expect(reads.get('bad')).toEqual({ isReadable: false, why: expect.stringMatching(why) });
    expect(JSON.stringify(reads.get('bad'))).not.toContain(secret);
    expect(reads.get('good')).toEqual({ isReadable: true, flag });
    expect(reads.get('never')).toEqual({ isReadable: true, flag: null });
  });

  test.each(['', '..', 'a/b', '__x__'])(
    'of the signer %j, which is no name, is not read as none',
    async (signer) => {
      const reads = await keysReaderOf(database()).readFlags([signer]);
      expect(reads.get(signer)).toMatchObject({ isReadable: false });
    },
  );
});

describe('a database in trouble', () => {
  const unreadable = async (reader: KeysReader): Promise<string> => {
    const read: FlagRead | undefined = (await reader.readFlags(['eth'])).get('eth');
    return read === undefined || read.isReadable ? 'readable' : read.why;
  };

  test.each(['PERMISSION_DENIED', 'UNAUTHENTICATED', 'NOT_FOUND'] as const)(
    'that says %s is unreadable, by that word alone',
    async (code) => {
      const db = database();
      await db.doc('keys/eth').set(fields());
      emulator.faults.set(() => ({ code, message: secret }));
      expect(await unreadable(keysReaderOf(db))).toBe(`ERR_STORE: the store failed about keys/eth: ${code}`);
    },
  );

  test.each(['UNAVAILABLE', 'INTERNAL'] as const)(
    'that goes on saying %s, which the client asks about again, is unreadable within the deadline',
    async (code) => {
      const db = database();
      await db.doc('keys/eth').set(fields());
      emulator.faults.set(() => ({ code, message: secret }));
      expect(await unreadable(keysReaderOf(db, { deadlineMs: 200 }))).toBe(
        'ERR_STORE: the store did not answer about keys/eth in 200 ms',
      );
    },
  );

  test('that does not answer is unreadable within the deadline', async () => {
    emulator.faults.set(() => ({ delayMs: 400 }));
    expect(await unreadable(keysReaderOf(database(), { deadlineMs: 100 }))).toBe(
      'ERR_STORE: the store did not answer about keys/eth in 100 ms',
    );
  });

  test('keeps back only those flags that it is in trouble about', async () => {
    const db = database();
    await db.doc('keys/good').set(fields());
    emulator.faults.set(({ documents }) =>
      documents.includes('keys/eth') ? { code: 'PERMISSION_DENIED' } : undefined,
    );
    const reads = await keysReaderOf(db).readFlags(['eth', 'good']);
    expect(reads.get('eth')).toMatchObject({ isReadable: false });
    expect(reads.get('good')).toEqual({ isReadable: true, flag });
  });
});

describe('the reader', () => {
  test('can do nothing but read', async () => {
    expectTypeOf<keyof KeysReader>().toEqualTypeOf<'readFlags'>();
    expect(Object.keys(keysReaderOf(database()))).toEqual(['readFlags']);
    const db = database('keys', 'untouched');
    await db.doc('keys/eth').set(fields());
    emulator.resetCounts();
    await keysReaderOf(db).readFlags(['eth', 'never']);
    expect(emulator.counts()).toEqual({ reads: 2, writes: 0, deletes: 0 });
  });

  test.each([
    ['the database keys of the own project', {}, 'local', 'keys'],
    ['the database that is named', { FIRESTORE_KEYS_DATABASE: 'flags' }, 'local', 'flags'],
    ['its own project', { GOOGLE_CLOUD_PROJECT: 'mine' }, 'mine', 'keys'],
    ['another project', { GOOGLE_CLOUD_PROJECT: 'mine', KEYS_PROJECT: 'theirs' }, 'theirs', 'keys'],
  ])('reads %s', async (_, variables, projectId, databaseId) => {
    const db = database(databaseId, projectId);
    await db.doc('keys/own').set(fields({ reason: `${projectId} ${databaseId}` }));
    const reader = openKeysReader({ FIRESTORE_EMULATOR_HOST: emulator.host, ...variables });
    expect((await reader.readFlags(['own'])).get('own')).toEqual({
      isReadable: true,
      flag: { ...flag, reason: `${projectId} ${databaseId}` },
    });
  });
});
