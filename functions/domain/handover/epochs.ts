// How the epochs of a chain lie in time, by the clock.
import type { Epochs } from './facts.ts';

export const epochMs = ({ slotMs, slotsPerEpoch }: Epochs): number => slotMs * slotsPerEpoch;

/** When an epoch begins, epoch ms. */
export const epochStart = (epochs: Epochs, epoch: number): number =>
  epochs.genesisAt + epoch * epochMs(epochs);

/** The epoch that it is at a time. */
export const epochAt = (epochs: Epochs, at: number): number =>
  Math.floor((at - epochs.genesisAt) / epochMs(epochs));

/** The first epoch that begins later than this: one that begins at that very moment does not. */
export const firstEpochAfter = (epochs: Epochs, at: number): number => epochAt(epochs, at) + 1;
