// Runs inside the network that stands for the internet, and beside the house's router: servers that write down who came. Arguments: a JSON of what to serve.
import { createSocket, type Socket } from 'node:dgram';
import { createServer as createHttp, request as httpRequest } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp } from 'node:net';
import { z } from 'zod';

const wanted = z.object({
  /** Addresses that serve HTTP on 80 (who comes), TCP on 7 and UDP on 9999 (echo). */
  echo: z.array(z.string()).default([]),
  /** Addresses with a resolver that knows these names and no other. */
  resolver: z.array(z.string()).default([]),
  names: z.record(z.string(), z.string()).default({}),
  /** A front with TLS, as Google's: it says from where somebody came, and passes on to a socket in the file system. */
  front: z.object({ address: z.string(), cert: z.string(), key: z.string(), socket: z.string() }).optional(),
});

const { echo, resolver, names, front } = wanted.parse(JSON.parse(process.argv[2] ?? '{}'));
const address = (from: string | undefined): string => (from ?? '').replace(/^::ffff:/, '');

/** One line of JSON for each that came, with the moment, for there are several such programs. */
const say = (kind: string, from: string | undefined, more: object = {}): void => {
  const at = performance.timeOrigin + performance.now();
  process.stdout.write(`${JSON.stringify({ kind, from: address(from), at, ...more })}\n`);
};

const socketOf = (host: string): Socket => createSocket(host.includes(':') ? 'udp6' : 'udp4');

for (const host of echo) {
  createHttp((incoming, answer) => {
    say('http', incoming.socket.remoteAddress, { path: incoming.url });
    answer.end(`${address(incoming.socket.remoteAddress)}\n`);
  }).listen({ host, port: 80 });
  createTcp((socket) => {
    say('tcp', socket.remoteAddress);
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      say('tcp-data', socket.remoteAddress, { text: data.toString() });
      socket.write(data);
    });
  }).listen({ host, port: 7 });
  const udp = socketOf(host);
  udp.on('message', (message, from) => {
    say('udp', from.address, { port: from.port, text: message.toString() });
    udp.send(message, from.port, from.address);
  });
  udp.bind(9999, host);
}

/** The name that a question asks for, and where the question ends. */
function questionOf(message: Buffer): { readonly name: string; readonly type: number; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let size = message.readUInt8(at); size > 0; size = message.readUInt8(at)) {
    labels.push(message.toString('latin1', at + 1, at + 1 + size));
    at += size + 1;
  }
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 };
}

function answerTo(message: Buffer): { readonly name: string; readonly answer: Buffer } {
  const { name, type, end } = questionOf(message);
  const known = names[name];
  const header = Buffer.from(message.subarray(0, end));
  // An answer, with recursion; no such name where none is known.
  header.writeUInt16BE(known === undefined ? 0x8183 : 0x8180, 2);
  header.writeUInt16BE(known !== undefined && type === 1 ? 1 : 0, 6);
  header.writeUInt16BE(0, 8);
  header.writeUInt16BE(0, 10);
  if (known === undefined || type !== 1) return { name, answer: header };
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...known.split('.').map(Number)]);
  return { name, answer: Buffer.concat([header, record]) };
}

for (const host of resolver) {
  const udp = socketOf(host);
  udp.on('message', (message, from) => {
    const { name, answer } = answerTo(message);
    say('dns', from.address, { name });
    udp.send(answer, from.port, from.address);
  });
  udp.bind(53, host);
}

if (front !== undefined) {
  const { cert, key, socket: socketPath } = front;
  createHttps({ cert, key }, (incoming, outgoing) => {
    const from = address(incoming.socket.remoteAddress);
    const inner = httpRequest(
      {
        socketPath,
        method: incoming.method,
        path: incoming.url,
        headers: { ...incoming.headers, 'x-forwarded-for': from },
      },
      (answer) => {
        say('watchdog', from, { path: incoming.url, status: answer.statusCode });
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    inner.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(inner);
  }).listen({ host: front.address, port: 443 });
}
say('ready', '');
