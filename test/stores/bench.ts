// What the contract suite needs of a store: two clients of the same documents, and a way to look at them and to spoil them.
import type { Firestore } from '@google-cloud/firestore';
import { openFirestoreStore } from '../../functions/stores/firestore.ts';
import { openDatabase } from '../../functions/stores/open.ts';
import { openMemoryStore, type Shelf } from '../../functions/stores/memory.ts';
import type { Store } from '../../functions/stores/store.ts';

export type Bench = {
  readonly store: Store;
  /** Another client of the same documents. */
  readonly other: Store;
  /** Writes a document past the store. */
  readonly plant: (path: string, fields: Readonly<Record<string, unknown>>) => Promise<void>;
  /** A document as it lies there, null when there is none. */
  readonly peek: (path: string) => Promise<unknown>;
  readonly close: () => Promise<void>;
};

export function memoryBench(): Bench {
  const shelf: Shelf = new Map();
  return {
    store: openMemoryStore(shelf),
    other: openMemoryStore(shelf),
    plant: async (path, fields) => {
      shelf.set(path, { fields, version: (shelf.get(path)?.version ?? 0) + 1 });
    },
    peek: async (path) => structuredClone(shelf.get(path)?.fields ?? null),
    close: async () => {},
  };
}

let projects = 0;

/** Every bench has a project of its own, so that tests do not see each other's documents. */
export function firestoreBench(host: string): Bench & { readonly projectId: string } {
  projects += 1;
  const projectId = `test-${process.pid}-${projects}`;
  const clients: Firestore[] = [];
  const open = (databaseId: string): Firestore => {
    const client = openDatabase({ projectId, databaseId, emulator: host });
    clients.push(client);
    return client;
  };
  const databases = { default: open('(default)'), inbox: open('inbox') };
  const documentAt = (path: string) =>
    (/^(heartbeats|events|pressure)\//.test(path) ? databases.inbox : databases.default).doc(path);
  return {
    projectId,
    store: openFirestoreStore(databases),
    other: openFirestoreStore({ default: open('(default)'), inbox: open('inbox') }),
    plant: async (path, fields) => {
      await documentAt(path).set(fields);
    },
    peek: async (path) => (await documentAt(path).get()).data() ?? null,
    close: async () => {
      await Promise.all(clients.map((client) => client.terminate()));
    },
  };
}
