// Binds the sites of a configuration to what they are probed and seen with: network, secrets, and what the chains keep between ticks.
import { bindSources, type Chains } from '../chains/run.ts';
import type { Config } from '../config/config.ts';
import type { WatchedSite } from '../flows/watch-world.ts';
import type { Network } from '../kit/net/network.ts';
import type { SecretReader } from '../kit/secret.ts';
import { bindProbes } from '../probes/run.ts';

type Binding = {
  readonly network: Network;
  readonly secret: SecretReader;
  readonly chains: Chains;
};

export function bindSites(sites: Config['sites'], binding: Binding): WatchedSite[] {
  return sites.map(({ rules, targets, sources, allowAddresses: allow }) => ({
    rules,
    probes: bindProbes(targets, { ...binding, allow }),
    sources: bindSources(sources, { ...binding, allow }),
  }));
}
