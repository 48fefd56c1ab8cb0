// What one probe of one target says.

/**
 * Why a probe failed; closed, so that tables and texts can be complete. `aborted` means our own run ended first; `lease`, that it is not known
 * which port is the target's.
 */
export const reasons = [
  'timeout',
  'refused',
  'reset',
  'dns',
  'unreachable',
  'tls',
  'status',
  'body',
  'protocol',
  'wrong-chain',
  'syncing',
  'stale',
  'lagging',
  'few-peers',
  'identity',
  'misadvertised',
  'aborted',
  'lease',
] as const;

export type Reason = (typeof reasons)[number];

const unknowing: readonly (Reason | null)[] = ['aborted', 'lease'];

/** True for a reason that says nothing of the target. */
export const saysNothing = (reason: Reason | null): boolean => unknowing.includes(reason);

/** Milliseconds per phase; a phase that did not happen is absent. `total` runs from the first look-up to the judgement. */
export type Latency = {
  readonly dns?: number;
  readonly connect?: number;
  readonly tls?: number;
  readonly firstByte?: number;
  readonly total: number;
};

/** Small, printable things that a probe learned, e.g. `{status: 200}`. Never a secret, never a full URL. */
export type ProbeFacts = Readonly<Record<string, string | number | boolean>>;

/** A probe's answer. `detail` is one plain sentence or fragment of at most 200 characters. */
export type Sample =
  | { readonly ok: true; readonly latencyMs: Latency; readonly facts: ProbeFacts }
  | { readonly ok: false; readonly reason: Reason; readonly detail: string; readonly latencyMs: Latency };
