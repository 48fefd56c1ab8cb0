// The door of the probes: what every kind of probe is, and what it is given.
import type { z } from 'zod';
import type { Sample } from '../domain/sample.ts';
import type { AttemptContext } from '../kit/net/attempt.ts';
import type { Endpoint } from '../kit/net/network.ts';

/** What one probe is given. */
export type ProbeContext = AttemptContext;

/**
 * One kind of probe. `run` resolves for everything that a network or a server can do, within `timeoutMs` or as soon as the
 * signal aborts, and leaves no socket behind; it throws only for bugs and for a secret that cannot be used (ERR_SECRET).
 */
export type Probe<Options> = {
  /** The options of a target of this kind, beside what all targets share (id, role, …). */
  readonly schema: z.ZodObject<z.ZodRawShape, z.core.$strict> & z.ZodType<Options>;
  /** The first host it connects to, for `--resolve` and for checks of literal addresses. */
  readonly endpoint: (options: Options) => Endpoint;
  /** The same at another port of that host. */
  readonly atPort: (options: Options, port: number) => Options;
  /** What it does in a few words, without secrets, path and query: for messages. */
  readonly describe: (options: Options) => string;
  readonly run: (options: Options, context: ProbeContext) => Promise<Sample>;
};

/** What differs from run to run. */
export type ProbeRun = {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly at: number;
  /** The port to probe instead of the one in the configuration. */
  readonly port?: number;
};

/** A target that is ready to be probed: its options, network and secrets are bound. Same promises as `Probe.run`. */
export type BoundProbe = { readonly id: string; readonly run: (run: ProbeRun) => Promise<Sample> };
