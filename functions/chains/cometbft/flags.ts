// What the flag of a validator's entry in a commit means.

export type Flags = { readonly absent: ReadonlySet<number>; readonly alive: ReadonlySet<number> };

/** CometBFT: 1 absent, 2 for the block, 3 for no block. Source: https://github.com/cometbft/cometbft/blob/v0.38.x/spec/core/data_structures.md#blockidflag */
export const cometbftFlags: Flags = { absent: new Set([1]), alive: new Set([2, 3]) };

/**
 * Berachain adds up its votes: 4 carries the signature of all, 5 stands for a vote that is a part of it, 6 and 7 are the same for no block. In a
 * real commit nearly all are 5, with an empty signature: whoever looks for 2 or for a signature calls living validators dead.
 * Source: https://github.com/berachain/cometbft, types/block.go
 */
export const berachainFlags: Flags = { absent: new Set([1]), alive: new Set([2, 3, 4, 5, 6, 7]) };
