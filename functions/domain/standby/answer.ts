// What Compute says to a request: the rules go by it, and the door of the cloud gives it.

/**
 * Why Compute did not do what was asked. `isLost`: no answer came, so that it may have been done. `code` is Compute's own word where it
 * gave one (`ZONE_RESOURCE_POOL_EXHAUSTED`, `quotaExceeded`), else `HTTP_503`, `TIMEOUT` and the like. `permission` is the one that is
 * missing, where Compute says which. `text` is one short line without secrets.
 */
export type ComputeFailure = {
  readonly code: string;
  readonly status: number | null;
  readonly isLost: boolean;
  readonly permission: string | null;
  readonly text: string;
};

export type ComputeAnswer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: ComputeFailure };

/** `unfinished` while it is under way; an operation that Compute does not know any more is `unknown`. */
export type OperationState =
  | { readonly state: 'unfinished' | 'done' | 'unknown' }
  | { readonly state: 'failed'; readonly code: string; readonly text: string };
