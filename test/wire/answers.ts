// Each decoder with an answer that it takes, as real clients give it.
import type { z } from 'zod';
import * as beacon from '../../functions/wire/beacon.ts';
import * as comet from '../../functions/wire/comet.ts';
import * as execution from '../../functions/wire/execution.ts';
import * as known from '../support/node-answers.ts';

const at = Date.UTC(2026, 0, 1);
const hex = (bytes: number, byte = 'ab'): string => `0x${byte.repeat(bytes)}`;
const address = 'AB'.repeat(20);

const validator = {
  index: '7',
  balance: '32000123456',
  status: 'active_ongoing',
  validator: {
    pubkey: hex(48),
    withdrawal_credentials: hex(32),
    effective_balance: '32000000000',
    slashed: false,
    activation_epoch: '0',
    // Never, as all clients write it; it is not read.
    exit_epoch: '18446744073709551615',
    withdrawable_epoch: '18446744073709551615',
  },
};

const attestation = {
  aggregation_bits: hex(9),
  committee_bits: hex(8, '01'),
  data: {
    slot: '99',
    index: '0',
    beacon_block_root: hex(32),
    source: { epoch: '2', root: hex(32) },
    target: { epoch: '3', root: hex(32) },
  },
  signature: hex(96),
};

const block = {
  version: 'electra',
  execution_optimistic: false,
  finalized: false,
  data: {
    message: {
      slot: '100',
      proposer_index: '5',
      parent_root: hex(32),
      state_root: hex(32),
      body: { graffiti: hex(32), deposits: [], attestations: [attestation, attestation] },
    },
    signature: hex(96),
  },
};

const commit = {
  jsonrpc: '2.0',
  id: -1,
  result: {
    signed_header: {
      header: {
        version: { block: '11' },
        chain_id: known.cometNetwork,
        height: '11000000',
        time: '2026-01-01T00:00:00.123456789Z',
        validators_hash: 'CD'.repeat(32),
        proposer_address: address,
      },
      commit: {
        height: '11000000',
        round: 0,
        block_id: { hash: 'EF'.repeat(32), parts: { total: 1, hash: '00'.repeat(32) } },
        signatures: [
          {
            block_id_flag: 4,
            validator_address: address,
            timestamp: '0001-01-01T00:00:00Z',
            signature: 'AA==',
          },
          {
            block_id_flag: 5,
            validator_address: address,
            timestamp: '0001-01-01T00:00:00Z',
            signature: null,
          },
          { block_id_flag: 1, validator_address: '', timestamp: '0001-01-01T00:00:00Z', signature: null },
        ],
      },
    },
    canonical: true,
  },
};

const validatorSet = {
  jsonrpc: '2.0',
  id: -1,
  result: {
    block_height: '11000000',
    validators: [
      {
        address,
        pub_key: { type: 'cometbft/PubKeyBls12_381', value: 'AAAA' },
        // 10 million tokens in gwei, and one more.
        voting_power: '10000000000000001',
        proposer_priority: '-9223372036854775807',
      },
    ],
    count: '1',
    total: '69',
  },
};

const rpc = (result: unknown): unknown => ({ jsonrpc: '2.0', id: 1, result });

export const decoders: readonly (readonly [name: string, schema: z.ZodType, answer: unknown])[] = [
  ['genesis', beacon.genesis, known.genesisAnswer],
  ['spec', beacon.spec, { data: { SECONDS_PER_SLOT: '12', SLOTS_PER_EPOCH: '32', FULU_FORK_EPOCH: '1' } }],
  ['syncing', beacon.syncing, known.syncingAnswer(100)],
  ['header', beacon.header, known.headerAnswer(100)],
  ['fork', beacon.fork, known.forkAnswer()],
  ['peerCount', beacon.peerCount, known.peerCountAnswer('61')],
  ['validators', beacon.validators, { execution_optimistic: false, data: [validator, validator] }],
  ['committee', beacon.committee, { index: '63', slot: '99', validators: ['1', '2', '3'] }],
  [
    'attesterDuties',
    beacon.attesterDuties,
    {
      dependent_root: hex(32),
      data: [{ pubkey: hex(48), validator_index: '7', slot: '99', committee_index: '2' }],
    },
  ],
  ['block', beacon.block, block],
  ['liveness', beacon.liveness, { data: [{ index: '7', is_live: true }] }],
  [
    'rewards',
    beacon.rewards,
    {
      data: {
        ideal_rewards: [],
        total_rewards: [{ validator_index: '7', head: '-2000', target: '3000', source: '0' }],
      },
    },
  ],
  ['status', comet.status, known.statusAnswer(at)],
  ['netInfo', comet.netInfo, known.netInfoAnswer('12')],
  ['validatorSet', comet.validators, validatorSet],
  ['commit', comet.commit, commit],
  ['failure', comet.failure, { id: -1, error: { code: -32_603, message: 'no', data: 'height 9 must be…' } }],
  ['chainId', execution.chainId, rpc('0x1')],
  ['rpcPeerCount', execution.peerCount, rpc('0x32')],
  ['rpcSyncing', execution.syncing, rpc({ currentBlock: '0x0', highestBlock: '0x0' })],
  ['rpcInSync', execution.syncing, rpc(false)],
  ['rpcBlock', execution.block, rpc(known.blockResult(5, at))],
  ['rpcRefusal', execution.block, { id: null, error: { code: -32_601, message: 'no', data: {} } }],
];
