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
      ...(host === undefined ? {} : { host, ssl: false }),
    });
  return openFirestoreStore({
    default: open(variables['FIRESTORE_DATABASE'] ?? '(default)'),
    inbox: open(variables['FIRESTORE_INBOX_DATABASE'] ?? 'inbox'),
  });
}
