// A block of the pretend Ethereum, as the consensus layer has written it since Electra. Source: https://github.com/ethereum/consensus-specs
import { checkpointOf, stateRoot, zeroRoot } from './beacon-view.ts';
import type { EthereumChain, Lies } from './ethereum-chain.ts';
import { blockHash } from './execution-block.ts';

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
const zeros = (bytes: number): string => `0x${'00'.repeat(bytes)}`;

/** The aggregate of all committees of a slot; committees in which nobody attested are not in it. */
function attestation(chain: EthereumChain, slot: number, lies: Lies | null): object {
  const some = chain.attesting(slot, lies).filter(({ has }) => has.includes(true));
  const epoch = chain.epochOf(slot);
  return {
    aggregation_bits: bitlist(some.flatMap(({ has }) => has)),
    committee_bits: bitvector(
      Array.from({ length: 64 }, (_, index) => some.some(({ committee }) => committee === index)),
    ),
    data: {
      slot: String(slot),
      index: '0',
      beacon_block_root: chain.root(chain.parentSlot(slot + 1), lies),
      source: checkpointOf(chain, chain.checkpoints(slot).justified, lies),
      target: checkpointOf(chain, epoch, lies),
    },
    signature: zeros(96),
  };
}

function payload(chain: EthereumChain, slot: number): object {
  return {
    parent_hash: blockHash(chain.parentSlot(slot)),
    fee_recipient: zeros(20),
    state_root: zeros(32),
    receipts_root: zeros(32),
    logs_bloom: zeros(256),
    prev_randao: zeros(32),
    block_number: String(slot),
    gas_limit: '45000000',
    gas_used: '0',
    timestamp: String(chain.slotTime(slot) / 1000),
    extra_data: '0x',
    base_fee_per_gas: '7',
    block_hash: blockHash(slot),
    transactions: [],
    withdrawals: [],
    blob_gas_used: '0',
    excess_blob_gas: '0',
  };
}

/** The message of the block of a slot that has one. */
export function blockOf(chain: EthereumChain, slot: number, lies: Lies | null): object {
  return {
    slot: String(slot),
    proposer_index: String(chain.proposer(slot, lies)),
    parent_root: slot === 0 ? zeroRoot : chain.root(chain.parentSlot(slot), lies),
    state_root: stateRoot(chain, slot, lies),
    body: {
      randao_reveal: zeros(96),
      eth1_data: { deposit_root: zeros(32), deposit_count: '0', block_hash: zeros(32) },
      graffiti: zeros(32),
      proposer_slashings: [],
      attester_slashings: [],
      attestations: chain.slotsIn(slot, lies).map((each) => attestation(chain, each, lies)),
      deposits: [],
      voluntary_exits: [],
      sync_aggregate: {
        sync_committee_bits: `0x${'ff'.repeat(64)}`,
        sync_committee_signature: zeros(96),
      },
      execution_payload: payload(chain, slot),
      bls_to_execution_changes: [],
      blob_kzg_commitments: [],
      execution_requests: { deposits: [], withdrawals: [], consolidations: [] },
    },
  };
}
