// Bits as the consensus layer writes them: least significant bit of each byte first.
// Source: https://github.com/ethereum/consensus-specs/blob/master/ssz/simple-serialize.md#bitlistn

const bytesOf = (hex: string): Buffer => Buffer.from(hex.slice(2), 'hex');

const bitAt = (bytes: Buffer, index: number): boolean =>
  (((bytes[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;

/** The places of the bits that are set in a vector of fixed length. `hex` is 0x and whole bytes. */
export function vectorBits(hex: string): number[] {
  const bytes = bytesOf(hex);
  return Array.from({ length: bytes.length * 8 }, (_, index) => index).filter((index) => bitAt(bytes, index));
}

export type Bitlist = { readonly length: number; readonly has: (index: number) => boolean };

/** A list whose highest set bit marks its end and is no part of it. Null when the last byte is empty, so that there is no end. */
export function bitlist(hex: string): Bitlist | null {
  const bytes = bytesOf(hex);
  const last = bytes.at(-1) ?? 0;
  if (last === 0) return null;
  const length = (bytes.length - 1) * 8 + (31 - Math.clz32(last));
  return { length, has: (index) => index >= 0 && index < length && bitAt(bytes, index) };
}
