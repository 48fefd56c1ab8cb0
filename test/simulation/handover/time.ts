// The time of the simulation: steps of sixteen seconds, 24 of which are an epoch of Ethereum.
import type { Epochs } from '../../../functions/domain/handover/facts.ts';
import { epochAt } from '../../../functions/domain/handover/epochs.ts';
import { start } from '../../support/site.ts';

export const stepMs = 16_000;
const stepsPerEpoch = 24;
export const epochs: Epochs = { genesisAt: start - 1_000 * 384_000, slotMs: 12_000, slotsPerEpoch: 32 };

export const epochOf = (at: number): number => epochAt(epochs, at);

/** The step of an epoch in which the validator has its duty: as good as random, and the same for whoever has its keys. */
const dutyStep = (epoch: number): number => (epoch * 7_919) % stepsPerEpoch;

/** The epoch whose duty falls into the step that this moment is in, by whatever clock; null when none does. */
export function dutyAt(at: number): number | null {
  const epoch = epochOf(at);
  const step = Math.floor((at - epochs.genesisAt) / stepMs) % stepsPerEpoch;
  return step === dutyStep(epoch) ? epoch : null;
}
