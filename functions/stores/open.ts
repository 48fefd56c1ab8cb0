// Opens the store that a function's environment names.
import { Firestore } from '@google-cloud/firestore';
import { openFirestoreStore } from './firestore.ts';
import type { Store } from './store.ts';

export type DatabaseAddress = {
  readonly databaseId: string;
  /** The project that the process runs in when it is not given. */
  readonly projectId?: string | undefined;
  /** `address:port` of an emulator, which is spoken to without encryption and identity. */
  readonly emulator?: string | undefined;
};

/** A client of one database; whoever opens it terminates it. */
export function openDatabase({ databaseId, projectId, emulator }: DatabaseAddress): Firestore {
  return new Firestore({
    databaseId,
    // Without it reads that are refused for good are tried three times over seven seconds, and those of a moment's trouble late.
    gaxServerStreamingRetries: true,
    ...(projectId === undefined ? {} : { projectId }),
    ...(emulator === undefined ? {} : withoutIdentity(emulator)),
  });
}

// Naming the domain keeps the client from looking for credentials, and so for a metadata server, before its first call.
const withoutIdentity = (host: string) => ({
  host,
  ssl: false,
  clientOptions: { universeDomain: 'googleapis.com' },
});

/**
 * Firestore in the project `GOOGLE_CLOUD_PROJECT` (by default the one that the function runs in), databases `FIRESTORE_DATABASE` and
 * `FIRESTORE_INBOX_DATABASE` (by default `(default)` and `inbox`); on the emulator `FIRESTORE_EMULATOR_HOST` when that is set.
 */
export function openStore(variables: Readonly<Record<string, string | undefined>>): Store {
  const emulator = variables['FIRESTORE_EMULATOR_HOST'];
  const projectId = variables['GOOGLE_CLOUD_PROJECT'] ?? (emulator === undefined ? undefined : 'local');
  const open = (databaseId: string): Firestore => openDatabase({ databaseId, projectId, emulator });
  return openFirestoreStore({
    default: open(variables['FIRESTORE_DATABASE'] ?? '(default)'),
    inbox: open(variables['FIRESTORE_INBOX_DATABASE'] ?? 'inbox'),
  });
}
