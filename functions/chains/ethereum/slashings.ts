// Our keys among those that a block slashes.
import type { SlashingProof } from '../../domain/evidence.ts';
import type { Block } from '../../wire/beacon.ts';
import type { Positions } from './validators.ts';

/** In the order of the blocks. */
export function slashingsIn(blocks: readonly Block[], positions: Positions): SlashingProof[] {
  const of = (slot: number, indices: readonly number[], how: SlashingProof['how']): SlashingProof[] =>
    indices.flatMap((index) => {
      const key = positions.get(index);
      return key === undefined ? [] : [{ key, unit: slot, how }];
    });
  return blocks.flatMap(({ slot, body }) => [
    ...of(slot, body.attester_slashings.flat(), 'attester-slashing'),
    ...of(slot, body.proposer_slashings.flat(), 'proposer-slashing'),
  ]);
}
