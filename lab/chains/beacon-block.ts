// A block of the pretend Ethereum, as the consensus layer has written it since Electra. Source: https://github.com/ethereum/consensus-specs
import type { EthereumChain, Lies } from './ethereum-chain.ts';

const bytesOf = (bits: readonly boolean[]): Buffer => {
  const bytes = Buffer.alloc(Math.ceil(bits.length / 8));
  for (const [index, bit] of bits.entries()) {
    if (bit) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  }
  return bytes;
};

/** A list ends with one more bit that is set. */
const bitlist = (bits: readonly boolean[]): string => `0x${bytesOf([...bits, true]).toString('hex')}`;
const bitvector = (bits: readonly boolean[]): string => `0x${bytesOf(bits).toString('hex')}`;

/** The aggregate of all committees of a slot; null when nobody in it attested. */
function attestation(chain: EthereumChain, slot: number, lies: Lies | null): object | null {
  const all = chain.attesting(slot, lies);
  const some = all.filter(({ has }) => has.includes(true));
  if (some.length === 0) return null;
  const epoch = String(chain.epochOf(slot));
  return {
    aggregation_bits: bitlist(some.flatMap(({ has }) => has)),
    committee_bits: bitvector(
      Array.from({ length: 64 }, (_, index) => some.some(({ committee }) => committee === index)),
    ),
    data: {
      slot: String(slot),
      index: '0',
      beacon_block_root: chain.root(slot, lies),
      source: { epoch: String(Math.max(0, chain.epochOf(slot) - 1)), root: chain.root(0, lies) },
      target: { epoch, root: chain.root(chain.epochOf(slot) * chain.options.slotsPerEpoch, lies) },
    },
    signature: `0x${'00'.repeat(96)}`,
  };
}

/** The message of the block of a slot that has one: it holds the attestations of every slot since the block before it. */
export function blockOf(chain: EthereumChain, slot: number, lies: Lies | null): object {
  const parent = chain.parentSlot(slot);
  const first = Math.max(parent, slot - chain.options.slotsPerEpoch);
  const slots = Array.from({ length: slot - first }, (_, index) => first + index);
  return {
    slot: String(slot),
    proposer_index: String(chain.proposer(slot)),
    parent_root: chain.root(parent, lies),
    state_root: chain.root(slot, lies),
    body: {
      randao_reveal: `0x${'00'.repeat(96)}`,
      graffiti: `0x${'00'.repeat(32)}`,
      attestations: slots.flatMap((each) => attestation(chain, each, lies) ?? []).slice(-8),
      sync_aggregate: {
        sync_committee_bits: `0x${'ff'.repeat(64)}`,
        sync_committee_signature: `0x${'00'.repeat(96)}`,
      },
      execution_payload: { block_number: String(slot), timestamp: String(chain.slotTime(slot) / 1000) },
    },
  };
}
