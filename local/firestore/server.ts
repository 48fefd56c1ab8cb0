// The emulator's door: starts it on loopback, and hands out what tests, benchmarks and the lab need to see and to break.
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { systemClock, type Clock } from '../../functions/kit/clock.ts';
import { noCounts, plus, type Counts } from './counts.ts';
import { databases, type Concurrency, type Engine } from './database.ts';
import { faultGate, type Faults } from './faults.ts';
import { loadProtos } from './protos.ts';
import type { Indexes } from './query/needed-index.ts';
import { firestoreService } from './service/service.ts';
import { memoryStorage } from './storage-memory.ts';
import { sqliteStorage } from './storage-sqlite.ts';
import { ticker } from './time.ts';
import { transactions } from './transactions.ts';
import { plainFields, type Plain } from './values/plain.ts';

export type FirestoreOptions = {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** Folder of the sqlite file; without it everything is forgotten at the end. */
  readonly dataDir?: string;
  /** Gives commit times and server timestamps. Waits and expiries run in real time. */
  readonly clock?: Clock;
  readonly concurrency?: Concurrency;
  /** How long a commit or a read waits for the locks of others before ABORTED; real time, default 5 s. */
  readonly lockWaitMs?: number;
  /** An open transaction that nobody uses for so long is over; real time, default 60 s. */
  readonly idleTransactionMs?: number;
  /** All that is indexed: then a query without its index is refused, and one of a collection that is not named. Without it all is indexed. */
  readonly indexes?: readonly Indexes[];
};

export type FirestoreEmulator = {
  /** `127.0.0.1:port`, for FIRESTORE_EMULATOR_HOST or the client's `host` with `ssl: false`. */
  readonly host: string;
  readonly port: number;
  /** Of one database (id or full name) or of all together, since the start or the last reset. */
  readonly counts: (database?: string) => Counts;
  readonly resetCounts: () => void;
  readonly faults: Faults;
  /** All documents of a database (id or full name) as plain JSON by relative path, in order of path. */
  readonly dump: (database: string) => Record<string, Plain>;
  /** Ends open calls and transactions, closes the socket and the file. May be called twice. */
  readonly close: () => Promise<void>;
};

// The service's limit for one request.
const maxRequestBytes = 11 * 1024 * 1024;

async function bind(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
}

function dump(engine: Engine, wanted: string): Record<string, Plain> {
  const everything = { parent: '', collectionId: '', allDescendants: true };
  const rows = engine.databases.find(wanted).flatMap(({ documents }) => documents.now.list(everything));
  const sorted = rows.toSorted((left, right) => (left.path < right.path ? -1 : 1));
  return Object.fromEntries(sorted.map(({ path, fields }) => [path, plainFields(fields)]));
}

/** Resolves when the emulator answers. Rejects when the port is taken or the data folder cannot be used. */
export async function startFirestore(options: FirestoreOptions = {}): Promise<FirestoreEmulator> {
  const { concurrency = 'pessimistic', lockWaitMs = 5000, idleTransactionMs = 60_000 } = options;
  const { service, codec } = loadProtos();
  const storage = options.dataDir === undefined ? memoryStorage() : sqliteStorage(options.dataDir, codec);
  const loaded = storage.load();
  const engine: Engine = {
    concurrency,
    lockWaitMs,
    storage,
    ticker: ticker(options.clock ?? systemClock, loaded.lastAt),
    transactions: transactions(idleTransactionMs),
    databases: databases(loaded.documents, { concurrency, lastAt: loaded.lastAt }),
    indexes: options.indexes ?? null,
  };
  const gate = faultGate();
  const server = new Server({
    'grpc.max_receive_message_length': maxRequestBytes,
    'grpc.max_send_message_length': -1,
  });
  server.addService(service, firestoreService(engine, gate));
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    for (const database of engine.databases.find()) database.locks.close();
    engine.transactions.close();
    server.forceShutdown();
    storage.close();
  };
  const port = await bind(server, options.port ?? 0).catch((error: unknown) => {
    close();
    throw error;
  });
  return {
    host: `127.0.0.1:${port}`,
    port,
    counts: (database) =>
      engine.databases
        .find(database)
        .map(({ counter }) => counter.read())
        .reduce(plus, noCounts),
    resetCounts: () => {
      for (const { counter } of engine.databases.find()) counter.reset();
    },
    faults: { set: gate.set, clear: gate.clear },
    dump: (database) => dump(engine, database),
    close: async () => close(),
  };
}
