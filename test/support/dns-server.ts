// A name server on loopback (UDP) that knows what a test tells it.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';

/** Addresses of both families, or how the server fails. Names that are not listed do not exist. */
export type Zone = Readonly<Record<string, readonly string[] | 'servfail' | 'silent' | 'garbage'>>;

export type DnsServer = {
  /** `address:port`, as `network.nameServers` takes it. */
  readonly address: string;
  readonly questions: () => number;
  /** Ends the holding of a server that was started as `held`; what was asked so far is answered now. */
  readonly answer: () => void;
  readonly close: () => Promise<void>;
};

const typeA = 1;
const typeAaaa = 28;

export async function dnsServer(zone: Zone, mode: 'prompt' | 'held' = 'prompt'): Promise<DnsServer> {
  const held: (() => void)[] = [];
  let isHeld = mode === 'held';
  const socket = createSocket('udp4');
  let questions = 0;
  socket.on('message', (query, from) => {
    questions++;
    const answer = reply(query, zone);
    const send = (): void => {
      if (answer !== null) socket.send(answer, from.port, from.address);
    };
    if (isHeld) held.push(send);
    else send();
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    questions: () => questions,
    answer: () => {
      isHeld = false;
      for (const send of held.splice(0)) send();
    },
    close: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
}

function reply(query: Buffer, zone: Zone): Buffer | null {
  const { name, end } = questionName(query);
  const type = query.readUInt16BE(end);
  const entry = zone[name.toLowerCase()];
  if (entry === 'silent') return null;
  if (entry === 'garbage') return Buffer.concat([query.subarray(0, 2), Buffer.from('not dns')]);
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  const rcode = entry === undefined ? 3 : entry === 'servfail' ? 2 : 0;
  header.writeUInt16BE(0x81_80 | rcode, 2);
  header.writeUInt16BE(1, 4);
  const wanted = Array.isArray(entry)
    ? entry.filter((address) => isIPv6(address) === (type === typeAaaa) && [typeA, typeAaaa].includes(type))
    : [];
  header.writeUInt16BE(wanted.length, 6);
  return Buffer.concat([
    header,
    query.subarray(12, end + 4),
    ...wanted.map((address) => record(address, type)),
  ]);
}

function questionName(query: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.'), end: at + 1 };
}

function record(address: string, type: number): Buffer {
  const data = Buffer.from(isIPv6(address) ? ipv6Bytes(address) : address.split('.').map(Number));
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc0_0c, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(60, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function ipv6Bytes(address: string): number[] {
  const [left = '', right] = address.split('::');
  const words = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const tail = right === undefined ? [] : words(right);
  const gap = right === undefined ? 0 : 8 - words(left).length - tail.length;
  return [...words(left), ...Array.from({ length: gap }, () => '0'), ...tail].flatMap((word) => {
    const value = Number.parseInt(word, 16);
    return [value >> 8, value & 0xff];
  });
}
