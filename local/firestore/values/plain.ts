// Values as plain JSON for a person to read: a dump for the lab and for tests, not a format to load again.
import type { Fields, Timestamp, Value } from '../wire.ts';

export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

function isoTime(timestamp: Timestamp): string {
  return new Date(
    Number(timestamp.seconds ?? '0') * 1000 + Math.floor((timestamp.nanos ?? 0) / 1_000_000),
  ).toISOString();
}

/** Integers beyond 2^53 stay text, as do NaN and the infinities; bytes are base64, times ISO 8601 in milliseconds. */
function plainValue(value: Value): Plain {
  switch (value.valueType) {
    case 'nullValue':
      return null;
    case 'booleanValue':
      return value.booleanValue;
    case 'integerValue':
      return Number.isSafeInteger(Number(value.integerValue))
        ? Number(value.integerValue)
        : value.integerValue;
    case 'doubleValue':
      return Number.isFinite(value.doubleValue) ? value.doubleValue : String(value.doubleValue);
    case 'timestampValue':
      return isoTime(value.timestampValue);
    case 'stringValue':
      return value.stringValue;
    case 'bytesValue':
      return Buffer.from(value.bytesValue).toString('base64');
    case 'referenceValue':
      return value.referenceValue;
    case 'geoPointValue':
      return { latitude: value.geoPointValue.latitude ?? 0, longitude: value.geoPointValue.longitude ?? 0 };
    case 'arrayValue':
      return (value.arrayValue.values ?? []).map(plainValue);
    case 'mapValue':
      return plainFields(value.mapValue.fields ?? {});
  }
}

export function plainFields(fields: Fields): { readonly [key: string]: Plain } {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plainValue(value)]));
}
