// What keeps a client from signing twice, as it lies in files: EIP-3076 interchange, and the state of a CometBFT validator. Never a key.
import { z } from 'zod';
import type { LastSign, Marks, Protection } from '../functions/domain/handover/floor.ts';
import { firstIssue } from '../functions/kit/first-issue.ts';

/** The largest file that is read. An export of 20 keys with all of their history is about 1 MB. */
export const mostProtectionBytes = 20_000_000;

/** Decimal text below 2^64, as the interchange has its numbers. */
const decimal = z
  .string()
  .regex(/^[0-9]{1,20}$/)
  .transform(BigInt)
  .refine((value) => value < 1n << 64n);
const root = z.string().regex(/^0x[0-9a-f]{64}$/i);
const publicKey = z
  .string()
  .regex(/^0x[0-9a-f]{96}$/i)
  .transform((text) => text.toLowerCase());

const block = z.object({ slot: decimal });
const attestation = z.object({ source_epoch: decimal, target_epoch: decimal });

// Source: https://eips.ethereum.org/EIPS/eip-3076. Version 4 differs in what it may leave out; what is read here is the same in both.
const interchange = z.object({
  metadata: z.object({
    interchange_format_version: z.union([z.literal('4'), z.literal('5'), z.literal(4), z.literal(5)]),
    genesis_validators_root: root,
  }),
  data: z
    .array(
      z.object({
        pubkey: z.string().max(200),
        signed_blocks: z.array(block).nullish(),
        signed_attestations: z.array(attestation).nullish(),
      }),
    )
    .max(10_000),
});

const small = z
  .union([z.int(), z.string().regex(/^[0-9]{1,9}$/)])
  .transform((value) => BigInt(value))
  .refine((value) => value >= 0n);

// Source: https://github.com/cometbft/cometbft/blob/v0.38.x/privval/file.go (FilePVLastSignState)
const lastSign = z.object({
  height: z
    .string()
    .regex(/^[0-9]{1,19}$/)
    .transform(BigInt),
  round: small,
  step: small.refine((step) => step <= 3n),
});

export type ProtectionRead =
  | { readonly ok: true; readonly protection: Protection; readonly genesisRoot: string | null }
  | { readonly ok: false; readonly why: string };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const secretNames = ['priv_key', 'crypto', 'mnemonic', 'private_key', 'secret'];

/** True for a file that holds keys, or might: nothing of it is repeated, nor looked at further. */
function holdsKeys(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsKeys);
  return isRecord(value) && secretNames.some((name) => Object.hasOwn(value, name));
}

const most = (values: readonly bigint[]): bigint | null =>
  values.reduce<bigint | null>((best, value) => (best === null || value > best ? value : best), null);

function readInterchange(value: unknown): ProtectionRead {
  const parsed = interchange.safeParse(value);
  if (!parsed.success) return { ok: false, why: `is no interchange file: ${firstIssue(parsed.error)}` };
  const { metadata, data } = parsed.data;
  const keys = new Map<string, Marks>();
  for (const { pubkey, signed_blocks: blocks, signed_attestations: attestations } of data) {
    const key = publicKey.safeParse(pubkey);
    // Old clients export entries that are no keys at all. They are no key of ours either.
    if (!key.success) continue;
    const source = most((attestations ?? []).map(({ source_epoch: epoch }) => epoch));
    const target = most((attestations ?? []).map(({ target_epoch: epoch }) => epoch));
    const slot = most((blocks ?? []).map((each) => each.slot));
    // A key without one of them is not protected against that.
    const marks = { source: source ?? -1n, target: target ?? -1n, slot: slot ?? -1n };
    const before = keys.get(key.data);
    keys.set(
      key.data,
      before === undefined
        ? marks
        : {
            source: most([before.source, marks.source]) ?? -1n,
            target: most([before.target, marks.target]) ?? -1n,
            slot: most([before.slot, marks.slot]) ?? -1n,
          },
    );
  }
  return {
    ok: true,
    protection: { of: 'marks', keys },
    genesisRoot: metadata.genesis_validators_root.toLowerCase(),
  };
}

/** Reads what a client has exported. A file that may hold keys is refused unread. Never throws. */
export function readProtection(text: string, of: Protection['of']): ProtectionRead {
  if (text.length > mostProtectionBytes) return { ok: false, why: 'is too large to be an export' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, why: 'is no JSON' };
  }
  if (holdsKeys(value)) {
    return {
      ok: false,
      why: 'is a KEY FILE: the watchdog never reads keys; give it the export of the protection',
    };
  }
  if (of === 'marks') return readInterchange(value);
  const parsed = lastSign.safeParse(value);
  if (!parsed.success) return { ok: false, why: `is no state of a validator: ${firstIssue(parsed.error)}` };
  return { ok: true, protection: { of: 'last-sign', lastSign: parsed.data }, genesisRoot: null };
}

/** An interchange file of version 5 with one block and one attestation for each key: the least that protects. */
export const writeInterchange = (genesisRoot: string, floors: ReadonlyMap<string, Marks>): string =>
  `${JSON.stringify(
    {
      metadata: { interchange_format_version: '5', genesis_validators_root: genesisRoot },
      data: [...floors].map(([pubkey, { source, target, slot }]) => ({
        pubkey,
        signed_blocks: [{ slot: String(slot) }],
        signed_attestations: [{ source_epoch: String(source), target_epoch: String(target) }],
      })),
    },
    null,
    2,
  )}\n`;

/** `priv_validator_state.json`. */
export const writeLastSign = ({ height, round, step }: LastSign): string =>
  `${JSON.stringify({ height: String(height), round: Number(round), step: Number(step) }, null, 2)}\n`;
