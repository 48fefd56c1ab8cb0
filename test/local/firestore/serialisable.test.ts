// Random concurrent transactions leave the state that running them one after another in commit order leaves, in both modes.
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Timestamp } from '@google-cloud/firestore';
import { systemClock } from '../../../functions/kit/clock.ts';
import { commit } from '../../../local/firestore/committing.ts';
import { databases, type Concurrency, type Engine } from '../../../local/firestore/database.ts';
import { documentKey, scopeKey } from '../../../local/firestore/locks.ts';
import { beginTransaction, reading } from '../../../local/firestore/reading.ts';
import { Refused } from '../../../local/firestore/refused.ts';
import { memoryStorage } from '../../../local/firestore/storage-memory.ts';
import { ticker } from '../../../local/firestore/time.ts';
import { transactions } from '../../../local/firestore/transactions.ts';
import type { View } from '../../../local/firestore/documents.ts';
import type { CheckedWrite } from '../../../local/firestore/writes.ts';
import { open } from './emulator.ts';

const name = 'projects/test/databases/main';
const accounts = ['a', 'b', 'c', 'd'] as const;
type Account = (typeof accounts)[number];
type Balances = Readonly<Record<string, number>>;

/** Moves as much as there is, from one account to another; or spreads the sum of all accounts into one new document. */
type Action =
  | {
      readonly kind: 'move';
      readonly from: Account;
      readonly to: Account;
      readonly amount: number;
      readonly pauses: number;
    }
  | { readonly kind: 'total'; readonly pauses: number };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    kind: fc.constant('move' as const),
    from: fc.constantFrom(...accounts),
    to: fc.constantFrom(...accounts),
    amount: fc.integer({ min: 1, max: 80 }),
    pauses: fc.integer({ min: 0, max: 6 }),
  }),
  fc.record({ kind: fc.constant('total' as const), pauses: fc.integer({ min: 0, max: 6 }) }),
);

function engineOf(concurrency: Concurrency): Engine {
  const clock = ticker(systemClock, 0);
  const stores = databases([], { concurrency, lastAt: 0 });
  const open = transactions(60_000);
  return {
    concurrency,
    lockWaitMs: 60_000,
    storage: memoryStorage(),
    ticker: clock,
    transactions: open,
    databases: stores,
    indexes: null,
  };
}

function put(path: string, n: number): CheckedWrite {
  const fields = { n: { valueType: 'integerValue' as const, integerValue: String(n) } };
  const content = { fields, mask: undefined };
  return { path, kind: 'update', content, transforms: [], exists: undefined, updateTime: undefined };
}

function balance(view: View, path: string): number {
  const value = view.get(path)?.fields['n'];
  return value?.valueType === 'integerValue' ? Number(value.integerValue) : 0;
}

const everyAccount = { parent: '', collectionId: 'accounts', allDescendants: false };

/** What an action writes, given what it sees: the same rule for the engine and for the model. */
function outcome(step: Action, index: number, see: (path: string) => number): Balances {
  if (step.kind === 'total') {
    const total = accounts.reduce((sum, account) => sum + see(`accounts/${account}`), 0);
    return { [`totals/${index}`]: total };
  }
  const [from, to] = [`accounts/${step.from}`, `accounts/${step.to}`];
  if (from === to) return { [from]: see(from) };
  const amount = Math.min(step.amount, see(from));
  return { [from]: see(from) - amount, [to]: see(to) + amount };
}

async function attempt(engine: Engine, step: Action, index: number, isRetry: boolean): Promise<number> {
  const { signal } = new AbortController();
  const database = engine.databases.open(name);
  const retry = isRetry ? { retryTransaction: Buffer.from('x') } : {};
  const transaction = beginTransaction(engine, database, { readWrite: retry });
  const pause = async (): Promise<void> => {
    for (let turn = 0; turn < step.pauses; turn += 1) await Promise.resolve();
  };
  const readKeys =
    step.kind === 'total'
      ? [[scopeKey(everyAccount)]]
      : [step.from, step.to].map((account) => [documentKey(`accounts/${account}`)]);
  const seen = new Map<string, number>();
  for (const keys of readKeys) {
    const { view } = await reading(
      engine,
      { database, consistency: { transaction: transaction.id }, keys },
      signal,
    );
    for (const account of accounts) {
      const path = `accounts/${account}`;
      if (step.kind === 'total' || keys.includes(documentKey(path))) seen.set(path, balance(view, path));
    }
    await pause();
  }
  const writes = Object.entries(outcome(step, index, (path) => seen.get(path) ?? 0)).map(([path, n]) =>
    put(path, n),
  );
  return (await commit(engine, { database, transaction, writes }, signal)).at;
}

async function untilDone(engine: Engine, step: Action, index: number): Promise<number> {
  for (let tries = 0; tries < 200; tries += 1) {
    try {
      return await attempt(engine, step, index, tries > 0);
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 'ABORTED') throw error;
    }
  }
  throw new Error('never committed');
}

describe.each(['pessimistic', 'optimistic'] as const)('%s', (concurrency) => {
  test('every schedule is equal to the order of its commits', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 2, maxLength: 14 }), async (steps) => {
        const engine = engineOf(concurrency);
        const database = engine.databases.open(name);
        const start = accounts.map((account) => put(`accounts/${account}`, 100));
        await commit(
          engine,
          { database, transaction: undefined, writes: start },
          new AbortController().signal,
        );

        const times = await Promise.all(steps.map((step, index) => untilDone(engine, step, index)));

        const model = new Map(accounts.map((account) => [`accounts/${account}`, 100]));
        const order = times.map((at, index) => ({ at, index })).toSorted((left, right) => left.at - right.at);
        for (const { index } of order) {
          const step = steps[index];
          if (step === undefined) continue;
          const changes = outcome(step, index, (path) => model.get(path) ?? 0);
          for (const [path, n] of Object.entries(changes)) model.set(path, n);
        }
        for (const [path, n] of model) expect(balance(database.documents.now, path), path).toBe(n);
        engine.transactions.close();
      }),
      { numRuns: 300 },
    );
  });

  test('transfers by the official client keep the sum, and what was seen at any moment keeps it too', async () => {
    const { client } = await open({ concurrency });
    const references = accounts.map((account) => client.doc(`accounts/${account}`));
    await Promise.all(references.map((reference) => reference.set({ n: 100 })));
    const sum = (values: readonly unknown[]): number =>
      values.reduce<number>((total, value) => total + (typeof value === 'number' ? value : 0), 0);

    const transfer = (index: number) =>
      client.runTransaction(async (transaction) => {
        const [from, to] = [references[index % 4], references[(index + 1 + (index % 3)) % 4]];
        if (from === undefined || to === undefined || from === to) return;
        const [left, right] = await transaction.getAll(from, to);
        transaction.update(from, { n: sum([left?.get('n')]) - index, last: randomUUID() });
        transaction.update(to, { n: sum([right?.get('n')]) + index, at: Timestamp.now() });
      });
    const look = async (): Promise<number> => {
      const found = await client.collection('accounts').get();
      return sum(found.docs.map((document) => document.get('n')));
    };
    const [sums] = await Promise.all([
      Promise.all(Array.from({ length: 12 }, look)),
      Promise.all(Array.from({ length: 12 }, (_, index) => transfer(index))),
    ]);
    expect([...sums, await look()].every((total) => total === 400)).toBe(true);
  });
});
