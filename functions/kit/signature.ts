// Ed25519 over text, so that whoever holds the public key knows who wrote it, and nobody who holds only that can write it.
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { WatchdogError } from './error.ts';

/** Writes signatures. */
export type Signature = {
  /** 64 bytes in base64. */
  readonly sign: (text: string) => string;
  /** The public key: its 32 bytes in base64. */
  readonly publicKey: string;
};

/** `what` names it in errors, which never repeat the key. */
function readKey(pem: string, what: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // What OpenSSL says of it may hold parts of it.
  }
  throw new WatchdogError(
    'ERR_SECRET',
    `${what} is no Ed25519 private key in PEM; make one with: openssl genpkey -algorithm ed25519`,
  );
}

/** `pem`: PKCS#8, as `openssl genpkey -algorithm ed25519` writes it. Throws ERR_SECRET for anything else. RFC 8032, RFC 8410. */
export function openSignature(pem: string, what: string): Signature {
  const key = readKey(pem, what);
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return {
    sign: (text) => sign(null, Buffer.from(text, 'utf8'), key).toString('base64'),
    publicKey: Buffer.from(x, 'base64url').toString('base64'),
  };
}
