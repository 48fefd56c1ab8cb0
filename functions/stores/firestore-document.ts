// Single documents of Firestore: read through a codec, and replaced as a whole only if they are as they were read.
import { isDeepStrictEqual } from 'node:util';
import {
  type DocumentReference,
  type DocumentSnapshot,
  FieldValue,
  Timestamp,
  type WriteBatch,
} from '@google-cloud/firestore';
import { WatchdogError } from '../kit/error.ts';
import { isAmbiguous, isConflict } from './ask.ts';
import type { Codec } from './codec.ts';

/** A document that is there, as a codec reads it. */
export const contentOf = (
  snapshot: DocumentSnapshot,
): { readonly path: string; readonly fields: unknown } => ({
  path: snapshot.ref.path,
  fields: snapshot.data(),
});

/** The document's value, null when there is none. */
export const read = <Value>(codec: Codec<Value>, snapshot: DocumentSnapshot): Value | null =>
  snapshot.exists ? codec.read(snapshot.ref.path, snapshot.data()) : null;

const stamp = ({ seconds, nanoseconds }: Timestamp): string => `${seconds}.${nanoseconds}`;

/** When the document was last written, to the nanosecond: `seconds.nanoseconds`; null when there is none. */
export const versionOf = ({ updateTime }: DocumentSnapshot): string | null =>
  updateTime === undefined ? null : stamp(updateTime);

/**
 * Adds to `batch` that the document becomes `value`, provided that it still has `version` (null: does not exist). Every field is named,
 * and those of former versions are removed, so nothing of the old document stays.
 */
export function replace<Value>(
  batch: WriteBatch,
  document: { readonly reference: DocumentReference; readonly version: string | null },
  content: { readonly codec: Codec<Value>; readonly value: Value },
): void {
  const { reference, version } = document;
  const { codec, value } = content;
  const fields = codec.write(reference.path, value);
  if (version === null) {
    batch.create(reference, fields);
    return;
  }
  const [seconds, nanoseconds] = version.split('.').map(Number);
  const retired = Object.fromEntries(codec.retired.map((name) => [name, FieldValue.delete()]));
  batch.update(
    reference,
    { ...retired, ...fields },
    { lastUpdateTime: new Timestamp(seconds ?? 0, nanoseconds ?? 0) },
  );
}

/** `next` is what the document is to become, null to leave it as it is. */
export type Decision<Value, Result> = { readonly next: Value | null; readonly result: Result };

const tries = 20;

/** A document as it was last seen, with its version. */
export type Seen<Value> = { readonly value: Value | null; readonly version: string | null };

export type ChangeOptions<Value> = {
  /** What is known of the document, which saves the read before a write; when it is out of date, or nothing is to be written, it is read. */
  readonly known?: Seen<Value> | undefined;
  /** Is told what was written. */
  readonly onWritten?: (seen: Seen<Value>) => void;
};

/**
 * Reads, decides and writes one document; when somebody wrote it meanwhile, all over again. Cheaper than a transaction: no locks that a
 * second client waits for, and a loser of a race knows at once. A write whose answer was lost counts as made.
 */
export async function change<Value, Result>(
  reference: DocumentReference,
  codec: Codec<Value>,
  decide: (value: Value | null) => Decision<Value, Result> | Promise<Decision<Value, Result>>,
  { known, onWritten }: ChangeOptions<Value> = {},
): Promise<Result> {
  let made: Decision<Value, Result> | null = null;
  const look = async (): Promise<Seen<Value>> => {
    const snapshot = await reference.get();
    return { value: read(codec, snapshot), version: versionOf(snapshot) };
  };
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const remembered = attempt === 1 ? known : undefined;
    // oxlint-disable-next-line no-await-in-loop -- each try depends on what the one before met
    const { value, version } = remembered ?? (await look());
    if (made !== null && isDeepStrictEqual(made.next, value)) return made.result;
    // oxlint-disable-next-line no-await-in-loop -- as above
    const decision = await decide(value);
    if (decision.next === null) {
      // No write says whether what is remembered still stands: another client's news would be taken for nothing new.
      if (remembered !== undefined) continue;
      return decision.result;
    }
    const batch = reference.firestore.batch();
    replace(batch, { reference, version }, { codec, value: decision.next });
    try {
      // oxlint-disable-next-line no-await-in-loop -- as above
      const [written] = await batch.commit();
      if (written !== undefined) onWritten?.({ value: decision.next, version: stamp(written.writeTime) });
      return decision.result;
    } catch (error) {
      const isWorthALook = isConflict(error) || (made === null && isAmbiguous(error));
      if (!isWorthALook) throw error;
      made = decision;
    }
  }
  throw new WatchdogError('ERR_STORE', `${reference.path} was written by others ${tries} times in a row`, {
    meta: { document: reference.path },
  });
}
