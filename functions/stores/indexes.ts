// The indexes that the queries of the stores need, and what ends by itself: Terraform makes these and turns all other indexes off, and the emulator refuses a query without its own.

export type IndexedField = { readonly field: string; readonly order: 'ascending' | 'descending' };

/** Of one collection. What is not named here is not indexed: each index of a field is a write for each write of its document. */
export type CollectionIndexes = {
  readonly collection: string;
  /** By the id of its database. */
  readonly database: '(default)' | 'inbox' | 'keys';
  readonly single: readonly IndexedField[];
  /** Equalities first, then the order. */
  readonly composite: readonly (readonly IndexedField[])[];
  /** Documents end by themselves, a day or so after the time in this field; null where they stay. */
  readonly expiring: string | null;
};

const ascending = (field: string): IndexedField => ({ field, order: 'ascending' });
const descending = (field: string): IndexedField => ({ field, order: 'descending' });

const plain = (database: CollectionIndexes['database'], collection: string): CollectionIndexes => ({
  database,
  collection,
  single: [],
  composite: [],
  expiring: null,
});

/** Every collection of the product. @see https://firebase.google.com/docs/firestore/query-data/index-overview */
export const indexes: readonly CollectionIndexes[] = [
  plain('(default)', 'handovers'),
  plain('(default)', 'health'),
  // Its documents have names that can be read from one day to another, which needs no index.
  { ...plain('(default)', 'history'), expiring: 'expiresAt' },
  {
    ...plain('(default)', 'incidents'),
    composite: [[ascending('site'), descending('openedAt')]],
  },
  {
    ...plain('(default)', 'outbox'),
    single: [ascending('dueAt'), ascending('settledAt')],
    composite: [[ascending('site'), ascending('dueAt')]],
  },
  plain('(default)', 'sites'),
  plain('(default)', 'standbys'),
  { ...plain('inbox', 'events'), single: [ascending('site')] },
  plain('inbox', 'heartbeats'),
  plain('inbox', 'pressure'),
  plain('keys', 'history'),
  plain('keys', 'keys'),
];
