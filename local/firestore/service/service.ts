// Every method of google.firestore.v1.Firestore: those that work, and a clear refusal for those that do not.
import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Engine } from '../database.ts';
import type { FaultGate } from '../faults.ts';
import { Refused } from '../refused.ts';
import { streaming, unary } from './method.ts';
import { runAggregationQuery, runQuery } from './queries.ts';
import { batchGetDocuments, getDocument, listCollectionIds, listDocuments } from './reads.ts';
import { beginTransaction, rollback } from './transactions.ts';
import { batchWrite, commitWrites, createDocument, deleteDocument, updateDocument } from './writes.ts';

function missing(name: string) {
  return {
    name,
    target: () => ({ database: '', documents: [] }),
    run: () => {
      throw new Refused('UNIMPLEMENTED', `the emulator does not implement ${name}`);
    },
  };
}

export function firestoreService(engine: Engine, gate: FaultGate): UntypedServiceImplementation {
  return {
    GetDocument: unary(getDocument(engine), gate),
    ListDocuments: unary(listDocuments(engine), gate),
    ListCollectionIds: unary(listCollectionIds(engine), gate),
    CreateDocument: unary(createDocument(engine), gate),
    UpdateDocument: unary(updateDocument(engine), gate),
    DeleteDocument: unary(deleteDocument(engine), gate),
    Commit: unary(commitWrites(engine), gate),
    BatchWrite: unary(batchWrite(engine), gate),
    BeginTransaction: unary(beginTransaction(engine), gate),
    Rollback: unary(rollback(engine), gate),
    BatchGetDocuments: streaming(batchGetDocuments(engine), gate),
    RunQuery: streaming(runQuery(engine), gate),
    RunAggregationQuery: streaming(runAggregationQuery(engine), gate),
    PartitionQuery: unary(missing('PartitionQuery'), gate),
    ExecutePipeline: streaming(missing('ExecutePipeline'), gate),
    Listen: streaming(missing('Listen'), gate),
    Write: streaming(missing('Write'), gate),
  };
}
