// One commit's writes: checked first, then applied in order over the present state, all or nothing.
import { isDeepStrictEqual } from 'node:util';
import type { View } from './documents.ts';
import { fieldAt, parseFieldPath, withField, type FieldPath } from './field-path.ts';
import { documentName, fullName } from './names.ts';
import { invalid, Refused } from './refused.ts';
import type { Change, Stored } from './storage.ts';
import { fromWire, toWire, type Micros } from './time.ts';
import { applyTransforms, parseTransform, type Transform } from './transforms.ts';
import { checkDocument, checkFieldName, checkFields } from './values/check.ts';
import type { Fields, Mask, Precondition, Value, Write, WriteResult } from './wire.ts';

type Content = { readonly fields: Fields; readonly mask: readonly FieldPath[] | undefined };

/** A write that passed every check which does not depend on the state of the database. */
export type CheckedWrite = {
  readonly path: string;
  readonly kind: 'update' | 'delete' | 'verify';
  readonly content: Content | undefined;
  readonly transforms: readonly Transform[];
  readonly exists: boolean | undefined;
  readonly updateTime: Micros | undefined;
};

const maxWrites = 500;

function parseMask(mask: Mask | undefined): readonly FieldPath[] | undefined {
  return mask?.fieldPaths.map((text) => {
    const path = parseFieldPath(text);
    for (const name of path) checkFieldName(name);
    return path;
  });
}

function precondition(given: Precondition | undefined): Pick<CheckedWrite, 'exists' | 'updateTime'> {
  return {
    exists: given?.exists,
    updateTime: given?.updateTime === undefined ? undefined : fromWire(given.updateTime),
  };
}

export function checkWrite(database: string, write: Write): CheckedWrite {
  const common = { content: undefined, transforms: [], ...precondition(write.currentDocument) };
  if (write.update === undefined && (write.updateMask !== undefined || write.updateTransforms.length > 0)) {
    throw invalid('An update mask and update transforms need an update.');
  }
  if (write.update !== undefined) {
    const { path } = documentName(write.update.name, database);
    const fields = checkFields(write.update.fields ?? {}).value;
    const transforms = write.updateTransforms.map(parseTransform);
    return {
      ...common,
      path,
      kind: 'update',
      content: { fields, mask: parseMask(write.updateMask) },
      transforms,
    };
  }
  if (write.delete !== undefined)
    return { ...common, path: documentName(write.delete, database).path, kind: 'delete' };
  if (write.verify !== undefined)
    return { ...common, path: documentName(write.verify, database).path, kind: 'verify' };
  if (write.transform !== undefined) {
    const { path } = documentName(write.transform.document, database);
    const transforms = write.transform.fieldTransforms.map(parseTransform);
    if (transforms.length === 0) throw invalid('A transform needs at least one field transform.');
    return { ...common, path, kind: 'update', content: { fields: {}, mask: [] }, transforms };
  }
  throw invalid('A write needs one of update, delete, verify or transform.');
}

export function checkWrites(database: string, writes: readonly Write[]): readonly CheckedWrite[] {
  if (writes.length > maxWrites) throw invalid(`maximum ${maxWrites} writes allowed per request`);
  return writes.map((write) => checkWrite(database, write));
}

function checkPrecondition(database: string, write: CheckedWrite, current: Stored | undefined): void {
  const name = fullName(database, write.path);
  if (write.exists === true && current === undefined)
    throw new Refused('NOT_FOUND', `No document to update: ${name}`);
  if (write.exists === false && current !== undefined) {
    throw new Refused('ALREADY_EXISTS', `Document already exists: ${name}`);
  }
  if (write.updateTime !== undefined && current?.updateTime !== write.updateTime) {
    throw new Refused(
      'FAILED_PRECONDITION',
      `the stored version (${current?.updateTime ?? 0}) does not match the required base version (${write.updateTime}) of ${name}`,
    );
  }
}

function merge(content: Content, current: Stored | undefined): Fields {
  if (content.mask === undefined) return content.fields;
  let fields: Fields = current?.fields ?? {};
  for (const path of content.mask) fields = withField(fields, path, fieldAt(content.fields, path));
  return fields;
}

type Applied = {
  readonly after: Stored | undefined;
  readonly transformResults: readonly Value[];
};

function applyOne(database: string, write: CheckedWrite, current: Stored | undefined, at: Micros): Applied {
  checkPrecondition(database, write, current);
  if (write.content === undefined) {
    return { after: write.kind === 'delete' ? undefined : current, transformResults: [] };
  }
  const merged = merge(write.content, current);
  const { fields, results } = applyTransforms(merged, write.transforms, at);
  const checked = checkDocument(database, write.path, fields);
  const after = {
    path: write.path,
    fields: checked.value,
    createTime: current?.createTime ?? at,
    updateTime: at,
    size: checked.size,
  };
  return { after, transformResults: results };
}

/** The changes to make and the answer to give. A write that changes nothing keeps the document's update time. */
export function applyWrites(
  view: View,
  request: { readonly database: string; readonly writes: readonly CheckedWrite[]; readonly at: Micros },
): { readonly changes: readonly Change[]; readonly results: readonly WriteResult[] } {
  const { database, writes, at } = request;
  const working = new Map<string, Stored | undefined>();
  const transformResults: (readonly Value[])[] = [];
  for (const write of writes) {
    const current = working.has(write.path) ? working.get(write.path) : view.get(write.path);
    const applied = applyOne(database, write, current, at);
    working.set(write.path, applied.after);
    transformResults.push(applied.transformResults);
  }

  const changes: Change[] = [];
  for (const [path, after] of working) {
    const before = view.get(path);
    if (before === after) continue;
    const isSame =
      before !== undefined && after !== undefined && isDeepStrictEqual(before.fields, after.fields);
    if (isSame) working.set(path, before);
    else changes.push({ path, after });
  }

  const results = writes.map((write, index): WriteResult => {
    const after = write.kind === 'update' ? working.get(write.path) : undefined;
    const answer = { transformResults: transformResults[index] ?? [] };
    return after === undefined ? answer : { ...answer, updateTime: toWire(after.updateTime) };
  });
  return { changes, results };
}
