// GetDocument, BatchGetDocuments, ListDocuments and ListCollectionIds.
import type { Engine } from '../database.ts';
import { documentKey, scopeKey } from '../locks.ts';
import { comparePaths, documentName, fullName, parentName, under } from '../names.ts';
import { planQuery } from '../query/plan.ts';
import { runPlan } from '../query/run.ts';
import { reading } from '../reading.ts';
import { invalid, Refused } from '../refused.ts';
import { toWire } from '../time.ts';
import type { Consistency, Mask, Timestamp, WireDocument } from '../wire.ts';
import { databaseOf, pathsOf, selection, wireDocument } from './message.ts';
import type { Streaming, Unary } from './method.ts';

type GetRequest = Consistency & { readonly name?: string; readonly mask?: Mask };

export function getDocument(engine: Engine): Unary<GetRequest, WireDocument> {
  return {
    name: 'GetDocument',
    target: ({ name }) => ({ database: databaseOf(name), documents: pathsOf([name]) }),
    run: async (request, signal) => {
      const location = documentName(request.name);
      const database = engine.databases.open(location.database);
      const select = selection(request.mask);
      const keys = [documentKey(location.path)];
      const { view } = await reading(engine, { database, consistency: request, keys }, signal);
      database.counter.add({ reads: 1 });
      const document = view.get(location.path);
      if (document === undefined) throw new Refused('NOT_FOUND', `Document "${request.name}" not found.`);
      return wireDocument(database.name, document, select);
    },
  };
}

type BatchRequest = Consistency & {
  readonly database?: string;
  readonly documents: readonly string[];
  readonly mask?: Mask;
};

type BatchAnswer = {
  readonly found?: WireDocument;
  readonly missing?: string;
  readonly transaction?: Uint8Array;
  readonly readTime?: Timestamp;
};

export function batchGetDocuments(engine: Engine): Streaming<BatchRequest, BatchAnswer> {
  return {
    name: 'BatchGetDocuments',
    target: ({ database = '', documents }) => ({ database, documents: pathsOf(documents) }),
    run: async (request, signal) => {
      const database = engine.databases.open(request.database);
      const paths = [...new Set(request.documents.map((name) => documentName(name, database.name).path))];
      const select = selection(request.mask);
      const keys = paths.map(documentKey);
      const { view, readAt, begun } = await reading(engine, { database, consistency: request, keys }, signal);
      database.counter.add({ reads: paths.length });
      const readTime = toWire(readAt);
      const answers = paths.map((path): BatchAnswer => {
        const document = view.get(path);
        if (document === undefined) return { missing: fullName(database.name, path), readTime };
        return { found: wireDocument(database.name, document, select), readTime };
      });
      return begun === undefined ? answers : [{ transaction: begun.id, readTime }, ...answers];
    },
  };
}

type ListRequest = Consistency & {
  readonly parent?: string;
  readonly collectionId?: string;
  readonly pageSize?: number;
  readonly pageToken?: string;
  readonly orderBy?: string;
  readonly mask?: Mask;
  readonly showMissing?: boolean;
};

type ListAnswer = { readonly documents: readonly WireDocument[]; readonly nextPageToken?: string };

const byPath = (left: string, right: string): number => comparePaths(left.split('/'), right.split('/'));

export function listDocuments(engine: Engine): Unary<ListRequest, ListAnswer> {
  return {
    name: 'ListDocuments',
    target: ({ parent, collectionId = '' }) => ({
      database: databaseOf(parent),
      documents: [under(pathsOf([parent])[0] ?? '', collectionId)],
    }),
    run: async (request, signal) => {
      const { database: name, path: parent } = parentName(request.parent);
      const database = engine.databases.open(name);
      const { collectionId = '', orderBy = '', pageToken = '' } = request;
      if (collectionId === '') throw invalid('collection_id is required.');
      if (orderBy !== '')
        throw new Refused(
          'UNIMPLEMENTED',
          'the emulator lists documents by name only; use RunQuery to order them',
        );
      const query = { from: [{ collectionId }], orderBy: [] };
      const plan = planQuery(database.name, parent, query);
      const select = selection(request.mask);
      const keys = [scopeKey(plan.scope)];
      const { view } = await reading(engine, { database, consistency: request, keys }, signal);

      const collection = under(parent, collectionId);
      const depth = collection.split('/').length + 1;
      const present = runPlan(plan, view).documents.map((document) => document.path);
      const ancestors =
        request.showMissing === true
          ? view.below('').filter((path) => path.startsWith(`${collection}/`))
          : [];
      const paths = [
        ...new Set([...present, ...ancestors.map((path) => path.split('/').slice(0, depth).join('/'))]),
      ].toSorted(byPath);
      const rest = pageToken === '' ? paths : paths.filter((path) => byPath(path, pageToken) > 0);
      const page = rest.slice(0, (request.pageSize ?? 0) > 0 ? request.pageSize : 300);
      database.counter.add({ reads: Math.max(1, page.length) });
      const documents = page.map((path) => {
        const document = view.get(path);
        return document === undefined
          ? { name: fullName(database.name, path) }
          : wireDocument(database.name, document, select);
      });
      const last = page.at(-1);
      return page.length < rest.length && last !== undefined
        ? { documents, nextPageToken: last }
        : { documents };
    },
  };
}

type CollectionsRequest = {
  readonly parent?: string;
  readonly pageSize?: number;
  readonly pageToken?: string;
  readonly readTime?: Timestamp;
};
type CollectionsAnswer = { readonly collectionIds: readonly string[]; readonly nextPageToken?: string };

export function listCollectionIds(engine: Engine): Unary<CollectionsRequest, CollectionsAnswer> {
  return {
    name: 'ListCollectionIds',
    target: ({ parent }) => ({ database: databaseOf(parent), documents: pathsOf([parent]) }),
    run: async (request, signal) => {
      const { database: name, path: parent } = parentName(request.parent);
      const database = engine.databases.open(name);
      const consistency = request.readTime === undefined ? {} : { readTime: request.readTime };
      const { view } = await reading(engine, { database, consistency, keys: ['*'] }, signal);
      database.counter.add({ reads: 1 });
      const depth = parent === '' ? 0 : parent.split('/').length;
      const ids = [...new Set(view.below(parent).map((path) => path.split('/')[depth] ?? ''))].toSorted(
        byPath,
      );
      const { pageToken = '' } = request;
      const rest = pageToken === '' ? ids : ids.filter((id) => byPath(id, pageToken) > 0);
      const page = rest.slice(0, (request.pageSize ?? 0) > 0 ? request.pageSize : rest.length);
      const last = page.at(-1);
      return page.length < rest.length && last !== undefined
        ? { collectionIds: page, nextPageToken: last }
        : { collectionIds: page };
    },
  };
}
