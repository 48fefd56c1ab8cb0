// A house with four ports whose queues are as short as can be: once this process is stopped and they are full, the kernel drops
// what is sent to them, as a host does that has lost its power.
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { portOf } from './port.ts';
import { serveParent } from './parent.ts';

async function listen(): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.resume();
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 });
  await once(server, 'listening');
  return server;
}

const servers = await Promise.all(Array.from({ length: 4 }, listen));
serveParent({ ports: servers.map(portOf) });
