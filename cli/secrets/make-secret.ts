// Makes secrets that nobody has to think up: tokens that the house shows, keys that sign links, the key of the gate.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { openSignature } from '../../functions/kit/signature.ts';

/** 32 bytes, in characters that need no quotes anywhere. */
export const randomToken = (): string => randomBytes(32).toString('base64url');

/** What `gate.publicKeys` lists of such a key; null when the text is none. */
export function publicHalf(pem: string): string | null {
  try {
    return openSignature(pem, 'the key').publicKey;
  } catch {
    return null;
  }
}

/** An Ed25519 private key in PEM, made in memory; `publicKey` is what `gate.publicKeys` lists. */
export function newSigningKey(): { readonly pem: string; readonly publicKey: string } {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  return { pem, publicKey: openSignature(pem, 'the new key').publicKey };
}
