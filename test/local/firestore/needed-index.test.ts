// Which index a query needs: the emulator refuses it without, as the service does.
import { FieldPath, type Firestore, type Query } from '@google-cloud/firestore';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../../functions/stores/open.ts';
import type { Indexes } from '../../../local/firestore/query/needed-index.ts';
import { startFirestore, type FirestoreEmulator } from '../../../local/firestore/server.ts';

const all: readonly Indexes[] = [
  {
    database: '(default)',
    collection: 'rows',
    single: [
      { field: 'due', order: 'ascending' },
      { field: 'site', order: 'ascending' },
    ],
    composite: [
      [
        { field: 'site', order: 'ascending' },
        { field: 'opened', order: 'descending' },
      ],
    ],
  },
];

let emulator: FirestoreEmulator;
let db: Firestore;
beforeAll(async () => {
  emulator = await startFirestore({ indexes: all });
  db = openDatabase({ databaseId: '(default)', projectId: 'p', emulator: emulator.host });
});
afterAll(async () => {
  await db.terminate();
  await emulator.close();
});

const rows = (): Query => db.collection('rows');

describe('a query', () => {
  const served: readonly (readonly [string, () => Query])[] = [
    ['without filter and order', () => rows().limit(3)],
    [
      'from one name to another, for which every collection is in order',
      () => rows().orderBy(FieldPath.documentId()).startAt('a_2026-11-01').endAt('a_2026-11-30_~'),
    ],
    ['over one field', () => rows().where('due', '<=', 3).orderBy('due')],
    ['of two equalities, merged', () => rows().where('site', '==', 'a').where('due', '==', 1)],
    [
      'of an equality and an order, with their composite index',
      () => rows().where('site', '==', 'a').orderBy('opened', 'desc'),
    ],
  ];
  test.each(served)('%s is answered', async (_name, query) => {
    expect((await query().get()).size).toBe(0);
  });

  const refused: readonly (readonly [string, () => Query, RegExp])[] = [
    ['over a field without index', () => rows().where('other', '==', 1), /FAILED_PRECONDITION.*rows: other/],
    ['in the other direction', () => rows().orderBy('due', 'desc'), /FAILED_PRECONDITION.*due descending/],
    [
      'of an equality and an order the other way',
      () => rows().where('site', '==', 'a').orderBy('opened'),
      /FAILED_PRECONDITION.*site ascending, opened ascending/,
    ],
    [
      'of an equality and a comparison without their composite',
      () => rows().where('site', '==', 'a').where('due', '>', 1),
      /FAILED_PRECONDITION.*site ascending, due ascending/,
    ],
    ['of a collection that is not named', () => db.collection('others'), /knows of no collection others/],
  ];
  test.each(refused)('%s is refused', async (_name, query, why) => {
    await expect(query().get()).rejects.toThrow(why);
  });

  test('that counts needs it too', async () => {
    await expect(rows().where('other', '==', 1).count().get()).rejects.toThrow(/FAILED_PRECONDITION/);
  });
});
