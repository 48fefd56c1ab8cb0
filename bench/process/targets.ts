// Endpoints that are up: HTTP on several ports of two loopback hosts, each answer so many milliseconds after its question.
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { parseArgs } from 'node:util';
import { portOf } from './port.ts';
import { serveParent } from './parent.ts';

const { values } = parseArgs({
  options: { ports: { type: 'string', default: '8' }, latency: { type: 'string', default: '50' } },
});
const latencyMs = Number(values.latency);

// Written by hand so that this process takes as little as it can of the machine that it shares with what is measured.
const answer =
  'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok';

async function listen(host: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => {
      setTimeout(() => socket.end(answer), latencyMs);
    });
  });
  server.listen({ port: 0, host, backlog: 4096 });
  await once(server, 'listening');
  return server;
}

const hosts = Array.from({ length: Number(values.ports) }, (_, index) => `127.0.0.${1 + (index % 2)}`);
const addresses = await Promise.all(hosts.map(async (host) => `${host}:${portOf(await listen(host))}`));
serveParent({ addresses });
