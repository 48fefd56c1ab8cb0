// Real servers on a free port of loopback, closed with all their connections.
import { once } from 'node:events';
import type { Server, Socket } from 'node:net';

export type Listening = {
  readonly host: string;
  readonly port: number;
  /** `host:port`, IPv6 in brackets. */
  readonly address: string;
  /** How many connections were accepted so far, and how many are open now. */
  readonly accepted: () => number;
  readonly open: () => number;
  readonly close: () => Promise<void>;
};

/** Starts a `node:net`, `http`, `https` or `tls` server on port 0 and keeps count of its connections. */
export async function listen(server: Server, host = '127.0.0.1'): Promise<Listening> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  server.on('connection', (socket: Socket) => {
    accepted++;
    sockets.add(socket);
    // A client that hangs up is what many tests are about.
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen({ port: 0, host, backlog: 2048 });
  await once(server, 'listening');
  const bound = server.address();
  if (typeof bound !== 'object' || bound === null) throw new Error('the server has no port');
  const { port } = bound;
  return {
    host,
    port,
    address: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
    accepted: () => accepted,
    open: () => sockets.size,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => {
        resolve();
      });
      await promise;
    },
  };
}

/** A port of loopback where nobody listens. */
export async function closedPort(server: Server): Promise<number> {
  const { port, close } = await listen(server);
  await close();
  return port;
}
