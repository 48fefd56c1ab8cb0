// Which epochs of a pretend Ethereum are justified and final, as two thirds of its validators have voted. Source: https://github.com/ethereum/consensus-specs

/** Epochs; 0 is genesis, which needs no votes. */
export type Checkpoints = {
  readonly previousJustified: number;
  readonly justified: number;
  readonly finalized: number;
};

/** The checkpoints that the states of an epoch hold. `share` is how much of an epoch's validators voted, from 0 to 1. */
export function checkpointsOf(epoch: number, share: (epoch: number) => number): Checkpoints {
  const justifiedIn = (within: number): number => {
    // Nothing is justified before the end of epoch 2.
    for (let each = within < 3 ? 0 : within - 1; each > 0; each -= 1) {
      if (share(each) >= 2 / 3) return each;
    }
    return 0;
  };
  const finalizedIn = (within: number): number => {
    let justified = justifiedIn(within);
    for (let each = within; each > 0 && justified > 0; each -= 1) {
      const before = justifiedIn(each - 1);
      if (justified === before + 1) return before;
      justified = before;
    }
    return 0;
  };
  return {
    previousJustified: justifiedIn(Math.max(0, epoch - 1)),
    justified: justifiedIn(epoch),
    finalized: finalizedIn(epoch),
  };
}
