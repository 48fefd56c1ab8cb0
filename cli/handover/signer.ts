// Which signer is meant, and what the configuration says of it.
import type { Config } from '../../functions/config/config.ts';
import type { Epochs } from '../../functions/domain/handover/facts.ts';
import type { SiteRules } from '../../functions/domain/policy.ts';
import { networkOf, type EthereumNetwork } from '../../functions/wire/ethereum-network.ts';

export type Signer = SiteRules['signers'][number];
export type Chosen = {
  readonly signer: Signer;
  readonly site: Config['sites'][number];
  /** Null where a chain has no epochs, or no source says which network it is. */
  readonly network: EthereumNetwork | null;
};

export type Choice =
  | { readonly ok: true; readonly chosen: Chosen }
  | { readonly ok: false; readonly message: string };

/** Of all sites; a signer has one id in the whole configuration. */
export function chooseSigner({ sites }: Config, id: string): Choice {
  for (const site of sites) {
    const signer = site.rules.signers.find((each) => each.id === id);
    if (signer === undefined) continue;
    const source = site.sources.find(({ chain }) => chain === signer.chain);
    const network = source?.chain === 'ethereum' ? networkOf(source.source.network) : null;
    return { ok: true, chosen: { signer, site, network } };
  }
  const all = sites.flatMap(({ rules }) => rules.signers.map((each) => each.id)).join(', ');
  return {
    ok: false,
    message: `there is no signer ${id} in the configuration; there is: ${all === '' ? 'none' : all}`,
  };
}

export const epochsOf = (network: EthereumNetwork | null): Epochs | null =>
  network === null
    ? null
    : {
        genesisAt: network.genesisTime * 1000,
        slotMs: network.secondsPerSlot * 1000,
        slotsPerEpoch: network.slotsPerEpoch,
      };
