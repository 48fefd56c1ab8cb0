// Answers of the beacon node API, as far as they are used. Source: https://github.com/ethereum/beacon-APIs
import { z } from 'zod';
import { bytes, bytesUpTo, integer, natural } from './fields.ts';

const data = <Schema extends z.ZodType>(schema: Schema) => z.object({ data: schema });
const root = bytes(32);
const version = bytes(4);

/** `GET /eth/v1/beacon/genesis`; the time in epoch seconds. */
export const genesis = data(
  z.object({ genesis_time: natural, genesis_validators_root: root, genesis_fork_version: version }),
);

/** `GET /eth/v1/config/spec`. Newer clients give the length of a slot in milliseconds. */
export const spec = data(
  z.object({
    SECONDS_PER_SLOT: natural.optional(),
    SLOT_DURATION_MS: natural.optional(),
    SLOTS_PER_EPOCH: natural.refine((slots) => slots >= 1 && slots <= 1024),
  }),
);

/** `GET /eth/v1/node/syncing`. Older clients know nothing of optimism and of their execution client. */
export const syncing = data(
  z.object({
    head_slot: natural,
    sync_distance: natural,
    is_syncing: z.boolean(),
    is_optimistic: z.boolean().default(false),
    el_offline: z.boolean().default(false),
  }),
);

/** `GET /eth/v1/beacon/headers/{block}` */
export const header = z.object({
  execution_optimistic: z.boolean().default(false),
  data: z.object({
    root,
    canonical: z.boolean(),
    header: z.object({ message: z.object({ slot: natural, parent_root: root }) }),
  }),
});

/** `GET /eth/v1/beacon/states/{state}/fork` */
export const fork = data(z.object({ current_version: version }));

/** `GET /eth/v1/node/peer_count` */
export const peerCount = data(z.object({ connected: natural }));

/** `GET /eth/v1/beacon/states/{state}/validators?id=…`; balances in gwei. Statuses are kept as text: the set grew before. */
export const validators = data(
  z
    .array(
      z.object({
        index: natural,
        balance: natural,
        status: z.string().max(40),
        validator: z.object({ pubkey: bytes(48), slashed: z.boolean(), effective_balance: natural }),
      }),
    )
    .max(1000),
);

/** One committee out of `GET /eth/v1/beacon/states/{state}/committees`. The longest a committee can be is in the spec: MAX_VALIDATORS_PER_COMMITTEE. */
export const committee = z.object({
  index: natural.refine((index) => index < 64),
  slot: natural,
  /** Indices as decimal text. They are not read one by one: an epoch has a million of them. */
  validators: z.array(z.unknown()).max(2048),
});

/** `POST /eth/v1/validator/duties/attester/{epoch}` */
export const attesterDuties = data(
  z.array(z.object({ validator_index: natural, slot: natural, committee_index: natural })).max(1000),
);

// A bitlist of 64 committees of 2,048 validators and its end bit.
const aggregationBits = bytesUpTo(16_385);

const attestation = z.object({
  aggregation_bits: aggregationBits,
  /** From Electra on; before, `data.index` names the one committee. */
  committee_bits: bytes(8).or(bytes(1)).optional(),
  data: z.object({ slot: natural, index: natural, target: z.object({ epoch: natural }) }),
});
export type Attestation = z.output<typeof attestation>;

const slashedHeader = z.object({ message: z.object({ proposer_index: natural }) });
/** Who signed two blocks for one slot. */
const proposerSlashing = z
  .object({ signed_header_1: slashedHeader, signed_header_2: slashedHeader })
  .transform(({ signed_header_1: one, signed_header_2: two }) => [
    ...new Set([one.message.proposer_index, two.message.proposer_index]),
  ]);

// All committees of a slot, since Electra.
const indexed = z.object({ attesting_indices: z.array(natural).max(131_072) });
/** Who signed both of two attestations that contradict each other; whoever signed one of them did nothing wrong. */
const attesterSlashing = z
  .object({ attestation_1: indexed, attestation_2: indexed })
  .transform(({ attestation_1: one, attestation_2: two }) => {
    const others = new Set(two.attesting_indices);
    return one.attesting_indices.filter((index) => others.has(index));
  });

/** `GET /eth/v2/beacon/blocks/{block}`, without what is not needed: payload, deposits, exits. */
export const block = data(
  z.object({
    message: z.object({
      slot: natural,
      proposer_index: natural,
      parent_root: root,
      body: z.object({
        proposer_slashings: z.array(proposerSlashing).max(16).default([]),
        attester_slashings: z.array(attesterSlashing).max(2).default([]),
        attestations: z.array(attestation).max(128),
      }),
    }),
  }),
);
export type Block = z.output<typeof block>['data']['message'];

/** `POST /eth/v1/validator/liveness/{epoch}` */
export const liveness = data(z.array(z.object({ index: natural, is_live: z.boolean() })).max(1000));

/** `POST /eth/v1/beacon/rewards/attestations/{epoch}`; in gwei, negative for penalties. */
export const rewards = data(
  z.object({
    total_rewards: z
      .array(z.object({ validator_index: natural, head: integer, target: integer, source: integer }))
      .max(1000),
  }),
);

/** `GET /eth/v1/beacon/states/{state}/finality_checkpoints` */
export const finality = data(z.object({ finalized: z.object({ epoch: natural }) }));

/** The same, read for the block as well. */
export const finalizedCheckpoint = data(z.object({ finalized: z.object({ epoch: natural, root }) }));

/** `GET /eth/v1/config/fork_schedule` */
export const forkSchedule = data(
  z
    .array(z.object({ previous_version: version, current_version: version, epoch: z.string().max(20) }))
    .max(64),
);

/** `GET /eth/v1/validator/duties/proposer/{epoch}`: one for each slot of the epoch. */
export const proposerDuties = data(
  z.array(z.object({ pubkey: bytes(48), validator_index: natural, slot: natural })).max(1024),
);

/** `GET /eth/v1/beacon/states/{state}/sync_committees?epoch=…`: indices; whoever was drawn twice stands there twice. */
export const syncCommittee = data(z.object({ validators: z.array(natural).min(1).max(2048) }));

/** `POST /eth/v1/validator/duties/sync/{epoch}`: those of the validators asked for that are in the committee. */
export const syncDuties = data(z.array(z.object({ validator_index: natural })).max(1000));

/** `GET /eth/v1/config/spec`, read for how many epochs a sync committee serves. */
export const syncSpec = data(
  z.object({ EPOCHS_PER_SYNC_COMMITTEE_PERIOD: natural.refine((epochs) => epochs >= 1 && epochs <= 65_536) }),
);
