// Operations of the pretend Compute Engine: accepted at once, done later, remembered by the id of the request.
import { invalid, Refusal } from './refusal.ts';
import type { Operation } from './resource.ts';
import type { World } from './world.ts';

export type Order = {
  readonly type: string;
  readonly zone: string | null;
  /** From `projects/` on. */
  readonly target: string;
  readonly targetId: string;
  readonly requestId: string | null;
  readonly ms: number;
  /** When it begins to run. */
  readonly begin?: (at: number) => void;
  /** When it ends; a refusal that is thrown here, or said by `fails`, is its error. */
  readonly end: (at: number) => void;
  readonly fails?: Operation['error'];
};

const zero = '00000000-0000-0000-0000-000000000000';
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The id of a request, checked; null when it has none. */
export function requestIdOf(query: URLSearchParams): string | null {
  const given = query.get('requestId');
  if (given !== null && (!uuid.test(given) || given === zero)) {
    throw invalid('requestId', given, 'The request ID must be a valid UUID and must not be the zero UUID.');
  }
  return given;
}

/** The operation that this very request began before, null when it is new. */
export function remembered(
  world: World,
  asked: { readonly requestId: string | null; readonly type: string; readonly target: string },
): Operation | null {
  const found = asked.requestId === null ? undefined : world.requests.get(asked.requestId);
  if (found === undefined) return null;
  if (found.type !== asked.type || found.target !== asked.target) {
    throw invalid('requestId', found.requestId ?? '', 'The request ID was used for another request.');
  }
  return found;
}

const codeOf = (refusal: Refusal): string =>
  refusal.status === 409 ? 'RESOURCE_ALREADY_EXISTS' : 'RESOURCE_NOT_READY';

/** Accepts an order. What it does is done by the lab's clock, step by step. */
export function beginOperation(world: World, order: Order): Operation {
  const insertedAt = world.settle();
  const operation: Operation = {
    id: world.newId(),
    name: world.newOperationName(insertedAt),
    type: order.type,
    zone: order.zone,
    target: order.target,
    targetId: order.targetId,
    requestId: order.requestId,
    insertedAt,
    startedAt: null,
    endedAt: null,
    status: 'PENDING',
    error: null,
  };
  world.operations.set(operation.name, operation);
  if (order.requestId !== null) world.requests.set(order.requestId, operation);
  const startsAt = insertedAt + world.timing.pendingMs;
  world.later(startsAt, (at) => {
    operation.status = 'RUNNING';
    operation.startedAt = at;
    order.begin?.(at);
  });
  world.later(startsAt + order.ms + world.faults.extraMs, (at) => {
    operation.status = 'DONE';
    operation.endedAt = at;
    operation.error = order.fails ?? null;
    try {
      order.end(at);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      operation.error = { code: codeOf(error), message: error.message, http: error.status };
    }
  });
  return operation;
}
