// How the emulator says no: a gRPC status that the wrapper around every method sends to the client.
import type { status } from '@grpc/grpc-js';

export type StatusName = keyof typeof status;

/** Thrown inside a method to answer with that status; it is an answer of the service, not a bug. */
export class Refused extends Error {
  readonly code: StatusName;

  constructor(code: StatusName, message: string) {
    super(message);
    this.name = 'Refused';
    this.code = code;
  }
}

export function invalid(message: string): Refused {
  return new Refused('INVALID_ARGUMENT', message);
}

/** The text by which the official client recognises that it may run the whole transaction again. */
export function expired(): Refused {
  return invalid('The referenced transaction has expired or is no longer valid.');
}

export function contention(message = 'Too much contention on these documents. Please try again.'): Refused {
  return new Refused('ABORTED', message);
}
