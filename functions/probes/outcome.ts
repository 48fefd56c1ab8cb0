// What a probe found, before its latency is added.
import type { ProbeFacts, Reason } from '../domain/sample.ts';
import type { Failure as NetFailure } from '../kit/net/failure.ts';

export type Failure = NetFailure<Reason>;
export type Outcome = { readonly ok: true; readonly facts: ProbeFacts } | Failure;
