// Signers as they are written: public keys only, and a hard stop for everything that looks like a private one.
import { z } from 'zod';
import { id } from './fields.ts';

/** The chains whose signers can be named. */
export const chainNames = ['ethereum', 'berachain'] as const;
export type ChainName = (typeof chainNames)[number];

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

/** Two spellings of one key have one canonical form. */
export function canonicalKey(key: string | number, chainName: ChainName): string {
  const text = String(key);
  if (chainName === 'ethereum') return /^[0-9]+$/.test(text) ? String(Number(text)) : text.toLowerCase();
  return text.length === 128 ? text : text.toLowerCase().replace(/^0x/, '');
}

const key = z.union([z.number(), z.string()], {
  error: (issue) =>
    typeof issue.input === 'object' && issue.input !== null
      ? privateKey
      : 'is neither text nor number; write an index, or a public key in quotes',
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
  })
  .meta({
    id: 'Signer',
    description: 'The keys that one validator client loads; watched and handed over together.',
  });
