// What can be done with a configured target, whichever kind its probe is.
import type { Sample } from '../domain/sample.ts';
import type { SecretReader } from '../kit/secret.ts';
import type { BoundProbe, Endpoint, Network, Probe, ProbeContext } from './probe.ts';
import { probes } from './registry.ts';
import type { OptionsOf, ProbeName, ProbeTarget } from './registry.ts';

type Members = { readonly [Name in ProbeName]: Probe<OptionsOf[Name]> };
// Typed as one record over all names, so that a name and the options of that name reach the right member without a cast.
const members: Members = probes;

/** Probes a target; see `Probe.run` for what it promises. */
export function runProbe<Name extends ProbeName>(
  target: ProbeTarget<Name>,
  context: ProbeContext,
): Promise<Sample> {
  return members[target.probe].run(target, context);
}

/** What a target's probe does, in a few words without secrets, e.g. `TCP home.example:30303`. */
export function describeTarget<Name extends ProbeName>(target: ProbeTarget<Name>): string {
  return members[target.probe].describe(target);
}

/** The first host and port that a target's probe connects to. */
export function endpointOfTarget<Name extends ProbeName>(target: ProbeTarget<Name>): Endpoint {
  return members[target.probe].endpoint(target);
}

/** A target with its network and secrets bound, ready to be run in any tick. */
export function bindProbe<Name extends ProbeName>(
  target: ProbeTarget<Name> & { readonly id: string },
  needs: { readonly network: Network; readonly secret: SecretReader },
): BoundProbe {
  return { id: target.id, run: (run) => runProbe(target, { ...run, ...needs }) };
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
