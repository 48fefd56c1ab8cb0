// Paths to fields inside a document: `a.b`, with backticks around names that are not plain identifiers.
import { invalid } from './refused.ts';
import type { Fields, Value } from './wire.ts';

export type FieldPath = readonly string[];

const plain = /^[A-Za-z_][A-Za-z_0-9]*/;
// Inside backticks a backslash escapes a backtick or itself.
const quoted = /^`((?:[^`\\]|\\.)+)`/s;

export function parseFieldPath(text: string): FieldPath {
  const path: string[] = [];
  let rest = text;
  for (;;) {
    const word = plain.exec(rest)?.[0];
    const quote = word === undefined ? quoted.exec(rest) : null;
    const part = word ?? quote?.[0];
    if (part === undefined) throw invalid(`Invalid field path "${text}".`);
    path.push(word ?? (quote?.[1] ?? '').replaceAll(/\\(.)/gs, '$1'));
    rest = rest.slice(part.length);
    if (rest === '') return path;
    if (!rest.startsWith('.')) throw invalid(`Invalid field path "${text}".`);
    rest = rest.slice(1);
  }
}

function own(fields: Fields, name: string): Value | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

function inside(value: Value | undefined): Fields {
  return value?.valueType === 'mapValue' ? (value.mapValue.fields ?? {}) : {};
}

export function fieldAt(fields: Fields, path: FieldPath): Value | undefined {
  const [head, ...tail] = path;
  if (head === undefined) return undefined;
  const value = own(fields, head);
  if (tail.length === 0) return value;
  return value === undefined ? undefined : fieldAt(inside(value), tail);
}

/** A copy with the field set (or, with undefined, removed); what stands in the way and is no map becomes one. */
export function withField(fields: Fields, path: FieldPath, value: Value | undefined): Fields {
  const [head, ...tail] = path;
  if (head === undefined) return fields;
  const old = own(fields, head);
  if (value === undefined && (tail.length === 0 || old?.valueType !== 'mapValue')) {
    if (tail.length > 0) return fields;
    return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== head));
  }
  if (tail.length === 0 && value !== undefined) return { ...fields, [head]: value };
  return {
    ...fields,
    [head]: { valueType: 'mapValue', mapValue: { fields: withField(inside(old), tail, value) } },
  };
}

/** Only the named fields; `__name__` selects nothing, since the name is always sent. */
export function project(fields: Fields, paths: readonly FieldPath[]): Fields {
  let result: Fields = {};
  for (const path of paths) {
    const value = fieldAt(fields, path);
    if (value !== undefined) result = withField(result, path, value);
  }
  return result;
}
