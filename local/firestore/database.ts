// The databases of one emulator: each made on first use, with its documents, locks and counts; one clock and one storage for all.
import { counter, type Counter } from './counts.ts';
import { documents, type Documents } from './documents.ts';
import { locks, type Locks } from './locks.ts';
import { checkDatabase } from './names.ts';
import type { Indexes } from './query/needed-index.ts';
import type { Storage, Stored } from './storage.ts';
import type { Ticker } from './time.ts';
import type { Transactions } from './transactions.ts';

/** How read-write transactions keep others out: by locks, or by checking at the end that nothing changed. */
export type Concurrency = 'pessimistic' | 'optimistic';

export type Database = {
  /** `projects/P/databases/D` */
  readonly name: string;
  readonly documents: Documents;
  readonly locks: Locks;
  readonly counter: Counter;
};

/** What every method of the service works with. */
export type Engine = {
  readonly concurrency: Concurrency;
  readonly lockWaitMs: number;
  readonly storage: Storage;
  readonly ticker: Ticker;
  readonly transactions: Transactions;
  readonly databases: Databases;
  /** Null when every query is taken as indexed. */
  readonly indexes: readonly Indexes[] | null;
};

export type Databases = {
  /** Refuses a name that no real database could have. */
  readonly open: (name: string | undefined) => Database;
  /** By full name or by id; of several projects all that match. */
  readonly find: (nameOrId?: string) => readonly Database[];
};

export function databases(
  loaded: readonly { readonly database: string; readonly document: Stored }[],
  options: { readonly concurrency: Concurrency; readonly lastAt: number },
): Databases {
  const open = new Map<string, Database>();
  const add = (name: string, stored: readonly Stored[]): Database => {
    const database = {
      name,
      documents: documents(stored, options.lastAt),
      locks: locks(options.concurrency === 'pessimistic'),
      counter: counter(),
    };
    open.set(name, database);
    return database;
  };
  for (const [name, rows] of Map.groupBy(loaded, (row) => row.database)) {
    add(
      name,
      rows.map((row) => row.document),
    );
  }
  return {
    open: (name = '') => open.get(name) ?? add(checkDatabase(name), []),
    find: (wanted) =>
      [...open.values()].filter(
        ({ name }) => wanted === undefined || name === wanted || name.endsWith(`/${wanted}`),
      ),
  };
}
