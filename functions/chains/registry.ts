// All chains: what they are, and which probe's targets can be asked for signing. To add one: its file, its test, one line here, one row in the docs.
import type { ChainName } from '../domain/chain.ts';

/** The kind of target that shows signing on a chain; its url and network are those of the probe. */
export const sourceProbes = {
  ethereum: 'beacon',
  berachain: 'cometbft',
  cometbft: 'cometbft',
} as const satisfies Record<ChainName, string>;
