// The small parts that any document is made of.
import * as fc from 'fast-check';
import { problemKinds, subjectKinds } from '../../functions/domain/incident.ts';
import { severities } from '../../functions/domain/severity.ts';

export const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
export const text = fc.string({ unit: 'grapheme', maxLength: 40 });
export const id = fc.stringMatching(/^[a-z][a-z0-9-]{0,19}$/);
// Names of fields may hold what looks like a path, a reserved word or nothing of the kind.
const key = fc.oneof(
  id,
  fc.constantFrom('target/rpc', 'a.b', '`a`', 'a b', 'toString', 'ä/ö.ü', '0', 'schema'),
);
export const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(arbitrary, { nil: null });
export const list = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.array(arbitrary, { maxLength: 4 });
export const record = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.dictionary(key, arbitrary, { maxKeys: 4, noNullPrototype: true });
export const severity = fc.constantFrom(...severities);
export const problem = fc.constantFrom(...problemKinds);
export const subject = fc.record({ kind: fc.constantFrom(...subjectKinds), id });
