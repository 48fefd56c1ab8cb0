// Filters of a query: which documents they match, which fields they need in order, and what they may not be combined with.
import { invalid } from '../refused.ts';
import type { Stored } from '../storage.ts';
import { isNumber, toDouble } from '../values/number.ts';
import { compareValues, isEqual, rank } from '../values/order.ts';
import type { Filter, Value } from '../wire.ts';
import { queryField, valueOf, type QueryField } from './field.ts';

export type Matcher = {
  readonly matches: (document: Stored) => boolean;
  /** Fields under an inequality, which the results are ordered by. */
  readonly inequalities: readonly QueryField[];
};

const maxDisjunctions = 30;
const maxNotIn = 10;

type Test = (value: Value) => boolean;

const isNull = (value: Value): boolean => value.valueType === 'nullValue';
const isNaNValue = (value: Value): boolean => isNumber(value) && Number.isNaN(toDouble(value));

/** Values are compared only with their own type; nothing is less or greater than null or NaN. */
function ordered(given: Value, accepts: (order: number) => boolean): Test {
  if (isNull(given) || isNaNValue(given)) return () => false;
  return (value) => rank(value) === rank(given) && !isNaNValue(value) && accepts(compareValues(value, given));
}

function listOf(given: Value, operator: string, max: number): readonly Value[] {
  const values = given.valueType === 'arrayValue' ? (given.arrayValue.values ?? []) : [];
  if (values.length === 0) throw invalid(`'${operator}' requires a non-empty ArrayValue.`);
  if (values.length > max) throw invalid(`'${operator}' supports up to ${max} comparison values.`);
  return values;
}

function elements(value: Value): readonly Value[] {
  return value.valueType === 'arrayValue' ? (value.arrayValue.values ?? []) : [];
}

const inequalityOperators = new Set([
  'LESS_THAN',
  'LESS_THAN_OR_EQUAL',
  'GREATER_THAN',
  'GREATER_THAN_OR_EQUAL',
  'NOT_EQUAL',
  'NOT_IN',
]);

function fieldTest(operator: string, given: Value): Test {
  switch (operator) {
    case 'EQUAL':
      return (value) => isEqual(value, given);
    case 'NOT_EQUAL':
      return (value) => !isNull(value) && !isEqual(value, given);
    case 'LESS_THAN':
      return ordered(given, (order) => order < 0);
    case 'LESS_THAN_OR_EQUAL':
      return ordered(given, (order) => order <= 0);
    case 'GREATER_THAN':
      return ordered(given, (order) => order > 0);
    case 'GREATER_THAN_OR_EQUAL':
      return ordered(given, (order) => order >= 0);
    case 'ARRAY_CONTAINS':
      return (value) => elements(value).some((element) => isEqual(element, given));
    case 'IN': {
      const list = listOf(given, operator, maxDisjunctions);
      return (value) => list.some((other) => isEqual(value, other));
    }
    case 'ARRAY_CONTAINS_ANY': {
      const list = listOf(given, operator, maxDisjunctions);
      return (value) => elements(value).some((element) => list.some((other) => isEqual(element, other)));
    }
    case 'NOT_IN': {
      const list = listOf(given, operator, maxNotIn);
      if (list.some(isNull)) return () => false;
      return (value) => !isNull(value) && !list.some((other) => isEqual(value, other));
    }
    default:
      throw invalid(`Unknown filter operator "${operator}".`);
  }
}

function unaryTest(operator: string): Test {
  switch (operator) {
    case 'IS_NULL':
      return isNull;
    case 'IS_NAN':
      return isNaNValue;
    case 'IS_NOT_NULL':
      return (value) => !isNull(value);
    case 'IS_NOT_NAN':
      return (value) => !isNull(value) && !isNaNValue(value);
    default:
      throw invalid(`Unknown unary operator "${operator}".`);
  }
}

type Leaf = {
  readonly operator: string;
  readonly field: QueryField;
  readonly test: Test;
  readonly width: number;
};

function leaf(filter: Filter): Leaf | undefined {
  const { fieldFilter, unaryFilter } = filter;
  if (unaryFilter !== undefined) {
    const { op = '', field } = unaryFilter;
    return { operator: op, field: queryField(field), test: unaryTest(op), width: 1 };
  }
  if (fieldFilter === undefined) return undefined;
  const { op = '', field, value } = fieldFilter;
  if (value === undefined) throw invalid('A field filter needs a value.');
  const isName = queryField(field).path === undefined;
  const references = op === 'IN' || op === 'NOT_IN' ? elements(value) : [value];
  if (isName && references.some((reference) => reference.valueType !== 'referenceValue')) {
    throw invalid('__key__ filter value must be a Key');
  }
  const width = op === 'IN' || op === 'ARRAY_CONTAINS_ANY' ? elements(value).length : 1;
  return { operator: op, field: queryField(field), test: fieldTest(op, value), width };
}

type Node = {
  readonly matches: (document: Stored) => boolean;
  readonly disjunctions: number;
  readonly leaves: readonly Leaf[];
};

function node(database: string, filter: Filter): Node {
  const single = leaf(filter);
  if (single !== undefined) {
    const matches = (document: Stored): boolean => {
      const value = valueOf(database, document, single.field);
      return value !== undefined && single.test(value);
    };
    return { matches, disjunctions: single.width, leaves: [single] };
  }
  const { op, filters = [] } = filter.compositeFilter ?? {};
  if (filters.length === 0) throw invalid('A composite filter needs at least one filter.');
  const parts = filters.map((part) => node(database, part));
  const leaves = parts.flatMap((part) => part.leaves);
  if (op === 'AND') {
    const disjunctions = parts.reduce((product, part) => product * part.disjunctions, 1);
    return { matches: (document) => parts.every((part) => part.matches(document)), disjunctions, leaves };
  }
  if (op !== 'OR') throw invalid('A composite filter needs the operator AND or OR.');
  const disjunctions = parts.reduce((sum, part) => sum + part.disjunctions, 0);
  return { matches: (document) => parts.some((part) => part.matches(document)), disjunctions, leaves };
}

const negations = new Set(['NOT_EQUAL', 'NOT_IN', 'IS_NOT_NULL', 'IS_NOT_NAN']);

export function matcher(database: string, filter: Filter | undefined): Matcher {
  if (filter === undefined) return { matches: () => true, inequalities: [] };
  const { matches, disjunctions, leaves } = node(database, filter);
  if (disjunctions > maxDisjunctions) {
    throw invalid(
      `The query needs ${disjunctions} disjunctions after normalization; the maximum is ${maxDisjunctions}.`,
    );
  }
  const negated = leaves.filter(({ operator }) => negations.has(operator));
  if (negated.length > 1)
    throw invalid('Only one of NOT_EQUAL, NOT_IN, IS_NOT_NULL and IS_NOT_NAN is allowed per query.');
  if (negated.some(({ operator }) => operator === 'NOT_IN') && disjunctions > 1) {
    throw invalid("'NOT_IN' cannot be used in the same query with OR, IN or ARRAY_CONTAINS_ANY.");
  }
  const inequalities = leaves
    .filter(({ operator }) => inequalityOperators.has(operator) || negations.has(operator))
    .map(({ field }) => field);
  return { matches, inequalities };
}
