// What waiting costs, in words: so that nobody hurries who need not.
import type { WaitingCost } from '../domain/waiting-cost.ts';

const gweiPerEth = 1_000_000_000;

/** Two digits that count, without an exponent. */
const short = (value: number): string => {
  const digits = value <= 0 ? 0 : Math.max(0, 1 - Math.floor(Math.log10(value)));
  return value.toFixed(Math.min(digits, 9));
};

export function range(low: number, high: number): string {
  const [from, to] = [short(low), short(high)];
  return from === to ? from : `${from} to ${to}`;
}

/** One sentence, which begins with the price and ends with what does not happen. */
export function costWords(cost: WaitingCost): string {
  switch (cost.chain) {
    case 'ethereum':
      return `Waiting costs about ${range(cost.lowGwei / gweiPerEth, cost.highGwei / gweiPerEth)} ETH an hour in missed rewards and penalties. Nobody is slashed for waiting.`;
    case 'berachain':
    case 'cometbft':
      return `Waiting costs the rewards of about ${range(cost.lowBlocks, cost.highBlocks)} blocks an hour and no penalty. Nobody is slashed for waiting.`;
  }
}
