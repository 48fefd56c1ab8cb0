// Runs a plan over a view: filter, order, cursors, offset, limit.
import type { View } from '../documents.ts';
import { comparePaths } from '../names.ts';
import type { Stored } from '../storage.ts';
import { compareValues } from '../values/order.ts';
import type { Cursor, Value } from '../wire.ts';
import { valueOf } from './field.ts';
import type { Plan } from './plan.ts';

/** `skipped` counts the documents that the offset passed over; they are read and billed. */
export type Found = { readonly documents: readonly Stored[]; readonly skipped: number };

type Row = { readonly document: Stored; readonly keys: readonly Value[]; readonly path: readonly string[] };

/** A document without one of the ordering fields is in no index of the query, so it is not found. */
function rowOf(plan: Plan, document: Stored): Row | undefined {
  if (!plan.matches(document)) return undefined;
  const keys: Value[] = [];
  for (const { field } of plan.order) {
    if (field.path === undefined) break;
    const value = valueOf(plan.database, document, field);
    if (value === undefined) return undefined;
    keys.push(value);
  }
  return { document, keys, path: document.path.split('/') };
}

function compareRows(plan: Plan, left: Row, right: Row): number {
  for (const [index, { field, sign }] of plan.order.entries()) {
    const a = left.keys[index];
    const b = right.keys[index];
    const isName = field.path === undefined || a === undefined || b === undefined;
    const order = isName ? comparePaths(left.path, right.path) : compareValues(a, b);
    if (order !== 0) return order * sign;
  }
  return 0;
}

/** Where a row lies against the prefix that a cursor gives. */
function compareToCursor(plan: Plan, row: Row, cursor: Cursor): number {
  for (const [index, value] of cursor.values.entries()) {
    const position = plan.order[index];
    const key = position === undefined ? undefined : valueOf(plan.database, row.document, position.field);
    if (position === undefined || key === undefined) return 0;
    const order = compareValues(key, value);
    if (order !== 0) return order * position.sign;
  }
  return 0;
}

function isWithin(plan: Plan, row: Row): boolean {
  const { startAt, endAt } = plan;
  const start = startAt === undefined ? 1 : compareToCursor(plan, row, startAt);
  const end = endAt === undefined ? -1 : compareToCursor(plan, row, endAt);
  const isAfterStart = start > 0 || (start === 0 && startAt?.before === true);
  const isBeforeEnd = end < 0 || (end === 0 && endAt?.before !== true);
  return isAfterStart && isBeforeEnd;
}

export function runPlan(plan: Plan, view: View): Found {
  const rows = view
    .list(plan.scope)
    .flatMap((document) => rowOf(plan, document) ?? [])
    .filter((row) => isWithin(plan, row))
    .toSorted((left, right) => compareRows(plan, left, right));
  const documents = rows.slice(plan.offset, plan.offset + plan.limit).map(({ document }) => document);
  return { documents, skipped: Math.min(plan.offset, rows.length) };
}
