// The frame of every conversation with a stranger: one deadline, one signal, timed phases, and nothing that outlives it.
import { setImmediate } from 'node:timers/promises';
import type { SecretReader } from '../secret.ts';
import { failed } from './failure.ts';
import type { Failure } from './failure.ts';
import type { Network } from './network.ts';

/** What one attempt is given. */
export type AttemptContext = {
  /** Ends with the run; an attempt that sees it aborted answers `aborted`. */
  readonly signal: AbortSignal;
  /** The attempt's own deadline in real milliseconds, from its start to its judgement; exceeding it answers `timeout`. */
  readonly timeoutMs: number;
  readonly network: Network;
  readonly secret: SecretReader;
  /** Wall-clock time of the run, epoch ms, for what has a date (certificates, chain heads). */
  readonly at: number;
};

/** Milliseconds per phase; a phase that did not happen is absent. `total` runs from the first look-up to the judgement. */
type Latency = {
  readonly dns?: number;
  readonly connect?: number;
  readonly tls?: number;
  readonly firstByte?: number;
  readonly total: number;
};

const phases = {
  start: 'nothing was asked yet',
  dns: 'DNS gave no address',
  connect: 'no connection was made',
  tls: 'the TLS handshake did not end',
  firstByte: 'connected, but no answer came',
  rest: 'the answer did not end',
} as const;
type Phase = keyof typeof phases;

/** What the work of one attempt sees of its frame. */
export type Attempt = {
  readonly context: AttemptContext;
  /** Ends the phase before and begins `phase`; a phase that comes again (redirects) adds up. */
  readonly enter: (phase: Phase) => void;
  /** `release` is called once when the attempt is over, however it ends; it destroys a socket, cancels a timer or a look-up. */
  readonly own: (release: () => void) => void;
};

/**
 * Runs `work` until it is done, the deadline passes or the run ends, whichever comes first, then releases all that it owns. Work
 * that is cut off may stay pending; what it throws afterwards is dropped, what it throws before is a bug and is thrown on.
 */
export async function attempt<Outcome extends { readonly ok: boolean }>(
  context: AttemptContext,
  work: (attempt: Attempt) => Promise<Outcome>,
): Promise<(Outcome | Failure) & { readonly latencyMs: Latency }> {
  const begunAt = performance.now();
  const spent = new Map<Phase, number>();
  const owned: (() => void)[] = [];
  let isOver = false;
  let phase: Phase = 'start';
  let phaseAt = begunAt;
  const enter = (next: Phase): void => {
    const now = performance.now();
    spent.set(phase, (spent.get(phase) ?? 0) + now - phaseAt);
    phase = next;
    phaseAt = now;
  };
  const own = (release: () => void): void => {
    if (isOver) release();
    else owned.push(release);
  };

  const { promise: cutOff, resolve: cut } = Promise.withResolvers<Failure>();
  const late = (): Failure => failed('timeout', `${phases[phase]} within ${context.timeoutMs} ms`);
  const onAbort = (): void => {
    cut(failed('aborted', `the run ended: ${phases[phase]}`));
  };
  const timer = setTimeout(() => {
    cut(late());
  }, context.timeoutMs);
  context.signal.addEventListener('abort', onAbort, { once: true });
  try {
    if (context.signal.aborted) onAbort();
    const done = context.signal.aborted ? cutOff : work({ context, enter, own });
    const outcome = await Promise.race([cutOff, done]);
    const isLate = outcome.ok && performance.now() - begunAt > context.timeoutMs;
    const verdict = isLate ? late() : outcome;
    enter('start');
    return { ...verdict, latencyMs: latency(spent, performance.now() - begunAt) };
  } finally {
    isOver = true;
    clearTimeout(timer);
    context.signal.removeEventListener('abort', onAbort);
    // The last came upon the first: TLS goes before the socket that it wraps. And not before the event that brought us here is
    // over: Node crashes when a socket is destroyed while the TLS upon it still handles a handshake.
    await setImmediate();
    for (const release of owned.toReversed()) release();
  }
}

function latency(spent: ReadonlyMap<Phase, number>, total: number): Latency {
  const measured: { -readonly [Key in keyof Latency]: Latency[Key] } = { total: tenths(total) };
  for (const phase of ['dns', 'connect', 'tls', 'firstByte'] as const) {
    const ms = spent.get(phase);
    if (ms !== undefined) measured[phase] = tenths(ms);
  }
  return measured;
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
