// The official client, pointed at an emulator.
import { Firestore } from '@google-cloud/firestore';

/** The universe domain is given so that the client does not look for a metadata server. The caller ends it. */
export function officialClient(host: string, databaseId = 'main'): Firestore {
  const clientOptions = { universeDomain: 'googleapis.com' };
  return new Firestore({ projectId: 'test', databaseId, host, ssl: false, clientOptions });
}
