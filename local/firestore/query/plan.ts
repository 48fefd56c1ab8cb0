// A structured query made ready to run: its scope, filter, complete order, cursors and limits, all checked.
import type { Scope } from '../documents.ts';
import type { FieldPath } from '../field-path.ts';
import { checkId } from '../names.ts';
import { invalid, Refused } from '../refused.ts';
import type { Stored } from '../storage.ts';
import { compareText } from '../values/text.ts';
import type { Cursor, FieldReference, StructuredQuery } from '../wire.ts';
import { nameField, queryField, type QueryField } from './field.ts';
import { matcher } from './filter.ts';

type Order = { readonly field: QueryField; readonly sign: 1 | -1 };

export type Plan = {
  readonly database: string;
  readonly scope: Scope;
  readonly matches: (document: Stored) => boolean;
  /** Ends with `__name__`, so that no two documents are equal. */
  readonly order: readonly Order[];
  readonly startAt: Cursor | undefined;
  readonly endAt: Cursor | undefined;
  readonly offset: number;
  readonly limit: number;
  /** Fields to send; undefined sends all. */
  readonly select: readonly FieldPath[] | undefined;
};

function scopeOf(query: StructuredQuery, parent: string): Scope {
  const [from, ...others] = query.from;
  if (from === undefined || others.length > 0)
    throw invalid('A query needs exactly one collection selector.');
  const { collectionId = '', allDescendants = false } = from;
  if (collectionId !== '') checkId(collectionId, 'Collection id');
  return { parent, collectionId, allDescendants };
}

/** What the service appends: inequality fields by name, then `__name__`, all in the direction of the last order given. */
function completeOrder(query: StructuredQuery, inequalities: readonly QueryField[]): readonly Order[] {
  const order: Order[] = query.orderBy.map(({ field, direction }) => ({
    field: queryField(field),
    sign: direction === 'DESCENDING' ? -1 : 1,
  }));
  const sign = order.at(-1)?.sign ?? 1;
  const missing = inequalities
    .filter((field) => field.path !== undefined)
    .toSorted((a, b) => compareText(a.text, b.text));
  for (const field of [...missing, nameField]) {
    if (!order.some((present) => present.field.text === field.text)) order.push({ field, sign });
  }
  const end = order.findIndex(({ field }) => field.path === undefined);
  return order.slice(0, end + 1);
}

function checkCursor(cursor: Cursor | undefined, order: readonly Order[]): Cursor | undefined {
  for (const [index, value] of (cursor?.values ?? []).entries()) {
    const position = order[index];
    if (position === undefined) throw invalid('Cursor has too many values.');
    if (position.field.path === undefined && value.valueType !== 'referenceValue') {
      throw invalid('Cursor value for __name__ must be a reference.');
    }
  }
  return cursor;
}

/** No field at all selects everything, `__name__` alone selects no field. */
function selection(fields: readonly FieldReference[]): readonly FieldPath[] | undefined {
  if (fields.length === 0) return undefined;
  return fields.flatMap((field) => {
    const { path } = queryField(field);
    return path === undefined ? [] : [path];
  });
}

/** `parent` is relative, empty for the root. Refuses what the service refuses; composite indexes are taken as given. */
export function planQuery(database: string, parent: string, query: StructuredQuery | undefined): Plan {
  if (query === undefined) throw invalid('A structured query is required.');
  if (query.findNearest !== undefined)
    throw new Refused('UNIMPLEMENTED', 'the emulator has no vector search');
  const { matches, inequalities } = matcher(database, query.where);
  const order = completeOrder(query, inequalities);
  // A cursor may name no more fields than the request itself orders by.
  const given = order.slice(0, query.orderBy.length);
  const offset = query.offset ?? 0;
  const limit = query.limit === undefined ? Number.POSITIVE_INFINITY : (query.limit.value ?? 0);
  if (offset < 0) throw invalid('offset must not be negative.');
  if (limit < 0) throw invalid('limit must not be negative.');
  return {
    database,
    scope: scopeOf(query, parent),
    matches,
    order,
    startAt: checkCursor(query.startAt, given),
    endAt: checkCursor(query.endAt, given),
    offset,
    limit,
    select: query.select === undefined ? undefined : selection(query.select.fields),
  };
}
