// Numbers as Firestore has them: 64-bit integers (text on the wire) and doubles, compared without losing digits.
import type { Value } from '../wire.ts';

export type NumberValue = Extract<Value, { readonly valueType: 'integerValue' | 'doubleValue' }>;

const maxInteger = 2n ** 63n - 1n;
const minInteger = -(2n ** 63n);

export function isNumber(value: Value | undefined): value is NumberValue {
  return value?.valueType === 'integerValue' || value?.valueType === 'doubleValue';
}

export function toDouble(value: NumberValue): number {
  return value.valueType === 'doubleValue' ? value.doubleValue : Number(value.integerValue);
}

export function integer(value: bigint): NumberValue {
  const clamped = value > maxInteger ? maxInteger : value < minInteger ? minInteger : value;
  return { valueType: 'integerValue', integerValue: String(clamped) };
}

export function double(value: number): NumberValue {
  return { valueType: 'doubleValue', doubleValue: value };
}

const sign = (left: number | bigint, right: number | bigint): number =>
  left < right ? -1 : left > right ? 1 : 0;

/** NaN comes first and equals itself; 0, 0.0 and -0.0 are one. Integers against doubles are compared exactly. */
export function compareNumbers(left: NumberValue, right: NumberValue): number {
  const a = toDouble(left);
  const b = toDouble(right);
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(!Number.isNaN(a)) - Number(!Number.isNaN(b));
  const isExact = (value: NumberValue, as: number): boolean =>
    value.valueType === 'doubleValue' || Number.isSafeInteger(as);
  if (isExact(left, a) && isExact(right, b)) return sign(a, b);
  // JavaScript compares a bigint with a number by mathematical value, so only the integer side needs its digits.
  return sign(
    left.valueType === 'integerValue' ? BigInt(left.integerValue) : a,
    right.valueType === 'integerValue' ? BigInt(right.integerValue) : b,
  );
}

/** Integers stop at the 64-bit limits; one double makes both doubles. */
export function add(left: NumberValue, right: NumberValue): NumberValue {
  if (left.valueType === 'integerValue' && right.valueType === 'integerValue') {
    return integer(BigInt(left.integerValue) + BigInt(right.integerValue));
  }
  return double(toDouble(left) + toDouble(right));
}

/** The sum of many: an integer while all are and it fits, else a double. */
export function sum(values: readonly NumberValue[]): NumberValue {
  let whole = 0n;
  let fraction = 0;
  let isDouble = false;
  for (const value of values) {
    if (value.valueType === 'integerValue') whole += BigInt(value.integerValue);
    else {
      fraction += value.doubleValue;
      isDouble = true;
    }
  }
  if (!isDouble && whole <= maxInteger && whole >= minInteger) return integer(whole);
  return double(Number(whole) + fraction);
}
