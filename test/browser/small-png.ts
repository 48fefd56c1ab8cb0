// A screenshot in fewer bytes: Chromium filters its rows as photographs want it, and flat areas are smaller without.
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Of 8 bits and without interlacing, as all screenshots are: grey, colour, grey and colour with alpha. */
const channels: Readonly<Record<number, number>> = { 0: 1, 2: 3, 4: 2, 6: 4 };

type Chunk = { readonly type: string; readonly data: Buffer };

function chunksOf(png: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = signature.length; at < png.length;) {
    const length = png.readUInt32BE(at);
    chunks.push({
      type: png.toString('latin1', at + 4, at + 8),
      data: png.subarray(at + 8, at + 8 + length),
    });
    at += length + 12;
  }
  return chunks;
}

function written({ type, data }: Chunk): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(data.length);
  named.copy(whole, 4);
  whole.writeUInt32BE(crc32(named), named.length + 4);
  return whole;
}

/** https://www.w3.org/TR/png-3/#9Filter-type-4-Paeth */
function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}

function predicted(filter: number, left: number, above: number, corner: number): number {
  switch (filter) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return Math.floor((left + above) / 2);
    default:
      return paeth(left, above, corner);
  }
}

/** The same rows, each with the filter "none" before it. */
function unfiltered(rows: Buffer, width: number, step: number): Buffer {
  const stride = width * step + 1;
  const plain = Buffer.alloc(rows.length);
  for (let at = 0; at < rows.length; at += 1) {
    const column = at % stride;
    if (column === 0) continue;
    const filter = rows[at - column] ?? 0;
    const isFirst = column <= step;
    const left = isFirst ? 0 : (plain[at - step] ?? 0);
    const above = plain[at - stride] ?? 0;
    const corner = isFirst ? 0 : (plain[at - stride - step] ?? 0);
    plain[at] = ((rows[at] ?? 0) + predicted(filter, left, above, corner)) & 0xff;
  }
  return plain;
}

/** The same picture. */
export function smallPng(png: Buffer): Buffer {
  const chunks = chunksOf(png);
  const header = chunks.find(({ type }) => type === 'IHDR');
  const step = channels[header?.data[9] ?? -1];
  if (header === undefined || step === undefined || header.data[8] !== 8 || header.data[12] !== 0) {
    throw new Error('this is no screenshot');
  }
  const rows = inflateSync(
    Buffer.concat(chunks.flatMap(({ type, data }) => (type === 'IDAT' ? [data] : []))),
  );
  const plain = unfiltered(rows, header.data.readUInt32BE(0), step);
  const body = { type: 'IDAT', data: deflateSync(plain, { level: 9, memLevel: 9 }) };
  return Buffer.concat([signature, ...[header, body, { type: 'IEND', data: Buffer.alloc(0) }].map(written)]);
}
