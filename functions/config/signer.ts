// Signers as they are written: public keys only, and a hard stop for everything that looks like a private one.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { chainNames, type ChainName } from '../domain/chain.ts';
import { secretReference } from '../kit/secret.ts';
import { id } from './fields.ts';

export { chainNames };
export const chain = z.enum(chainNames);

const privateKey =
  'looks like a PRIVATE key; no private key may be in any file of the watchdog: take it out now, treat it as exposed if this file left your machine, and write the public key';

// YAML reads 0x… without quotes as a number, which loses most of its digits; up to 32 bytes it may have been a private key.
const unquoted = 'is read as a number, not as a key; write a public key in quotes';

const forms = {
  ethereum: {
    pattern: /^([0-9]{1,10}|0x[0-9a-f]{96})$/i,
    howTo: 'write the validator index, or the public key as 0x and 96 hex digits',
  },
  berachain: {
    pattern: /^((0x)?([0-9a-f]{40}|[0-9a-f]{96}|[0-9a-f]{192})|[A-Za-z0-9+/]{128})$/i,
    howTo:
      'write the consensus address (40 hex digits) or the public key (96 or 192 hex digits, or base64 as the node prints it)',
  },
  cometbft: {
    pattern: /^(0x)?[0-9a-f]{40}$/i,
    howTo: 'write the consensus address: 40 hex digits, as the node prints it',
  },
} as const satisfies Record<ChainName, { readonly pattern: RegExp; readonly howTo: string }>;

/** True for 32 bytes in hex or base64, 64 bytes in base64, a mnemonic, a keystore, PEM. */
function isPrivate(text: string): boolean {
  const trimmed = text.trim();
  return (
    /(?<![0-9a-f])(0x)?[0-9a-f]{64}(?![0-9a-f])/i.test(trimmed) ||
    /^([A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{86}==)$/.test(trimmed) ||
    /^[a-z]+([\s,]+[a-z]+){11,}$/i.test(trimmed) ||
    /[{}]|-----BEGIN|priv_?key|crypto|mnemonic/i.test(trimmed)
  );
}

/**
 * What is wrong with a key of a signer of this chain, in words that do not repeat it; null when nothing is. While the chain is not
 * known only what is private is wrong.
 */
export function keyProblem(key: string | number, chainName: ChainName | undefined): string | null {
  if (typeof key === 'number' && !Number.isSafeInteger(key)) return key <= 2 ** 256 ? privateKey : unquoted;
  const text = String(key);
  if (isPrivate(text)) return privateKey;
  if (chainName === undefined) return null;
  const { pattern, howTo } = forms[chainName];
  return pattern.test(text) ? null : `is not a public key of ${chainName}; ${howTo}`;
}

const uncompressedDigits = 192;

/** Of a public key as the node holds it: the first 20 bytes of its SHA-256. */
const consensusAddress = (hex: string): string =>
  createHash('sha256').update(Buffer.from(hex, 'hex')).digest('hex').slice(0, 40);

/**
 * The form in which a key is compared and looked for. Spellings of one key have one form, except that the compressed public key of Berachain
 * keeps its own: what it stands for shows only beside the validator set.
 */
export function canonicalKey(key: string | number, chainName: ChainName): string {
  const text = String(key);
  if (chainName === 'ethereum') return /^[0-9]+$/.test(text) ? String(Number(text)) : text.toLowerCase();
  const hex =
    text.length === 128 ? Buffer.from(text, 'base64').toString('hex') : text.toLowerCase().replace(/^0x/, '');
  return hex.length === uncompressedDigits ? consensusAddress(hex) : hex;
}

const key = z.union([z.number(), z.string()], {
  error: (issue) =>
    typeof issue.input === 'object' && issue.input !== null
      ? privateKey
      : 'is neither text nor number; write an index, or a public key in quotes',
});

const fence = z
  .strictObject({
    id: id.describe('Its name in the log of the gate, such as that of the machine it runs on.'),
    token: secretReference.describe('Whoever shows it may ask as this fence; at least 24 characters.'),
    previousToken: secretReference
      .optional()
      .describe('The token before: it is still taken, so that a token can be changed without a gap.'),
  })
  .meta({
    id: 'Fence',
    description: 'The parent process of a validator client of the house: it asks the gate before each start.',
  });

export const signer = z
  .strictObject({
    id: id.describe('Id of the signer; no other signer of the whole file has it.'),
    chain: chain.describe('The chain that its keys sign on.'),
    keys: z
      .array(key)
      .min(1)
      .max(20)
      .describe(
        'PUBLIC keys, indices or consensus addresses of the 1 to 20 validators that this client process loads. Never a private key.',
      ),
    fences: z
      .array(fence)
      .max(5)
      .default([])
      .describe(
        'The fences of its house, each with its own token. A cloud node needs none: Compute says who it is.',
      ),
  })
  .meta({
    id: 'Signer',
    description: 'The keys that one validator client loads; watched and handed over together.',
  });
