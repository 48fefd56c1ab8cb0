// Opens the store that a function's environment names.
import { Firestore } from '@google-cloud/firestore';
import { openFirestoreStore } from './firestore.ts';
import type { Store } from './store.ts';

/**
 * Firestore in the project `GOOGLE_CLOUD_PROJECT` (by default the one that the function runs in), databases `FIRESTORE_DATABASE` and
 * `FIRESTORE_INBOX_DATABASE` (by default `(default)` and `inbox`); over `FIRESTORE_EMULATOR_HOST` without encryption when that is set.
 */
export function openStore(variables: Readonly<Record<string, string | undefined>>): Store {
  const host = variables['FIRESTORE_EMULATOR_HOST'];
  const projectId = variables['GOOGLE_CLOUD_PROJECT'] ?? (host === undefined ? undefined : 'local');
  const open = (databaseId: string): Firestore =>
    new Firestore({
      databaseId,
      ...(projectId === undefined ? {} : { projectId }),
      // Without a universe the client looks for credentials of this machine, and on most machines waits for a metadata server
      // that is not there; an emulator asks for neither.
      ...(host === undefined
        ? {}
        : { host, ssl: false, clientOptions: { universeDomain: 'googleapis.com' } }),
    });
  return openFirestoreStore({
    default: open(variables['FIRESTORE_DATABASE'] ?? '(default)'),
    inbox: open(variables['FIRESTORE_INBOX_DATABASE'] ?? 'inbox'),
  });
}
