// From a plain function to a gRPC handler: faults, errors as statuses, cancellation.
import {
  status,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Metadata,
  type ServerErrorResponse,
} from '@grpc/grpc-js';
import { describeError } from '../../../functions/kit/error.ts';
import type { FaultGate } from '../faults.ts';
import { Refused } from '../refused.ts';

/** What a request is about, for fault rules: the database's full name and relative paths. */
export type Target = { readonly database: string; readonly documents: readonly string[] };

type Method<Request, Answer> = {
  readonly name: string;
  readonly target: (request: Request) => Target;
  readonly run: (request: Request, signal: AbortSignal) => Answer | Promise<Answer>;
};

/** One answer for one request. */
export type Unary<Request, Answer> = Method<Request, Answer>;
/** Several answers, sent in order. */
export type Streaming<Request, Answer> = Method<Request, readonly Answer[]>;

type Cancellable = {
  readonly cancelled: boolean;
  readonly once: (event: 'cancelled', listener: () => void) => unknown;
};

function asStatus(error: unknown): ServerErrorResponse & { readonly metadata?: Metadata } {
  if (error instanceof Refused)
    return Object.assign(new Error(error.message), { code: status[error.code], details: error.message });
  const details = `emulator fault: ${describeError(error)}`;
  return Object.assign(new Error(details), { code: status.INTERNAL, details });
}

async function perform<Request, Answer>(
  method: Method<Request, Answer>,
  call: Cancellable & { readonly request: Request },
  gate: FaultGate,
): Promise<Answer> {
  const controller = new AbortController();
  call.once('cancelled', () => controller.abort());
  const describe = () => {
    const { database, documents } = method.target(call.request);
    return { method: method.name, database: database.slice(database.lastIndexOf('/') + 1), documents };
  };
  const loseAnswer = await gate.enter(describe, controller.signal);
  const answer = await method.run(call.request, controller.signal);
  loseAnswer();
  return answer;
}

type Outcome<Answer> = { readonly answer: Answer } | { readonly refusal: ReturnType<typeof asStatus> };

async function outcome<Request, Answer>(
  method: Method<Request, Answer>,
  call: Cancellable & { readonly request: Request },
  gate: FaultGate,
): Promise<Outcome<Answer>> {
  try {
    return { answer: await perform(method, call, gate) };
  } catch (error) {
    return { refusal: asStatus(error) };
  }
}

export function unary<Request, Answer>(
  method: Unary<Request, Answer>,
  gate: FaultGate,
): handleUnaryCall<Request, Answer> {
  const respond = async (
    ...[call, callback]: Parameters<handleUnaryCall<Request, Answer>>
  ): Promise<void> => {
    const result = await outcome(method, call, gate);
    if ('refusal' in result) callback(result.refusal);
    else callback(null, result.answer);
  };
  return (call, callback) => void respond(call, callback);
}

export function streaming<Request, Answer>(
  method: Streaming<Request, Answer>,
  gate: FaultGate,
): handleServerStreamingCall<Request, Answer> {
  const respond = async (call: Parameters<handleServerStreamingCall<Request, Answer>>[0]): Promise<void> => {
    const result = await outcome(method, call, gate);
    if ('refusal' in result) {
      // Destroying the stream would end it without a status, and the client would wait for ever.
      call.emit('error', result.refusal);
      return;
    }
    for (const answer of result.answer) call.write(answer);
    call.end();
  };
  return (call) => void respond(call);
}
