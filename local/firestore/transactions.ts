// The transactions that are open: found by id, forgotten when they end or stay idle for too long.
import { randomBytes } from 'node:crypto';
import type { Holder, Locks } from './locks.ts';
import { expired } from './refused.ts';
import type { Micros } from './time.ts';

export type Transaction = {
  readonly id: Buffer;
  readonly database: string;
  /** Set for a read-only transaction: the state that all of its reads see. */
  readonly readOnlyAt: Micros | undefined;
  readonly holder: Holder;
  readonly locks: Locks;
  /** In optimistic mode the time of the first read; commits since then are checked at the end. */
  snapshot: Micros | undefined;
};

export type Transactions = {
  readonly begin: (options: {
    readonly database: string;
    readonly locks: Locks;
    readonly readOnlyAt?: Micros | undefined;
    readonly isRetry: boolean;
  }) => Transaction;
  /** Refuses an id that is unknown, over, idle for too long, or of another database. */
  readonly find: (id: Uint8Array, database: string) => Transaction;
  readonly isOpen: (transaction: Transaction) => boolean;
  /** Forgets it without releasing its locks: the commit that follows does that. */
  readonly conclude: (transaction: Transaction) => void;
  readonly end: (transaction: Transaction) => void;
  readonly close: () => void;
};

/** `idleMs` is real time: an open transaction nobody uses for so long loses its locks. */
export function transactions(idleMs: number): Transactions {
  const open = new Map<string, { readonly transaction: Transaction; readonly timer: NodeJS.Timeout }>();

  const conclude = ({ id }: Transaction): void => {
    const key = id.toString('hex');
    clearTimeout(open.get(key)?.timer);
    open.delete(key);
  };
  const end = (transaction: Transaction): void => {
    conclude(transaction);
    transaction.locks.release(transaction.holder);
  };

  return {
    conclude,
    end,
    isOpen: ({ id }) => open.has(id.toString('hex')),
    begin: ({ database, locks, readOnlyAt, isRetry }) => {
      const holder = { isRetry, keys: new Set<string>() };
      const transaction = { id: randomBytes(16), database, readOnlyAt, holder, locks, snapshot: undefined };
      const timer = setTimeout(() => end(transaction), idleMs);
      timer.unref();
      open.set(transaction.id.toString('hex'), { transaction, timer });
      return transaction;
    },
    find: (id, database) => {
      const entry = open.get(Buffer.from(id).toString('hex'));
      if (entry === undefined || entry.transaction.database !== database) throw expired();
      entry.timer.refresh();
      return entry.transaction;
    },
    close: () => {
      for (const { transaction } of open.values()) end(transaction);
    },
  };
}
