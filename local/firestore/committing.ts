// How writes take effect: after everybody's locks, against what the transaction read, durable before they are seen.
import type { Database, Engine } from './database.ts';
import { writeKeys } from './locks.ts';
import { contention, invalid } from './refused.ts';
import type { Micros } from './time.ts';
import type { Transaction } from './transactions.ts';
import type { WriteResult } from './wire.ts';
import { applyWrites, type CheckedWrite } from './writes.ts';

export type Committed = { readonly at: Micros; readonly results: readonly WriteResult[] };

function checkUnchanged(database: Database, transaction: Transaction): void {
  const { snapshot, holder } = transaction;
  if (snapshot === undefined) return;
  const { history } = database.documents;
  if (!history.reaches(snapshot)) throw contention();
  for (const { path } of history.since(snapshot)) {
    if (writeKeys(path).some((key) => holder.keys.has(key))) throw contention();
  }
}

function apply(engine: Engine, database: Database, writes: readonly CheckedWrite[]): Committed {
  const at = engine.ticker.next();
  const { changes, results } = applyWrites(database.documents.now, { database: database.name, writes, at });
  if (changes.length > 0) {
    engine.storage.commit(database.name, changes, at);
    database.documents.apply(changes, at);
  }
  const deletes = writes.filter(({ kind }) => kind === 'delete').length;
  database.counter.add({ deletes, writes: writes.filter(({ kind }) => kind === 'update').length });
  return { at, results };
}

/** All writes or none. The transaction, if any, is over afterwards, whatever the outcome. */
export async function commit(
  engine: Engine,
  request: {
    readonly database: Database;
    readonly transaction: Transaction | undefined;
    readonly writes: readonly CheckedWrite[];
  },
  signal: AbortSignal,
): Promise<Committed> {
  const { database, transaction, writes } = request;
  if (transaction?.readOnlyAt !== undefined) {
    engine.transactions.end(transaction);
    if (writes.length > 0) throw invalid('Cannot modify entities in a read-only transaction.');
    return { at: transaction.readOnlyAt, results: [] };
  }
  if (transaction !== undefined) engine.transactions.conclude(transaction);
  const keys = [...new Set(writes.flatMap(({ path }) => writeKeys(path)))];
  return database.locks.write(
    transaction?.holder,
    keys,
    () => {
      if (transaction !== undefined && engine.concurrency === 'optimistic')
        checkUnchanged(database, transaction);
      return apply(engine, database, writes);
    },
    { ms: engine.lockWaitMs, signal },
  );
}
