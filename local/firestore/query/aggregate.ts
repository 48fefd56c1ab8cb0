// Count, sum and average over the documents a query finds.
import { invalid } from '../refused.ts';
import type { Stored } from '../storage.ts';
import { double, integer, isNumber, sum, toDouble, type NumberValue } from '../values/number.ts';
import type { Aggregation, Fields, FieldReference, Value } from '../wire.ts';
import { queryField, valueOf, type QueryField } from './field.ts';

const maxAggregations = 5;

type Reducer = {
  readonly alias: string;
  readonly field: QueryField | undefined;
  readonly reduce: (documents: readonly Stored[]) => Value;
};

function numbers(database: string, documents: readonly Stored[], field: QueryField): readonly NumberValue[] {
  return documents.flatMap((document) => {
    const value = valueOf(database, document, field);
    return isNumber(value) ? [value] : [];
  });
}

function average(values: readonly NumberValue[]): Value {
  if (values.length === 0) return { valueType: 'nullValue', nullValue: 'NULL_VALUE' };
  return double(toDouble(sum(values)) / values.length);
}

function overField(
  database: string,
  reference: FieldReference | undefined,
  reduce: (values: readonly NumberValue[]) => Value,
): Pick<Reducer, 'field' | 'reduce'> {
  const field = queryField(reference);
  return { field, reduce: (documents) => reduce(numbers(database, documents, field)) };
}

function reducer(database: string, aggregation: Aggregation, index: number): Reducer {
  const alias = aggregation.alias ?? `field_${index + 1}`;
  if (aggregation.sum !== undefined) return { alias, ...overField(database, aggregation.sum.field, sum) };
  if (aggregation.avg !== undefined) return { alias, ...overField(database, aggregation.avg.field, average) };
  if (aggregation.count === undefined) throw invalid('An aggregation needs one of count, sum or avg.');
  const upTo = aggregation.count.upTo === undefined ? undefined : BigInt(aggregation.count.upTo.value ?? '0');
  if (upTo !== undefined && upTo <= 0n) throw invalid('up_to must be positive.');
  const reduce = (documents: readonly Stored[]): Value => {
    const count = BigInt(documents.length);
    return integer(upTo !== undefined && upTo < count ? upTo : count);
  };
  return { alias, field: undefined, reduce };
}

/** Only documents that have every summed or averaged field take part, as they would by an index over these fields. */
export function aggregator(
  database: string,
  aggregations: readonly Aggregation[],
): (documents: readonly Stored[]) => Fields {
  if (aggregations.length === 0 || aggregations.length > maxAggregations) {
    throw invalid(`A query needs 1 to ${maxAggregations} aggregations.`);
  }
  const reducers = aggregations.map((aggregation, index) => reducer(database, aggregation, index));
  if (new Set(reducers.map(({ alias }) => alias)).size < reducers.length)
    throw invalid('Aggregation aliases must differ.');
  const needed = reducers.flatMap(({ field }) => field ?? []);
  return (documents) => {
    const complete = documents.filter((document) =>
      needed.every((field) => valueOf(database, document, field) !== undefined),
    );
    return Object.fromEntries(reducers.map(({ alias, reduce }) => [alias, reduce(complete)]));
  };
}
