// What a stored value must keep to: names, nesting, ranges and the 1 MiB limit, by Firestore's published size rules.
import { fullName } from '../names.ts';
import { invalid } from '../refused.ts';
import type { Fields, Timestamp, Value } from '../wire.ts';
import { vectorOf } from './order.ts';

const maxDepth = 20;
const maxNameBytes = 1500;
const maxDocumentBytes = 1_048_576;
const minSeconds = -62_135_596_800;
const maxSeconds = 253_402_300_799;

/** Bytes of text as Firestore counts them: UTF-8 and one more. */
function textSize(text: string): number {
  return Buffer.byteLength(text) + 1;
}

function nameSize(path: string): number {
  return path.split('/').reduce((size, segment) => size + textSize(segment), 16);
}

export function checkFieldName(name: string): void {
  if (name === '') throw invalid('Field names must not be empty.');
  if (/^__.*__$/s.test(name)) throw invalid(`Field name "${name}" is reserved.`);
  if (Buffer.byteLength(name) > maxNameBytes)
    throw invalid(`Field name is longer than ${maxNameBytes} bytes.`);
}

function truncate(timestamp: Timestamp): Timestamp {
  const seconds = Number(timestamp.seconds ?? '0');
  const nanos = timestamp.nanos ?? 0;
  if (seconds < minSeconds || seconds > maxSeconds || nanos < 0 || nanos > 999_999_999) {
    throw invalid(`Timestamp ${seconds}s ${nanos}ns is out of range.`);
  }
  return { seconds: String(seconds), nanos: nanos - (nanos % 1000) };
}

type Checked<T> = { readonly value: T; readonly size: number };

function checkArray(values: readonly Value[], depth: number, isVector: boolean): Checked<Value> {
  let size = 0;
  const checked: Value[] = [];
  for (const entry of values) {
    if (entry.valueType === 'arrayValue') throw invalid('Cannot convert an array value in an array value.');
    if (isVector && entry.valueType !== 'doubleValue' && entry.valueType !== 'integerValue') {
      throw invalid('A vector holds numbers only.');
    }
    const result = checkValue(entry, depth + 1);
    checked.push(result.value);
    size += result.size;
  }
  return { value: { valueType: 'arrayValue', arrayValue: { values: checked } }, size };
}

function checkMap(value: Value, fields: Fields, depth: number): Checked<Value> {
  const vector = vectorOf(value);
  if (vector === undefined) {
    const map = checkFields(fields, depth + 1);
    return { value: { valueType: 'mapValue', mapValue: { fields: map.value } }, size: map.size };
  }
  const content = checkArray(vector, depth + 1, true);
  const type: Value = { valueType: 'stringValue', stringValue: '__vector__' };
  const checked: Fields = { __type__: type, value: content.value };
  return { value: { valueType: 'mapValue', mapValue: { fields: checked } }, size: content.size + 26 };
}

/** The value as it is stored (timestamps cut to microseconds) with its size; refuses what Firestore refuses. */
export function checkValue(value: Value, depth = 1): Checked<Value> {
  if (depth > maxDepth)
    throw invalid(`Property contains an invalid nested entity: deeper than ${maxDepth} levels.`);
  switch (value.valueType) {
    case 'nullValue':
    case 'booleanValue':
      return { value, size: 1 };
    case 'integerValue':
    case 'doubleValue':
      return { value, size: 8 };
    case 'timestampValue':
      return { value: { ...value, timestampValue: truncate(value.timestampValue) }, size: 8 };
    case 'stringValue':
      return { value, size: textSize(value.stringValue) };
    case 'bytesValue':
      return { value, size: value.bytesValue.length };
    case 'referenceValue':
      if (!/^projects\/[^/]+\/databases\/[^/]+\/documents(\/[^/]+\/[^/]+)+$/.test(value.referenceValue)) {
        throw invalid(`Invalid reference value "${value.referenceValue}".`);
      }
      return { value, size: nameSize(value.referenceValue.split('/documents/')[1] ?? '') };
    case 'geoPointValue': {
      const { latitude = 0, longitude = 0 } = value.geoPointValue;
      if (!(Math.abs(latitude) <= 90) || !(Math.abs(longitude) <= 180))
        throw invalid('Geo point is out of range.');
      return { value: { ...value, geoPointValue: { latitude, longitude } }, size: 16 };
    }
    case 'arrayValue':
      return checkArray(value.arrayValue.values ?? [], depth, false);
    case 'mapValue':
      return checkMap(value, value.mapValue.fields ?? {}, depth);
    default:
      throw invalid('A field value has no type, or one that cannot be stored.');
  }
}

export function checkFields(fields: Fields, depth = 0): Checked<Fields> {
  const checked: Record<string, Value> = {};
  let size = 0;
  for (const [name, value] of Object.entries(fields)) {
    checkFieldName(name);
    const result = checkValue(value, depth + 1);
    checked[name] = result.value;
    size += textSize(name) + result.size;
  }
  return { value: checked, size };
}

/** Size in bytes of a whole document; refuses one over 1 MiB and one with a value that cannot be stored. */
export function checkDocument(database: string, path: string, fields: Fields): Checked<Fields> {
  const checked = checkFields(fields);
  const size = nameSize(path) + checked.size + 32;
  if (size > maxDocumentBytes) {
    throw invalid(
      `Document '${fullName(database, path)}' cannot be written because its size (${size} bytes) exceeds the maximum allowed size of ${maxDocumentBytes} bytes.`,
    );
  }
  return { value: checked.value, size };
}
