// The numbers that a chain and its signers are judged by.

/** How long silence has to last before it is silence, and how recent an act must be to show that a key signs. */
export type SigningPolicy = {
  /** Finished epochs (Ethereum) or heights (CometBFT) without an act. */
  readonly silentUnits: number;
  readonly silentMs: number;
  readonly freshMs: number;
};

export type ChainPolicy = SigningPolicy & {
  /** A chain whose heads are older than this on all of at least two operators stands still. */
  readonly stalledMs: number;
  /** A source that had a fresh head within this time still counts. */
  readonly sourceFreshMs: number;
};
