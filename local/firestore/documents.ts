// The documents of one database in memory, by path and by collection, with views of the present and of the past.
import { history, type History } from './history.ts';
import { collectionOf, lastSegment, under } from './names.ts';
import type { Change, Stored } from './storage.ts';
import type { Micros } from './time.ts';

/** What a query looks at: one collection under a parent, or all of that id (or of any id) at every depth below it. */
export type Scope = {
  readonly parent: string;
  readonly collectionId: string;
  readonly allDescendants: boolean;
};

export type View = {
  readonly get: (path: string) => Stored | undefined;
  /** In no particular order. */
  readonly list: (scope: Scope) => readonly Stored[];
  /** Paths of all documents below a parent, at every depth. */
  readonly below: (parent: string) => readonly string[];
};

export type Documents = {
  readonly now: View;
  /** The state as of a commit time; undefined when it is no longer kept. */
  readonly at: (time: Micros) => View | undefined;
  readonly apply: (changes: readonly Change[], at: Micros) => void;
  readonly history: History;
};

function covers(scope: Scope, collection: string): boolean {
  if (!scope.allDescendants)
    return collectionOf(`/${collection}`) === (scope.parent === '' ? '' : `/${scope.parent}`);
  if (scope.parent !== '' && !collection.startsWith(`${scope.parent}/`)) return false;
  return scope.collectionId === '' || lastSegment(collection) === scope.collectionId;
}

function present(collections: ReadonlyMap<string, ReadonlyMap<string, Stored>>): View {
  const matching = (scope: Scope): readonly ReadonlyMap<string, Stored>[] => {
    if (!scope.allDescendants && scope.collectionId !== '') {
      const only = collections.get(under(scope.parent, scope.collectionId));
      return only === undefined ? [] : [only];
    }
    return [...collections].flatMap(([path, documents]) => (covers(scope, path) ? [documents] : []));
  };
  const list = (scope: Scope): readonly Stored[] =>
    matching(scope).flatMap((documents) => [...documents.values()]);
  return {
    get: (path) => collections.get(collectionOf(path))?.get(path),
    list,
    below: (parent) =>
      list({ parent, collectionId: '', allDescendants: true }).map((document) => document.path),
  };
}

/** The present with everything undone that happened after `time`. */
function past(now: View, kept: History, time: Micros): View {
  const undone = new Map<string, Stored | undefined>();
  for (const entry of kept.since(time)) undone.set(entry.path, entry.before);
  const list = (scope: Scope): readonly Stored[] => {
    const documents = now.list(scope).filter((document) => !undone.has(document.path));
    for (const [path, before] of undone) {
      const collection = collectionOf(path);
      const isInside = scope.allDescendants
        ? covers(scope, collection)
        : scope.collectionId === ''
          ? covers(scope, collection)
          : collection === under(scope.parent, scope.collectionId);
      if (before !== undefined && isInside) documents.push(before);
    }
    return documents;
  };
  return {
    get: (path) => (undone.has(path) ? undone.get(path) : now.get(path)),
    list,
    below: (parent) =>
      list({ parent, collectionId: '', allDescendants: true }).map((document) => document.path),
  };
}

export function documents(loaded: readonly Stored[], lastAt: Micros): Documents {
  const collections = new Map<string, Map<string, Stored>>();
  const kept = history(lastAt);
  const now = present(collections);

  const put = (path: string, after: Stored | undefined): void => {
    const name = collectionOf(path);
    const collection = collections.get(name) ?? new Map<string, Stored>();
    if (after === undefined) collection.delete(path);
    else collection.set(path, after);
    if (collection.size === 0) collections.delete(name);
    else collections.set(name, collection);
  };

  for (const document of loaded) put(document.path, document);
  return {
    now,
    at: (time) => (kept.reaches(time) ? past(now, kept, time) : undefined),
    apply: (changes, at) => {
      for (const { path, after } of changes) {
        kept.push({ path, before: now.get(path), until: at });
        put(path, after);
      }
    },
    history: kept,
  };
}
