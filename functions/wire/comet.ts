// Answers of the CometBFT RPC, as far as they are used. Source: https://docs.cometbft.com/v0.38/rpc/
import { z } from 'zod';
import { exactWeight, moment, natural, signedWeight, weight } from './fields.ts';

const hex = (length: number) =>
  z
    .string()
    .regex(new RegExp(`^[0-9a-f]{${length * 2}}$`, 'i'))
    .transform((text) => text.toLowerCase());
const hash = hex(32);
const address = hex(20);
const name = z.string().min(1).max(100);

/** Success of a JSON-RPC call; GET answers carry id -1. */
const result = <Schema extends z.ZodType>(schema: Schema) => z.object({ result: schema });

/** What a node answers when it cannot do what was asked; with HTTP 500, or 200 by some versions. */
export const failure = z.object({
  error: z.object({ code: z.int(), message: z.string(), data: z.string().optional() }),
});

/** `GET /status` */
export const status = result(
  z.object({
    node_info: z.object({ network: name, id: hex(20) }),
    sync_info: z.object({
      latest_block_hash: hash.or(z.literal('')),
      latest_block_height: natural,
      latest_block_time: moment,
      /** What is older was pruned. */
      earliest_block_height: natural.default(1),
      catching_up: z.boolean(),
    }),
    validator_info: z.object({
      address: address.or(z.literal('')),
      pub_key: z.object({ value: z.string().max(300) }).nullish(),
      voting_power: weight,
    }),
  }),
);

/** `GET /net_info` */
export const netInfo = result(z.object({ n_peers: natural }));

/** `GET /validators?height=H&page=P&per_page=100`: one page of the set at that height. */
export const validators = result(
  z.object({
    block_height: natural,
    validators: z
      .array(
        z.object({
          address,
          pub_key: z.object({ type: z.string().max(100), value: z.string().max(300) }),
          voting_power: exactWeight,
          proposer_priority: signedWeight.optional(),
        }),
      )
      .max(100),
    count: natural,
    total: natural,
  }),
);

/** `GET /commit?height=H`. Flags are kept as numbers: Berachain's fork has more of them than CometBFT, and may get others. */
export const commit = result(
  z.object({
    signed_header: z.object({
      header: z.object({
        chain_id: name,
        height: natural,
        time: moment,
        validators_hash: hash,
        /** Of what the block holds against validators. */
        evidence_hash: hash.or(z.literal('')).default(''),
      }),
      commit: z.object({
        height: natural,
        block_id: z.object({ hash }),
        signatures: z
          .array(
            z.object({
              block_id_flag: z.int().min(0).max(255),
              validator_address: address.or(z.literal('')),
            }),
          )
          .max(10_000),
      }),
    }),
    canonical: z.boolean(),
  }),
);

/** The same answer, read for who made the block and in which round; whatever its votes are. */
export const madeBlock = result(
  z.object({
    signed_header: z.object({
      header: z.object({ chain_id: name, height: natural, time: moment, proposer_address: address }),
      commit: z.object({ height: natural, round: natural }),
    }),
  }),
);

const vote = z.object({ validator_address: address });
/** Whom a piece of evidence is against. Kinds that are not known say nothing. */
const evidence = z.union([
  z
    .object({
      type: z.literal('tendermint/DuplicateVoteEvidence'),
      value: z.object({ vote_a: vote, vote_b: vote }),
    })
    .transform(({ value }) => [value.vote_a.validator_address, value.vote_b.validator_address]),
  z
    .object({
      type: z.literal('tendermint/LightClientAttackEvidence'),
      value: z.object({ ByzantineValidators: z.array(z.object({ address })).max(10_000).nullable() }),
    })
    .transform(({ value }) => (value.ByzantineValidators ?? []).map((each) => each.address)),
  z
    .object({
      type: z
        .string()
        .max(100)
        .refine((type) => !/^tendermint\/(DuplicateVote|LightClientAttack)Evidence$/.test(type)),
    })
    .transform((): string[] => []),
]);

/** `GET /block?height=H`, read for the validators that it holds something against: addresses, each once. */
export const accused = result(
  z.object({
    block: z.object({
      header: z.object({ chain_id: name, height: natural }),
      evidence: z
        .object({ evidence: z.array(evidence).max(1_000) })
        .transform((all) => [...new Set(all.evidence.flat())]),
    }),
  }),
);

/** `Vote{3:8BBE01EAD023 18/00/…}` at its validator's place, or `nil-Vote`. */
const votes = z.array(z.string().max(500)).max(2_000);
const set = z.object({
  validators: z.array(z.object({ address, pub_key: z.object({ value: z.string().max(300) }) })).max(2_000),
});

/** `GET /dump_consensus_state`, read for the votes of the height that is being made, and of the one before it. */
export const consensusState = result(
  z.object({
    round_state: z.object({
      height: natural,
      validators: set,
      votes: z.array(z.object({ prevotes: votes, precommits: votes })).max(10_000),
      last_commit: z
        .union([
          z.object({ votes }),
          // Berachain wraps it.
          z.object({ value: z.object({ votes }) }).transform(({ value }) => value),
        ])
        .nullable(),
      last_validators: set.nullable(),
    }),
  }),
);
