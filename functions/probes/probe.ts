// The door of the probes: what every kind of probe is, and what it is given.
import type { z } from 'zod';
import type { Sample } from '../domain/sample.ts';
import type { SecretReader } from '../kit/secret.ts';

/** Which addresses a target may resolve to, and how names become addresses. */
export type Network = {
  /** CIDRs that are allowed although they are not public (`allowAddresses` of a site; loopback in the lab). */
  readonly allow: readonly string[];
  /** `host:port` → `address:port`, as given by `--resolve`; such an address was named by the operator and is not checked. */
  readonly hosts: ReadonlyMap<string, { readonly address: string; readonly port: number }>;
  /** Name servers as `address:port`; the system's when absent. */
  readonly nameServers?: readonly string[];
};

export type ProbeContext = {
  /** Ends with the run; a probe that sees it aborted answers `aborted`. */
  readonly signal: AbortSignal;
  /** This probe's own deadline in real milliseconds, from its start to its judgement; exceeding it answers `timeout`. */
  readonly timeoutMs: number;
  readonly network: Network;
  readonly secret: SecretReader;
  /** Wall-clock time of the run, epoch ms, for what has a date (certificates, chain heads). */
  readonly at: number;
};

/** A host name or IP address (without brackets) and a port. */
export type Endpoint = { readonly host: string; readonly port: number };

/**
 * One kind of probe. `run` resolves for everything that a network or a server can do, within `timeoutMs` or as soon as the
 * signal aborts, and leaves no socket behind; it throws only for bugs and for a secret that cannot be used (ERR_SECRET).
 */
export type Probe<Options> = {
  /** The options of a target of this kind, beside what all targets share (id, role, …). */
  readonly schema: z.ZodObject<z.ZodRawShape, z.core.$strict> & z.ZodType<Options>;
  /** The first host it connects to, for `--resolve` and for checks of literal addresses. */
  readonly endpoint: (options: Options) => Endpoint;
  /** What it does in a few words, without secrets, path and query: for messages. */
  readonly describe: (options: Options) => string;
  readonly run: (options: Options, context: ProbeContext) => Promise<Sample>;
};

/** What differs from run to run. */
export type ProbeRun = { readonly signal: AbortSignal; readonly timeoutMs: number; readonly at: number };

/** A target that is ready to be probed: its options, network and secrets are bound. Same promises as `Probe.run`. */
export type BoundProbe = { readonly id: string; readonly run: (run: ProbeRun) => Promise<Sample> };
