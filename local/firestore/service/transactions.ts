// BeginTransaction and Rollback.
import type { Engine } from '../database.ts';
import { beginTransaction as begin } from '../reading.ts';
import type { TransactionOptions } from '../wire.ts';
import type { Unary } from './method.ts';

type BeginRequest = { readonly database?: string; readonly options?: TransactionOptions };

export function beginTransaction(engine: Engine): Unary<BeginRequest, { readonly transaction: Uint8Array }> {
  return {
    name: 'BeginTransaction',
    target: ({ database = '' }) => ({ database, documents: [] }),
    run: ({ database, options }) => ({
      transaction: begin(engine, engine.databases.open(database), options).id,
    }),
  };
}

type RollbackRequest = { readonly database?: string; readonly transaction?: Uint8Array };

export function rollback(engine: Engine): Unary<RollbackRequest, object> {
  return {
    name: 'Rollback',
    target: ({ database = '' }) => ({ database, documents: [] }),
    run: ({ database, transaction = new Uint8Array() }) => {
      engine.transactions.end(engine.transactions.find(transaction, engine.databases.open(database).name));
      return {};
    },
  };
}
