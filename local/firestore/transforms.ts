// Field transforms of a write: server time, increment, maximum, minimum, and the two array operations.
import { fieldAt, parseFieldPath, withField, type FieldPath } from './field-path.ts';
import { invalid } from './refused.ts';
import { toWire, type Micros } from './time.ts';
import { add, compareNumbers, isNumber, toDouble, type NumberValue } from './values/number.ts';
import { checkFieldName, checkValue } from './values/check.ts';
import { isEqual } from './values/order.ts';
import type { ArrayValue, Fields, FieldTransform, Value } from './wire.ts';

/** `result` is what the client is told: the new value, or null for array operations. */
type Outcome = { readonly value: Value; readonly result: Value };

export type Transform = {
  readonly path: FieldPath;
  readonly run: (old: Value | undefined, at: Micros) => Outcome;
};

const nothing: Value = { valueType: 'nullValue', nullValue: 'NULL_VALUE' };

function same(value: Value): Outcome {
  return { value, result: value };
}

function operand(value: Value, name: string): NumberValue {
  if (!isNumber(value)) throw invalid(`${name} needs an integer or a double.`);
  return value;
}

/** The larger operand keeps its type, equivalent ones leave the field alone, NaN wins. */
function extreme(old: Value | undefined, given: NumberValue, direction: 1 | -1): Outcome {
  if (!isNumber(old)) return same(given);
  if (Number.isNaN(toDouble(old))) return same(old);
  if (Number.isNaN(toDouble(given))) return same(given);
  return same(compareNumbers(given, old) * direction > 0 ? given : old);
}

function elements(value: Value | undefined): readonly Value[] {
  return value?.valueType === 'arrayValue' ? (value.arrayValue.values ?? []) : [];
}

function checked(list: ArrayValue): readonly Value[] {
  return elements(checkValue({ valueType: 'arrayValue', arrayValue: list }).value);
}

function array(values: readonly Value[]): Outcome {
  return { value: { valueType: 'arrayValue', arrayValue: { values } }, result: nothing };
}

function append(old: Value | undefined, more: readonly Value[]): Outcome {
  const result = [...elements(old)];
  for (const value of more) {
    if (!result.some((present) => isEqual(present, value))) result.push(value);
  }
  return array(result);
}

/** The server's time has millisecond precision and is one for the whole commit. */
function serverTime(at: Micros): Outcome {
  return same({ valueType: 'timestampValue', timestampValue: toWire(at - (at % 1000)) });
}

function runner(transform: FieldTransform): Transform['run'] {
  const { increment, maximum, minimum, appendMissingElements, removeAllFromArray } = transform;
  if (transform.setToServerValue === 'REQUEST_TIME') return (_, at) => serverTime(at);
  if (increment !== undefined) {
    const by = operand(increment, 'increment');
    return (old) => same(isNumber(old) ? add(old, by) : by);
  }
  if (maximum !== undefined) {
    const given = operand(maximum, 'maximum');
    return (old) => extreme(old, given, 1);
  }
  if (minimum !== undefined) {
    const given = operand(minimum, 'minimum');
    return (old) => extreme(old, given, -1);
  }
  if (appendMissingElements !== undefined) {
    const more = checked(appendMissingElements);
    return (old) => append(old, more);
  }
  if (removeAllFromArray !== undefined) {
    const unwanted = checked(removeAllFromArray);
    return (old) => array(elements(old).filter((value) => !unwanted.some((other) => isEqual(value, other))));
  }
  throw invalid(`The transform of field "${transform.fieldPath}" has no known type.`);
}

export function parseTransform(transform: FieldTransform): Transform {
  const path = parseFieldPath(transform.fieldPath ?? '');
  for (const name of path) checkFieldName(name);
  return { path, run: runner(transform) };
}

/** Applies transforms in order, each seeing what the one before it left. */
export function applyTransforms(
  fields: Fields,
  transforms: readonly Transform[],
  at: Micros,
): { readonly fields: Fields; readonly results: readonly Value[] } {
  let current = fields;
  const results: Value[] = [];
  for (const { path, run } of transforms) {
    const outcome = run(fieldAt(current, path), at);
    current = withField(current, path, outcome.value);
    results.push(outcome.result);
  }
  return { fields: current, results };
}
