// The chains whose signers can be watched.

/** cometbft is any chain with plain CometBFT commits; Berachain has its own kinds of votes. */
export const chainNames = ['ethereum', 'berachain', 'cometbft'] as const;
export type ChainName = (typeof chainNames)[number];
