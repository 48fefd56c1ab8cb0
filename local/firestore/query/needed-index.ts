// Which index a query needs, and whether it is there: the real service refuses a query without one.
import { invalid, Refused } from '../refused.ts';
import type { Filter } from '../wire.ts';
import { queryField, type QueryField } from './field.ts';
import type { Plan } from './plan.ts';

export type IndexField = { readonly field: string; readonly order: 'ascending' | 'descending' };

/** What is indexed of one collection; nothing else of it is. */
export type Indexes = {
  /** Id of the database. */
  readonly database: string;
  readonly collection: string;
  readonly single: readonly IndexField[];
  readonly composite: readonly (readonly IndexField[])[];
};

function equalFields(filter: Filter | undefined): readonly QueryField[] {
  if (filter === undefined) return [];
  const { compositeFilter, fieldFilter } = filter;
  if (compositeFilter !== undefined) {
    if (compositeFilter.op !== 'AND') {
      throw new Refused('UNIMPLEMENTED', 'the emulator does not know which indexes an OR needs');
    }
    return compositeFilter.filters.flatMap(equalFields);
  }
  return fieldFilter?.op === 'EQUAL' ? [queryField(fieldFilter.field)] : [];
}

const asIndex = ({ text }: QueryField, order: IndexField['order']): IndexField => ({ field: text, order });
const isNamed = ({ path }: QueryField): boolean => path !== undefined;
const isSame = (one: IndexField, other: IndexField): boolean =>
  one.field === other.field && one.order === other.order;

/** A composite index serves whatever the order of its equalities is. */
function serves(
  index: readonly IndexField[],
  equal: readonly QueryField[],
  rest: readonly IndexField[],
): boolean {
  const head = index.slice(0, equal.length);
  const tail = index.slice(equal.length);
  return (
    index.length === equal.length + rest.length &&
    equal.every(({ text }) => head.some(({ field }) => field === text)) &&
    rest.every((field, position) => tail.slice(position, position + 1).some((each) => isSame(each, field)))
  );
}

/** Refuses with FAILED_PRECONDITION, as the service does, when none of `all` serves the query. */
export function checkIndex(all: readonly Indexes[], plan: Plan, where: Filter | undefined): void {
  const { collectionId: collection } = plan.scope;
  const id = plan.database.split('/').at(-1);
  const there = all.find((each) => each.database === id && each.collection === collection);
  if (there === undefined) throw invalid(`The emulator knows of no collection ${collection} in ${id}.`);
  const equal = equalFields(where).filter(isNamed);
  const ordered = plan.order
    .filter(({ field }) => isNamed(field) && !equal.some(({ text }) => text === field.text))
    .map(({ field, sign }) => asIndex(field, sign === 1 ? 'ascending' : 'descending'));
  // Equalities alone are merged from the indexes of single fields.
  const isMerged = ordered.length === 0 || (equal.length === 0 && ordered.length === 1);
  const singles = [...equal.map((field) => asIndex(field, 'ascending')), ...ordered];
  const isServed = isMerged
    ? singles.every((field) => there.single.some((each) => isSame(each, field)))
    : there.composite.some((index) => serves(index, equal, ordered));
  if (isServed) return;
  const words = singles.map(({ field, order }) => `${field} ${order}`).join(', ');
  throw new Refused('FAILED_PRECONDITION', `The query requires an index of ${collection}: ${words}.`);
}
