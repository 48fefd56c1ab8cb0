// RunQuery and RunAggregationQuery.
import type { Engine } from '../database.ts';
import { scopeKey } from '../locks.ts';
import { parentName, under } from '../names.ts';
import { aggregator } from '../query/aggregate.ts';
import { checkIndex } from '../query/needed-index.ts';
import { type Plan, planQuery } from '../query/plan.ts';
import { runPlan } from '../query/run.ts';
import { reading } from '../reading.ts';
import { Refused } from '../refused.ts';
import { toWire } from '../time.ts';
import type { Aggregation, Consistency, Fields, StructuredQuery, Timestamp, WireDocument } from '../wire.ts';
import { databaseOf, pathsOf, wireDocument } from './message.ts';
import type { Streaming, Target } from './method.ts';

function targetOf(parent: string | undefined, query: StructuredQuery | undefined): Target {
  const collection = query?.from[0]?.collectionId ?? '';
  return { database: databaseOf(parent), documents: [under(pathsOf([parent])[0] ?? '', collection)] };
}

function refuseExplain(options: object | undefined): void {
  if (options !== undefined) throw new Refused('UNIMPLEMENTED', 'the emulator explains no queries');
}

function planned(
  engine: Engine,
  parent: ReturnType<typeof parentName>,
  query: StructuredQuery | undefined,
): Plan {
  const plan = planQuery(engine.databases.open(parent.database).name, parent.path, query);
  if (engine.indexes !== null) checkIndex(engine.indexes, plan, query?.where);
  return plan;
}

type QueryRequest = Consistency & {
  readonly parent?: string;
  readonly structuredQuery?: StructuredQuery;
  readonly explainOptions?: object;
};

type QueryAnswer = {
  readonly transaction?: Uint8Array;
  readonly document?: WireDocument;
  readonly readTime: Timestamp;
  readonly skippedResults?: number;
};

export function runQuery(engine: Engine): Streaming<QueryRequest, QueryAnswer> {
  return {
    name: 'RunQuery',
    target: ({ parent, structuredQuery }) => targetOf(parent, structuredQuery),
    run: async (request, signal) => {
      refuseExplain(request.explainOptions);
      const parent = parentName(request.parent);
      const database = engine.databases.open(parent.database);
      const plan = planned(engine, parent, request.structuredQuery);
      const keys = [scopeKey(plan.scope)];
      const { view, readAt, begun } = await reading(engine, { database, consistency: request, keys }, signal);
      const { documents, skipped } = runPlan(plan, view);
      database.counter.add({ reads: Math.max(1, documents.length + skipped) });
      const readTime = toWire(readAt);
      const answers = documents.map((document): QueryAnswer => ({
        document: wireDocument(database.name, document, plan.select),
        readTime,
      }));
      // The first answer tells the transaction and what was skipped; an empty result still needs one for its read time.
      const opening = {
        readTime,
        skippedResults: skipped,
        ...(begun === undefined ? {} : { transaction: begun.id }),
      };
      return begun !== undefined || skipped > 0 || documents.length === 0 ? [opening, ...answers] : answers;
    },
  };
}

type AggregationRequest = Consistency & {
  readonly parent?: string;
  readonly structuredAggregationQuery?: {
    readonly structuredQuery?: StructuredQuery;
    readonly aggregations: readonly Aggregation[];
  };
  readonly explainOptions?: object;
};

type AggregationAnswer = {
  readonly result: { readonly aggregateFields: Fields };
  readonly transaction?: Uint8Array;
  readonly readTime: Timestamp;
};

// Billed as one read for up to a thousand index entries.
const entriesPerRead = 1000;

export function runAggregationQuery(engine: Engine): Streaming<AggregationRequest, AggregationAnswer> {
  return {
    name: 'RunAggregationQuery',
    target: ({ parent, structuredAggregationQuery }) =>
      targetOf(parent, structuredAggregationQuery?.structuredQuery),
    run: async (request, signal) => {
      refuseExplain(request.explainOptions);
      const parent = parentName(request.parent);
      const database = engine.databases.open(parent.database);
      const query = request.structuredAggregationQuery;
      const plan = planned(engine, parent, query?.structuredQuery);
      const aggregate = aggregator(database.name, query?.aggregations ?? []);
      const keys = [scopeKey(plan.scope)];
      const { view, readAt, begun } = await reading(engine, { database, consistency: request, keys }, signal);
      const { documents, skipped } = runPlan(plan, view);
      database.counter.add({ reads: Math.max(1, Math.ceil((documents.length + skipped) / entriesPerRead)) });
      const answer = { result: { aggregateFields: aggregate(documents) }, readTime: toWire(readAt) };
      return [begun === undefined ? answer : { ...answer, transaction: begun.id }];
    },
  };
}
