// What a probe is given in these tests: loopback is allowed, secrets come from a list.
import type { Network } from '../../functions/kit/net/network.ts';
import type { ProbeContext } from '../../functions/probes/probe.ts';
import { WatchdogError } from '../../functions/kit/error.ts';

const loopback = ['127.0.0.0/8', '::1/128'] as const;

type Given = {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly network?: Partial<Network>;
  readonly secrets?: Readonly<Record<string, string>>;
};

export function contextWith(given: Given = {}): ProbeContext {
  return {
    signal: given.signal ?? new AbortController().signal,
    timeoutMs: given.timeoutMs ?? 10_000,
    network: { allow: loopback, hosts: new Map(), ...given.network },
    secret: (reference) => {
      const value = 'env' in reference ? given.secrets?.[reference.env] : undefined;
      if (value === undefined) throw new WatchdogError('ERR_SECRET', 'the secret is missing');
      return value;
    },
    at: Date.now(),
  };
}
