// Reads single documents of Firestore through their codecs.
import type { DocumentSnapshot } from '@google-cloud/firestore';
import type { Codec } from './codec.ts';

/** The document's value, null when there is none. */
export const read = <Value>(codec: Codec<Value>, snapshot: DocumentSnapshot): Value | null =>
  snapshot.exists ? codec.read(snapshot.ref.path, snapshot.data()) : null;

/** When the document was last written, to the nanosecond: `seconds.nanoseconds`; null when there is none. */
export const versionOf = ({ updateTime }: DocumentSnapshot): string | null =>
  updateTime === undefined ? null : `${updateTime.seconds}.${updateTime.nanoseconds}`;
