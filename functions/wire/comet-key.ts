// The names under which a validator of CometBFT is known: its address, and on Berachain its public key in the short form.

// Half of the prime of the field that BLS12-381 is over.
const halfOfField =
  0x0d0088f51cbff34d258dd3db21a5d66bb23ba5c279c2895fb39869507b587b120f55ffff58a9ffffdcff7fffffffd555n;

/**
 * The compressed form of a public key that is held uncompressed, x and y of 48 bytes each: x with a bit for "compressed" and one for the larger
 * y. Null for any other key. Source: https://github.com/zcash/librustzcash/blob/6e0364cd42a2b3d2b958a54771ef51a8db79dd29/pairing/src/bls12_381/README.md#serialization
 */
export function compressed(publicKey: string): string | null {
  if (!/^[0-9a-f]{192}$/.test(publicKey)) return null;
  const first = Number.parseInt(publicKey.slice(0, 2), 16);
  const isLarger = BigInt(`0x${publicKey.slice(96)}`) > halfOfField;
  const flagged = (first & 0x1f) | 0x80 | (isLarger ? 0x20 : 0);
  return `${flagged.toString(16).padStart(2, '0')}${publicKey.slice(2, 96)}`;
}

/**
 * What a configuration may call the validator whose key a node has, by its answer to `/status`: hex in lower case. Empty for a node without one.
 */
export function namesOf({
  address,
  pub_key: publicKey,
}: {
  readonly address: string;
  readonly pub_key?: { readonly value: string } | null | undefined;
}): string[] {
  if (address === '') return [];
  const bytes = Buffer.from(publicKey?.value ?? '', 'base64').toString('hex');
  const short = compressed(bytes);
  return short === null ? [address] : [address, short];
}
