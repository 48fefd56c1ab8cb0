// Which state a read sees: the present, a past moment, or that of its transaction, which is begun and locked on the way.
import type { Database, Engine } from './database.ts';
import type { View } from './documents.ts';
import { contention, expired, invalid, Refused } from './refused.ts';
import { fromWire, type Micros } from './time.ts';
import type { Transaction } from './transactions.ts';
import type { Consistency, TransactionOptions } from './wire.ts';

/** `begun` is set for the read that started a transaction. */
export type Reading = {
  readonly view: View;
  readonly readAt: Micros;
  readonly begun: Transaction | undefined;
};

function pastView(engine: Engine, database: Database, at: Micros): View {
  if (at > engine.ticker.read()) throw invalid('The read time cannot be in the future.');
  const view = database.documents.at(at);
  if (view === undefined)
    throw new Refused('FAILED_PRECONDITION', 'The requested snapshot version is too old.');
  return view;
}

export function beginTransaction(
  engine: Engine,
  database: Database,
  options: TransactionOptions | undefined,
): Transaction {
  const common = { database: database.name, locks: database.locks };
  if (options?.readOnly === undefined) {
    const isRetry = (options?.readWrite?.retryTransaction?.length ?? 0) > 0;
    return engine.transactions.begin({ ...common, isRetry });
  }
  const { readTime } = options.readOnly;
  const readOnlyAt = readTime === undefined ? engine.ticker.read() : fromWire(readTime);
  pastView(engine, database, readOnlyAt);
  return engine.transactions.begin({ ...common, readOnlyAt, isRetry: false });
}

async function share(
  engine: Engine,
  transaction: Transaction,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  try {
    await transaction.locks.share(transaction.holder, keys, { ms: engine.lockWaitMs, signal });
  } catch (error) {
    engine.transactions.end(transaction);
    throw error;
  }
  if (engine.transactions.isOpen(transaction)) return;
  // It was rolled back or expired while it waited: what it just got must not stay locked.
  transaction.locks.release(transaction.holder);
  throw expired();
}

/** In optimistic mode all reads of a transaction see the moment of the first one, so that they never contradict each other. */
function snapshotOf(
  engine: Engine,
  database: Database,
  transaction: Transaction,
): Pick<Reading, 'view' | 'readAt'> {
  transaction.snapshot ??= engine.ticker.read();
  const view = database.documents.at(transaction.snapshot);
  if (view === undefined) {
    engine.transactions.end(transaction);
    throw contention();
  }
  return { view, readAt: transaction.snapshot };
}

/** `keys` are what the read depends on (see locks.ts); they are shared until the transaction ends. */
export async function reading(
  engine: Engine,
  request: {
    readonly database: Database;
    readonly consistency: Consistency;
    readonly keys: readonly string[];
  },
  signal: AbortSignal,
): Promise<Reading> {
  const { database, consistency, keys } = request;
  if (consistency.readTime !== undefined) {
    const readAt = fromWire(consistency.readTime);
    return { view: pastView(engine, database, readAt), readAt, begun: undefined };
  }
  const isNew = consistency.newTransaction !== undefined;
  if (!isNew && (consistency.transaction?.length ?? 0) === 0) {
    return { view: database.documents.now, readAt: engine.ticker.read(), begun: undefined };
  }
  const transaction = isNew
    ? beginTransaction(engine, database, consistency.newTransaction)
    : engine.transactions.find(consistency.transaction ?? new Uint8Array(), database.name);
  const begun = isNew ? transaction : undefined;
  if (transaction.readOnlyAt !== undefined) {
    return {
      view: pastView(engine, database, transaction.readOnlyAt),
      readAt: transaction.readOnlyAt,
      begun,
    };
  }
  await share(engine, transaction, keys, signal);
  if (engine.concurrency === 'optimistic') return { ...snapshotOf(engine, database, transaction), begun };
  return { view: database.documents.now, readAt: engine.ticker.read(), begun };
}
