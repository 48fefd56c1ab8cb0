// How a document is written and read: one strict schema for both ways, with a version, so that nothing unknown is ever guessed at.
import { z } from 'zod';
import { WatchdogError } from '../kit/error.ts';

/** A document as a database holds it: plain fields, among them `schema`, its version. */
export type Fields = Readonly<Record<string, unknown>>;

export type Codec<Value> = {
  /**
   * Reads a document of this version or the one before. `name` is its path, e.g. `sites/home`, and goes into messages; its content never
   * does. Throws ERR_DOCUMENT when it does not parse and ERR_DOCUMENT_NEWER when a later version wrote it.
   */
  readonly read: (name: string, fields: unknown) => Value;
  /** The fields of this version, without anything undefined. Throws ERR_DOCUMENT for a value that could not be read back. */
  readonly write: (name: string, value: Value) => Fields;
  /** Fields that only the version before had: a writer that replaces a document removes them. */
  readonly retired: readonly string[];
};

/** The version before: how it is read, what it becomes, and which of its fields are gone. */
export type Former<Value> = {
  readonly read: (name: string, fields: unknown) => Value;
  readonly retired: readonly string[];
};

function refuse(name: string, error: z.ZodError): WatchdogError {
  const [issue] = error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const path = [...(issue?.path ?? []), ...unknown].map(String).join('.') || '(whole document)';
  const what = issue?.code === 'unrecognized_keys' ? 'unknown field' : (issue?.code ?? 'invalid');
  return new WatchdogError(
    'ERR_DOCUMENT',
    `${name} does not parse at ${path}: ${what.replaceAll('_', ' ')}`,
    {
      meta: { document: name, path },
    },
  );
}

function parse<Value>(schema: z.ZodType<Value>, name: string, fields: unknown): Value {
  const result = schema.safeParse(fields);
  if (result.success) return result.data;
  throw refuse(name, result.error);
}

const versioned = z.looseObject({ schema: z.int().min(1) });

/** `broken`: one sentence for each document that cannot be read, naming it. */
export type ReadAll<Value> = { readonly values: Value[]; readonly broken: string[] };

/** Reads documents of which a broken one must not keep the others back. */
export function readAll<Value>(
  { read }: Codec<Value>,
  documents: Iterable<{ readonly path: string; readonly fields: unknown }>,
): ReadAll<Value> {
  const values: Value[] = [];
  const broken: string[] = [];
  for (const { path, fields } of documents) {
    try {
      values.push(read(path, fields));
    } catch (error) {
      if (!(error instanceof WatchdogError)) throw error;
      broken.push(error.message);
    }
  }
  return { values, broken };
}

/** The version before of a codec: `old` is its schema without `schema`, `upgrade` turns its value into today's. */
export function former<Old, Value>(
  old: z.ZodType<Old>,
  upgrade: (value: Old) => Value,
  retired: readonly string[] = [],
): Former<Value> {
  return { read: (name, fields) => upgrade(parse(old, name, fields)), retired };
}

/** A codec for documents whose fields are those of `schema`, a strict object, beside `schema: version`. */
export function codec<Value extends object>(
  schema: z.ZodType<Value>,
  options: { readonly version: number; readonly former?: Former<Value> },
): Codec<Value> {
  const { version, former: before } = options;
  return {
    retired: before?.retired ?? [],
    read: (name, document) => {
      const { schema: found, ...fields } = parse(versioned, name, document);
      if (found > version) {
        throw new WatchdogError(
          'ERR_DOCUMENT_NEWER',
          `${name} was written by a newer version (schema ${found}, this one knows ${version})`,
          { meta: { document: name, schema: found } },
        );
      }
      if (found === version) return parse(schema, name, fields);
      if (found === version - 1 && before !== undefined) return before.read(name, fields);
      throw new WatchdogError(
        'ERR_DOCUMENT',
        `${name} does not parse at schema: version ${found} is too old`,
        {
          meta: { document: name, path: 'schema' },
        },
      );
    },
    write: (name, value) => ({ ...parse(schema, name, value), schema: version }),
  };
}
