// Probes configured targets, whichever kind their probe is; of the functions only those that probe import this.
import type { Sample } from '../domain/sample.ts';
import type { SecretReader } from '../kit/secret.ts';
import type { Network } from '../kit/net/network.ts';
import { targetAtPort } from './describe.ts';
import type { BoundProbe, ProbeContext } from './probe.ts';
import { members, type ProbeName, type ProbeTarget } from './registry.ts';

/** Probes a target; see `Probe.run` for what it promises. */
export function runProbe<Name extends ProbeName>(
  target: ProbeTarget<Name>,
  context: ProbeContext,
): Promise<Sample> {
  return members[target.probe].run(target, context);
}

/** A target with its network and secrets bound, ready to be run in any tick. */
export function bindProbe<Name extends ProbeName>(
  target: ProbeTarget<Name> & { readonly id: string },
  needs: { readonly network: Network; readonly secret: SecretReader },
): BoundProbe {
  return {
    id: target.id,
    run: ({ port, ...run }) =>
      runProbe(port === undefined ? target : targetAtPort(target, port), { ...run, ...needs }),
  };
}

/** Binds many targets; `allow` widens the network for these targets only. */
export function bindProbes(
  targets: readonly (ProbeTarget & { readonly id: string })[],
  needs: { readonly network: Network; readonly secret: SecretReader; readonly allow: readonly string[] },
): BoundProbe[] {
  const { secret, allow } = needs;
  const network = { ...needs.network, allow: [...needs.network.allow, ...allow] };
  return targets.map((target) => bindProbe(target, { network, secret }));
}
