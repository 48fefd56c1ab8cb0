// Commit, BatchWrite, CreateDocument, UpdateDocument and DeleteDocument.
import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { commit } from '../committing.ts';
import type { Database, Engine } from '../database.ts';
import { documentName, fullName, parentName, checkId, under } from '../names.ts';
import { invalid, Refused } from '../refused.ts';
import { toWire } from '../time.ts';
import type { Mask, Precondition, Timestamp, WireDocument, Write, WriteResult } from '../wire.ts';
import { checkWrite, checkWrites } from '../writes.ts';
import { databaseOf, pathsOf, selection, wireDocument } from './message.ts';
import type { Target, Unary } from './method.ts';

function targetOf(database: string, writes: readonly Write[]): Target {
  const names = writes.map(
    (write) => write.update?.name ?? write.delete ?? write.verify ?? write.transform?.document,
  );
  return { database, documents: pathsOf(names) };
}

type CommitRequest = {
  readonly database?: string;
  readonly writes: readonly Write[];
  readonly transaction?: Uint8Array;
};
type CommitAnswer = { readonly writeResults: readonly WriteResult[]; readonly commitTime: Timestamp };

export function commitWrites(engine: Engine): Unary<CommitRequest, CommitAnswer> {
  return {
    name: 'Commit',
    target: ({ database = '', writes }) => targetOf(database, writes),
    run: async (request, signal) => {
      const database = engine.databases.open(request.database);
      const writes = checkWrites(database.name, request.writes);
      const id = request.transaction;
      const transaction =
        id === undefined || id.length === 0 ? undefined : engine.transactions.find(id, database.name);
      const { at, results } = await commit(engine, { database, transaction, writes }, signal);
      return { writeResults: results, commitTime: toWire(at) };
    },
  };
}

type BatchRequest = { readonly database?: string; readonly writes: readonly Write[] };
type Outcome = {
  readonly result: WriteResult;
  readonly status: { readonly code: number; readonly message?: string };
};
type BatchAnswer = {
  readonly writeResults: readonly WriteResult[];
  readonly status: readonly Outcome['status'][];
};

async function writeAlone(
  engine: Engine,
  database: Database,
  write: Write,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    const writes = [checkWrite(database.name, write)];
    const { results } = await commit(engine, { database, transaction: undefined, writes }, signal);
    return { result: results[0] ?? { transformResults: [] }, status: { code: status.OK } };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { result: { transformResults: [] }, status: { code: status[error.code], message: error.message } };
  }
}

/** Each write stands alone: some may fail while others succeed, in no promised order. */
export function batchWrite(engine: Engine): Unary<BatchRequest, BatchAnswer> {
  return {
    name: 'BatchWrite',
    target: ({ database = '', writes }) => targetOf(database, writes),
    run: async (request, signal) => {
      const database = engine.databases.open(request.database);
      const { documents } = targetOf(database.name, request.writes);
      if (new Set(documents).size < documents.length)
        throw invalid('BatchWrite cannot write a document twice in one request.');
      if (request.writes.length > 500) throw invalid('maximum 500 writes allowed per request');
      const outcomes = await Promise.all(
        request.writes.map((write) => writeAlone(engine, database, write, signal)),
      );
      return {
        writeResults: outcomes.map((outcome) => outcome.result),
        status: outcomes.map((outcome) => outcome.status),
      };
    },
  };
}

/** One write, answered with the document as it is afterwards. */
async function writeOne(
  engine: Engine,
  write: Write,
  mask: Mask | undefined,
  signal: AbortSignal,
): Promise<WireDocument> {
  const location = documentName(write.update?.name);
  const database = engine.databases.open(location.database);
  const select = selection(mask);
  await commit(
    engine,
    { database, transaction: undefined, writes: [checkWrite(database.name, write)] },
    signal,
  );
  const document = database.documents.now.get(location.path);
  if (document === undefined) throw new Refused('ABORTED', 'The document was deleted meanwhile.');
  return wireDocument(database.name, document, select);
}

type CreateRequest = {
  readonly parent?: string;
  readonly collectionId?: string;
  readonly documentId?: string;
  readonly document?: WireDocument;
  readonly mask?: Mask;
};

export function createDocument(engine: Engine): Unary<CreateRequest, WireDocument> {
  return {
    name: 'CreateDocument',
    target: ({ parent, collectionId = '', documentId = '' }) => ({
      database: databaseOf(parent),
      documents: [`${under(pathsOf([parent])[0] ?? '', collectionId)}/${documentId}`],
    }),
    run: (request, signal) => {
      const parent = parentName(request.parent);
      const collection = under(parent.path, checkId(request.collectionId ?? '', 'Collection id'));
      const id = checkId(request.documentId ?? randomBytes(10).toString('hex'), 'Document id');
      const name = fullName(parent.database, `${collection}/${id}`);
      const update = { name, fields: request.document?.fields ?? {} };
      return writeOne(
        engine,
        { update, updateTransforms: [], currentDocument: { exists: false } },
        request.mask,
        signal,
      );
    },
  };
}

type UpdateRequest = {
  readonly document?: WireDocument;
  readonly updateMask?: Mask;
  readonly mask?: Mask;
  readonly currentDocument?: Precondition;
};

export function updateDocument(engine: Engine): Unary<UpdateRequest, WireDocument> {
  return {
    name: 'UpdateDocument',
    target: ({ document }) => ({
      database: databaseOf(document?.name),
      documents: pathsOf([document?.name]),
    }),
    run: ({ document = {}, mask, ...conditions }, signal) =>
      writeOne(engine, { update: document, updateTransforms: [], ...conditions }, mask, signal),
  };
}

type DeleteRequest = { readonly name?: string; readonly currentDocument?: Precondition };

export function deleteDocument(engine: Engine): Unary<DeleteRequest, object> {
  return {
    name: 'DeleteDocument',
    target: ({ name }) => ({ database: databaseOf(name), documents: pathsOf([name]) }),
    run: async ({ name = '', ...conditions }, signal) => {
      const database = engine.databases.open(documentName(name).database);
      const write = checkWrite(database.name, { delete: name, updateTransforms: [], ...conditions });
      await commit(engine, { database, transaction: undefined, writes: [write] }, signal);
      return {};
    },
  };
}
