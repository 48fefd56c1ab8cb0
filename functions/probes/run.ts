// Makes configured targets ready to be probed; only `watch` (and later `witness`) imports this.
import type { SecretReader } from '../kit/secret.ts';
import type { BoundProbe, Network } from './probe.ts';
import { runProbe, type ProbeTarget } from './registry.ts';

/** Binds targets to their network and secrets; `allow` widens the network for these targets only. */
export function bindProbes(
  targets: readonly (ProbeTarget & { readonly id: string })[],
  context: { readonly network: Network; readonly secret: SecretReader; readonly allow: readonly string[] },
): BoundProbe[] {
  const network = { ...context.network, allow: [...context.network.allow, ...context.allow] };
  return targets.map((target) => ({
    id: target.id,
    run: (run) => runProbe(target, { secret: context.secret, network, ...run }),
  }));
}
