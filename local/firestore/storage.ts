// The door to durability: documents live in memory, and a storage remembers each commit before it is acknowledged.
import type { Micros } from './time.ts';
import type { Fields } from './wire.ts';

/** One document; `path` is relative to its database, `size` counts bytes by Firestore's rules. Never changed in place. */
export type Stored = {
  readonly path: string;
  readonly fields: Fields;
  readonly createTime: Micros;
  readonly updateTime: Micros;
  readonly size: number;
};

/** What one commit does to one document; `after` is undefined when it is deleted. */
export type Change = { readonly path: string; readonly after: Stored | undefined };

export type Loaded = {
  readonly lastAt: Micros;
  readonly documents: readonly { readonly database: string; readonly document: Stored }[];
};

export type Storage = {
  /** Everything that was acknowledged; called once, before the first commit. */
  readonly load: () => Loaded;
  /** All of the changes or none; on return they survive the death of this process. */
  readonly commit: (database: string, changes: readonly Change[], at: Micros) => void;
  readonly close: () => void;
};

/** Fields as bytes and back; the members stay ignorant of protobuf. */
export type FieldsCodec = {
  readonly encode: (fields: Fields) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => Fields;
};
