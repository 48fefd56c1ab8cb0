// The one order of all values across types, as published: null, booleans, numbers, timestamps, text, bytes, references, points, arrays, vectors, maps.
import { comparePaths } from '../names.ts';
import type { Fields, Timestamp, Value } from '../wire.ts';
import { compareNumbers, isNumber } from './number.ts';
import { compareText } from './text.ts';

/** A vector is a map that says so; it sorts between arrays and plain maps, first by dimension. */
export function vectorOf(value: Value): readonly Value[] | undefined {
  if (value.valueType !== 'mapValue') return undefined;
  const fields: Fields = value.mapValue.fields ?? {};
  const type = Object.hasOwn(fields, '__type__') ? fields['__type__'] : undefined;
  const content = Object.hasOwn(fields, 'value') ? fields['value'] : undefined;
  if (type?.valueType !== 'stringValue' || type.stringValue !== '__vector__') return undefined;
  return content?.valueType === 'arrayValue' ? (content.arrayValue.values ?? []) : undefined;
}

/** Values are of one type class when their ranks are equal; inequality filters match only within a class. */
export function rank(value: Value): number {
  switch (value.valueType) {
    case 'nullValue':
      return 0;
    case 'booleanValue':
      return 1;
    case 'integerValue':
    case 'doubleValue':
      return 2;
    case 'timestampValue':
      return 3;
    case 'stringValue':
      return 4;
    case 'bytesValue':
      return 5;
    case 'referenceValue':
      return 6;
    case 'geoPointValue':
      return 7;
    case 'arrayValue':
      return 8;
    case 'mapValue':
      return vectorOf(value) === undefined ? 10 : 9;
  }
}

function compareTimestamps(left: Timestamp, right: Timestamp): number {
  const seconds = Number(left.seconds ?? '0') - Number(right.seconds ?? '0');
  return seconds === 0 ? (left.nanos ?? 0) - (right.nanos ?? 0) : seconds;
}

function compareLists(left: readonly Value[], right: readonly Value[]): number {
  for (const [index, value] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = compareValues(value, other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function compareFields(left: Fields, right: Fields): number {
  const leftEntries = Object.entries(left).toSorted(([a], [b]) => compareText(a, b));
  const rightEntries = Object.entries(right).toSorted(([a], [b]) => compareText(a, b));
  for (const [index, [key, value]] of leftEntries.entries()) {
    const other = rightEntries[index];
    if (other === undefined) return 1;
    const order = compareText(key, other[0]) || compareValues(value, other[1]);
    if (order !== 0) return order;
  }
  return leftEntries.length - rightEntries.length;
}

/** Negative, zero or positive; a total order in which equivalent numbers (3 and 3.0) are equal. */
export function compareValues(left: Value, right: Value): number {
  const byRank = rank(left) - rank(right);
  if (byRank !== 0) return byRank;
  if (isNumber(left) && isNumber(right)) return compareNumbers(left, right);
  switch (left.valueType) {
    case 'booleanValue':
      return right.valueType === 'booleanValue' ? Number(left.booleanValue) - Number(right.booleanValue) : 0;
    case 'timestampValue':
      return right.valueType === 'timestampValue'
        ? compareTimestamps(left.timestampValue, right.timestampValue)
        : 0;
    case 'stringValue':
      return right.valueType === 'stringValue' ? compareText(left.stringValue, right.stringValue) : 0;
    case 'bytesValue':
      return right.valueType === 'bytesValue' ? Buffer.compare(left.bytesValue, right.bytesValue) : 0;
    case 'referenceValue':
      return right.valueType === 'referenceValue'
        ? comparePaths(left.referenceValue.split('/'), right.referenceValue.split('/'))
        : 0;
    case 'geoPointValue': {
      if (right.valueType !== 'geoPointValue') return 0;
      const latitude = (left.geoPointValue.latitude ?? 0) - (right.geoPointValue.latitude ?? 0);
      return latitude || (left.geoPointValue.longitude ?? 0) - (right.geoPointValue.longitude ?? 0);
    }
    case 'arrayValue':
      return right.valueType === 'arrayValue'
        ? compareLists(left.arrayValue.values ?? [], right.arrayValue.values ?? [])
        : 0;
    case 'mapValue': {
      if (right.valueType !== 'mapValue') return 0;
      const vector = vectorOf(left);
      const other = vectorOf(right);
      if (vector !== undefined && other !== undefined)
        return vector.length - other.length || compareLists(vector, other);
      return compareFields(left.mapValue.fields ?? {}, right.mapValue.fields ?? {});
    }
    case 'nullValue':
    case 'integerValue':
    case 'doubleValue':
      return 0;
  }
}

export function isEqual(left: Value, right: Value): boolean {
  return compareValues(left, right) === 0;
}
