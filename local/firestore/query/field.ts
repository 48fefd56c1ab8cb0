// The fields a query may name: of the document, or its name itself.
import { fieldAt, parseFieldPath, type FieldPath } from '../field-path.ts';
import { fullName } from '../names.ts';
import type { Stored } from '../storage.ts';
import type { FieldReference, Value } from '../wire.ts';

/** `path` is undefined for `__name__`; `text` is the canonical form, for comparing fields. */
export type QueryField = { readonly path: FieldPath | undefined; readonly text: string };

export const nameField: QueryField = { path: undefined, text: '__name__' };

export function queryField(reference: FieldReference | undefined): QueryField {
  const text = reference?.fieldPath ?? '';
  if (text === nameField.text) return nameField;
  const path = parseFieldPath(text);
  return { path, text: path.join('\u0000') };
}

export function valueOf(database: string, document: Stored, field: QueryField): Value | undefined {
  if (field.path !== undefined) return fieldAt(document.fields, field.path);
  return { valueType: 'referenceValue', referenceValue: fullName(database, document.path) };
}
