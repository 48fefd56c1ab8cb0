// Stored documents as messages, and what is common to the requests that read them.
import { parseFieldPath, project, type FieldPath } from '../field-path.ts';
import { fullName } from '../names.ts';
import type { Stored } from '../storage.ts';
import { toWire } from '../time.ts';
import type { Mask, WireDocument } from '../wire.ts';

export function wireDocument(
  database: string,
  document: Stored,
  select?: readonly FieldPath[],
): WireDocument {
  return {
    name: fullName(database, document.path),
    fields: select === undefined ? document.fields : project(document.fields, select),
    createTime: toWire(document.createTime),
    updateTime: toWire(document.updateTime),
  };
}

export function selection(mask: Mask | undefined): readonly FieldPath[] | undefined {
  return mask?.fieldPaths.map((text) => parseFieldPath(text));
}

/** For fault rules, which must not fail on what the method itself will refuse. */
export function pathsOf(names: readonly (string | undefined)[]): readonly string[] {
  return names.flatMap((name = '') => {
    const at = name.indexOf('/documents/');
    return at < 0 ? [] : [name.slice(at + '/documents/'.length)];
  });
}

export function databaseOf(name = ''): string {
  return name.split('/documents')[0] ?? '';
}
