// The sync committees of a pretend Ethereum: drawn with repetition, by a hash of period and place.
import { createHash } from 'node:crypto';
import type { EthereumChain, Lies } from './ethereum-chain.ts';
import type { Members, Times } from './voting.ts';

function draw(period: number, place: number, count: number): number {
  const seed = createHash('sha256').update(`sync ${period} ${place}`).digest('hex').slice(0, 8);
  return Number.parseInt(seed, 16) % count;
}

/** Who lies about the dead leaves them out. */
export function createSyncCommittees(
  { options }: Times,
  members: Members,
): Pick<EthereumChain, 'syncCommittee'> {
  const { syncCommitteeSize, epochsPerSyncPeriod, validatorCount } = options;
  return {
    syncCommittee: (period: number, lies: Lies | null) => {
      // A committee is drawn when the period before it begins; whoever leaves after that stays in it.
      const drawnAt = Math.max(0, period - 1) * epochsPerSyncPeriod;
      const isIn = (index: number): boolean =>
        members.hasDuty(index, drawnAt) && lies?.dead.includes(index) !== true;
      const drawn: number[] = [];
      const most = syncCommitteeSize * 50;
      for (let place = 0; drawn.length < syncCommitteeSize && place < most; place += 1) {
        const index = draw(period, place, validatorCount);
        if (isIn(index)) drawn.push(index);
      }
      return drawn;
    },
  };
}
