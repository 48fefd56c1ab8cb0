// What Compute says to a request, as far as the rules need it.

/** Why Compute did not do what was asked; `isLost`: no answer came, so that it may have been done. */
export type Failed = {
  /** Compute's own word where it gave one, else `HTTP_503` and the like. */
  readonly code: string;
  readonly status: number | null;
  readonly isLost: boolean;
  /** The permission that is missing, where Compute says which. */
  readonly permission: string | null;
  readonly text: string;
};

export type Asked<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: Failed };

/** How an operation stands. */
export type Operation =
  | { readonly state: 'unfinished' | 'done' | 'unknown' }
  | { readonly state: 'failed'; readonly code: string; readonly text: string };
