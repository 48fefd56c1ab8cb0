// The keys database, read only: who may sign. Nothing here, and no type of it, can write.
import type { Firestore } from '@google-cloud/firestore';
import type { FlagRead } from '../domain/standby/key-flag.ts';
import { describeError } from '../kit/error.ts';
import { redactText } from '../kit/redact.ts';
import { ask } from './ask.ts';
import { openDatabase } from './open.ts';
import { readKeyFlag } from './standby-schemas.ts';
import type { KeysReader } from './store.ts';

async function readFlag(db: Firestore, signer: string, deadlineMs: number): Promise<FlagRead> {
  const path = `keys/${signer}`;
  try {
    const snapshot = await ask(path, () => db.doc(path).get(), { deadlineMs });
    if (!snapshot.exists) return { isReadable: true, flag: null };
    return { isReadable: true, flag: readKeyFlag(path, snapshot.data()) };
  } catch (error) {
    return { isReadable: false, why: redactText(describeError(error)) };
  }
}

/** Reads flags of this database one by one, so that a broken one leaves the others readable. */
export function keysReaderOf(db: Firestore, { deadlineMs = 10_000 } = {}): KeysReader {
  return {
    readFlags: async (signers) => {
      const wanted = [...new Set(signers)];
      const found = await Promise.all(
        wanted.map(async (signer) => [signer, await readFlag(db, signer, deadlineMs)] as const),
      );
      return new Map(found);
    },
  };
}

/**
 * The database `FIRESTORE_KEYS_DATABASE` (by default `keys`) of the project `KEYS_PROJECT` (by default that of everything else); on the
 * emulator `FIRESTORE_EMULATOR_HOST` when that is set.
 */
export function openKeysReader(variables: Readonly<Record<string, string | undefined>>): KeysReader {
  const emulator = variables['FIRESTORE_EMULATOR_HOST'];
  const own = variables['GOOGLE_CLOUD_PROJECT'] ?? (emulator === undefined ? undefined : 'local');
  return keysReaderOf(
    openDatabase({
      databaseId: variables['FIRESTORE_KEYS_DATABASE'] ?? 'keys',
      projectId: variables['KEYS_PROJECT'] ?? own,
      emulator,
    }),
  );
}
