// Resource names: projects/P/databases/D/documents/collection/id/…, their checks, and the order of paths.
import { invalid } from './refused.ts';
import { compareText } from './values/text.ts';

/** `database` is the full name `projects/P/databases/D`; `path` is relative, empty for the root. */
export type Location = { readonly database: string; readonly path: string };

const databaseName = /^projects\/([^/]+)\/databases\/([^/]+)$/;
const databaseId = /^(\(default\)|[a-z][a-z0-9-]{2,61}[a-z0-9])$/;
const numericId = /^__id(-?\d+)__$/;
const maxIdBytes = 1500;
const maxDepth = 100;

export function checkDatabase(name: string): string {
  const match = databaseName.exec(name);
  if (match === null)
    throw invalid(`Invalid database name "${name}": expected projects/{project}/databases/{database}.`);
  if (!databaseId.test(match[2] ?? '')) {
    throw invalid(
      `Invalid database id "${match[2]}": (default), or 4 to 63 lower-case letters, digits and hyphens.`,
    );
  }
  return name;
}

export function checkId(id: string, what: string): string {
  if (id === '') throw invalid(`${what} must not be empty.`);
  if (id === '.' || id === '..') throw invalid(`${what} "${id}" is not allowed.`);
  if (id.includes('/')) throw invalid(`${what} "${id}" contains "/".`);
  if (/^__.*__$/s.test(id) && !numericId.test(id)) throw invalid(`${what} "${id}" is reserved.`);
  if (Buffer.byteLength(id) > maxIdBytes) throw invalid(`${what} is longer than ${maxIdBytes} bytes.`);
  return id;
}

function splitName(name: string): Location {
  const at = name.indexOf('/documents');
  const rest = at < 0 ? undefined : name.slice(at + '/documents'.length);
  if (rest === undefined || (rest !== '' && !rest.startsWith('/'))) {
    throw invalid(
      `Invalid resource name "${name}": expected projects/{project}/databases/{database}/documents/….`,
    );
  }
  return { database: checkDatabase(name.slice(0, at)), path: rest.slice(1) };
}

/** A document's name; refuses one of another database when `database` is given. */
export function documentName(name: string | undefined, database?: string): Location {
  const location = splitName(name ?? '');
  const segments = location.path.split('/');
  if (location.path === '' || segments.length % 2 !== 0) {
    throw invalid(
      `Document name "${name}" lacks "/" at index ${location.path.length}: it must have an even number of segments.`,
    );
  }
  if (segments.length / 2 > maxDepth) throw invalid(`Document name is deeper than ${maxDepth} collections.`);
  for (const [index, segment] of segments.entries())
    checkId(segment, index % 2 === 0 ? 'Collection id' : 'Document id');
  if (database !== undefined && location.database !== database) {
    throw invalid(`Document "${name}" is not in database "${database}".`);
  }
  return location;
}

/** A parent: the root of a database or a document. */
export function parentName(name: string | undefined): Location {
  const location = splitName(name ?? '');
  return location.path === '' ? location : documentName(name);
}

export function fullName(database: string, path: string): string {
  return `${database}/documents/${path}`;
}

export function collectionOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function under(parent: string, child: string): string {
  return parent === '' ? child : `${parent}/${child}`;
}

function compareSegments(left: string, right: string): number {
  const leftNumber = numericId.exec(left)?.[1];
  const rightNumber = numericId.exec(right)?.[1];
  if (leftNumber === undefined && rightNumber === undefined) return compareText(left, right);
  if (leftNumber === undefined) return 1;
  if (rightNumber === undefined) return -1;
  const difference = BigInt(leftNumber) - BigInt(rightNumber);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Segment by segment; numeric ids come before text, a shorter path before a longer one. */
export function comparePaths(left: readonly string[], right: readonly string[]): number {
  for (const [index, segment] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = segment === other ? 0 : compareSegments(segment, other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
