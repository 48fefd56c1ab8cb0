// The only place that writes the keys database: a person's own hand, with that person's own identity. Nothing under functions/ may import it.
import { isDeepStrictEqual } from 'node:util';
import { type DocumentReference, type Firestore, Timestamp } from '@google-cloud/firestore';
import { type FlagRead, holderText, type KeyFlag } from '../functions/domain/standby/key-flag.ts';
import type { Clock } from '../functions/kit/clock.ts';
import { describeError } from '../functions/kit/error.ts';
import { redactText } from '../functions/kit/redact.ts';
import { ask, isAmbiguous } from '../functions/stores/ask.ts';
import { openDatabase } from '../functions/stores/open.ts';
import { keyFlagVersion, readKeyFlag } from '../functions/stores/standby-schemas.ts';
import type { FlagKeeper, FlagSeen, FlagWritten } from './handover/world.ts';

const pathOf = (signer: string): string => `keys/${signer}`;
/** So that the order of names is that of generations. */
const digits = 12;
const mostHistory = 5_000;
const entryOf = (generation: number): string => String(generation).padStart(digits, '0');

type Fields = Record<string, unknown>;

/** As it lies there; read back by the codec of the functions, so that nothing is written that they could not read. */
function fieldsOf(path: string, flag: KeyFlag): Fields {
  const former = flag.former === null ? null : { ...flag.former, holder: holderText(flag.former.holder) };
  const fields = {
    ...flag,
    publicKeys: [...flag.publicKeys],
    evidence: [...flag.evidence],
    holder: holderText(flag.holder),
    former,
    schema: keyFlagVersion,
  };
  readKeyFlag(path, fields);
  return fields;
}

const stamp = ({ seconds, nanoseconds }: Timestamp): string => `${seconds}.${nanoseconds}`;
function timestampOf(version: string): Timestamp {
  const [seconds = 0, nanoseconds = 0] = version.split('.').map(Number);
  return new Timestamp(seconds, nanoseconds);
}

const remedies: Readonly<Record<string, string>> = {
  PERMISSION_DENIED:
    'you may not: you need the role roles/datastore.user on the keys database, and nobody but persons should have it',
  UNAUTHENTICATED: 'Google does not know you: run gcloud auth application-default login',
  NOT_FOUND: 'there is no such database: is FIRESTORE_KEYS_DATABASE right, and the project?',
};

/** What went wrong, and what to do about it; holds no content of a document. */
function whyOf(error: unknown): string {
  const text = redactText(describeError(error));
  const remedy = Object.entries(remedies).find(([status]) => text.includes(status));
  if (remedy !== undefined) return `${text}; ${remedy[1]}`;
  return /default credentials|metadata/i.test(text)
    ? `${text}; run gcloud auth application-default login`
    : text;
}

type Options = { readonly clock: Clock; readonly deadlineMs?: number };

/** Keeps the flags of this database. */
export function flagKeeperOf(db: Firestore, { clock, deadlineMs = 15_000 }: Options): FlagKeeper {
  const readAt = async (reference: DocumentReference): Promise<FlagSeen> => {
    const { path } = reference;
    const before = clock.now();
    try {
      const snapshot = await ask(path, () => reference.get(), { deadlineMs });
      const after = clock.now();
      const asked = (before + after) / 2;
      const measured = {
        offsetMs: asked - snapshot.readTime.toMillis(),
        uncertaintyMs: (after - before) / 2,
        askedAt: after,
      };
      const read: FlagRead = {
        isReadable: true,
        flag: snapshot.exists ? readKeyFlag(path, snapshot.data()) : null,
      };
      const { updateTime } = snapshot;
      return { read, version: updateTime === undefined ? null : stamp(updateTime), clock: measured };
    } catch (error) {
      return { read: { isReadable: false, why: whyOf(error) }, version: null, clock: null };
    }
  };
  const read: FlagKeeper['read'] = (signer) => readAt(db.doc(pathOf(signer)));

  /** Whether it stands there, after a conflict or an answer that was lost. */
  const findOut = async (
    signer: string,
    { wanted, base, why }: { readonly wanted: Fields; readonly base: string | null; readonly why: string },
  ): Promise<FlagWritten> => {
    const seen = await read(signer);
    if (!seen.read.isReadable) return { end: 'unknown', why };
    const { flag } = seen.read;
    if (flag !== null && isDeepStrictEqual(fieldsOf(pathOf(signer), flag), wanted)) return { end: 'written' };
    // What was lost on its way may still arrive.
    if (seen.version === base) {
      return { end: 'unknown', why: `${why}; so far nothing was written`, isUntouched: true };
    }
    return { end: 'conflict', now: seen.read };
  };

  return {
    read,
    write: async (signer, seen, next) => {
      const path = pathOf(signer);
      if (!seen.read.isReadable) return { end: 'unknown', why: seen.read.why };
      // Both, or neither.
      const batch = db.batch();
      const document = db.doc(path);
      const fields = fieldsOf(path, next);
      if (seen.version === null) batch.create(document, fields);
      else batch.update(document, fields, { lastUpdateTime: timestampOf(seen.version) });
      batch.create(document.collection('history').doc(entryOf(next.generation)), fields);
      const base = { wanted: fields, base: seen.version };
      let failure: unknown = null;
      try {
        const end = await ask(
          path,
          async () => {
            try {
              await batch.commit();
              return 'written' as const;
            } catch (error) {
              failure = error;
              throw error;
            }
          },
          { deadlineMs, onConflict: 'conflict' as const },
        );
        if (end === 'written') return { end };
        const found = await findOut(signer, { ...base, why: 'somebody else has written' });
        if (found.end !== 'unknown' || found.isUntouched !== true) return found;
        const { generation } = next;
        return {
          end: 'refused',
          why: `generation ${generation} of ${signer} was given before: was the database restored? Then run watchdog handover restored`,
        };
      } catch (error) {
        const why = whyOf(error);
        // Without a failure of its own it did not answer in time.
        const isLost = failure === null || isAmbiguous(failure);
        return isLost ? findOut(signer, { ...base, why }) : { end: 'refused', why };
      }
    },
    history: async (signer, limit) => {
      const path = `${pathOf(signer)}/history`;
      // By their names, which are padded: no index is needed for that.
      const found = await ask(path, () => db.collection(path).limit(mostHistory).get(), { deadlineMs });
      const flags = found.docs.map((entry) => readKeyFlag(entry.ref.path, entry.data()));
      return flags.toReversed().slice(0, limit);
    },
  };
}

/**
 * The database `FIRESTORE_KEYS_DATABASE` (by default `keys`) of the project `KEYS_PROJECT` (by default `GOOGLE_CLOUD_PROJECT`, or that of the person's
 * own credentials); on the emulator `FIRESTORE_EMULATOR_HOST` when that is set. Whoever opens it ends it with `close`.
 */
export function openFlagKeeper(
  variables: Readonly<Record<string, string | undefined>>,
  { clock, project }: { readonly clock: Clock; readonly project?: string | undefined },
): FlagKeeper & { readonly close: () => Promise<void> } {
  const emulator = variables['FIRESTORE_EMULATOR_HOST'];
  const own = variables['GOOGLE_CLOUD_PROJECT'] ?? project ?? (emulator === undefined ? undefined : 'local');
  const db = openDatabase({
    databaseId: variables['FIRESTORE_KEYS_DATABASE'] ?? 'keys',
    projectId: variables['KEYS_PROJECT'] ?? own,
    emulator,
  });
  return { ...flagKeeperOf(db, { clock }), close: () => db.terminate() };
}
