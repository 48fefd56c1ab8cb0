// The indexes that the queries of the stores need: Terraform makes these and turns all others off, and the emulator refuses a query without its own.

export type IndexedField = { readonly field: string; readonly order: 'ascending' | 'descending' };

/** Of one collection. What is not named here is not indexed: each index of a field is a write for each write of its document. */
export type CollectionIndexes = {
  readonly collection: string;
  /** By the id of its database. */
  readonly database: '(default)' | 'inbox' | 'keys';
  readonly single: readonly IndexedField[];
  /** Equalities first, then the order. */
  readonly composite: readonly (readonly IndexedField[])[];
};

const ascending = (field: string): IndexedField => ({ field, order: 'ascending' });
const descending = (field: string): IndexedField => ({ field, order: 'descending' });

const plain = (database: CollectionIndexes['database'], collection: string): CollectionIndexes => ({
  database,
  collection,
  single: [],
  composite: [],
});

/** Every collection of the product. @see https://firebase.google.com/docs/firestore/query-data/index-overview */
export const indexes: readonly CollectionIndexes[] = [
  plain('(default)', 'handovers'),
  plain('(default)', 'health'),
  plain('(default)', 'history'),
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
