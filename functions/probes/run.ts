// Makes configured targets ready to be probed; only `watch` (and later `witness`) imports this.
import type { BoundProbe, Network } from './probe.ts';
import { runProbe, type ProbeTarget } from './registry.ts';
import type { SecretReader } from '../kit/secret.ts';

/** Binds a target's options to its network and secrets. */
export function bindProbe(
  target: ProbeTarget & { readonly id: string },
  context: { readonly network: Network; readonly secret: SecretReader },
): BoundProbe {
  return { id: target.id, run: (run) => runProbe(target, { ...context, ...run }) };
}
