// One listening socket of the pretend world that can be taken away and brought back at the same port.
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { ApiAnswer, ApiRequest } from '../chains/api.ts';
import { listenLow } from '../../local/low-port.ts';
import { nodeServer } from '../chains/serve.ts';

/** `tcp` accepts and stays silent, as the peer-to-peer ports of clients do; `http` answers `{"status":"ok"}`; a function answers for a node. */
export type Service = 'tcp' | 'http' | ((request: ApiRequest) => ApiAnswer);

export type Listener = {
  readonly port: number;
  /** Whether connections are accepted from now on; without, they are refused and those that are open are reset. */
  readonly setUp: (isUp: boolean) => Promise<void>;
};

const ports = { lowest: 20_000, highest: 30_000 };

function serverOf(service: Service): Server {
  if (service === 'tcp') return createServer();
  if (service !== 'http') return nodeServer(service);
  return createHttpServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{"status":"ok"}');
  });
}

async function listenOn(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

/** Listens on a free port of loopback. Rejects when there is none. */
export async function startListener(service: Service): Promise<Listener> {
  const sockets = new Set<Socket>();
  const keep = (server: Server): Server =>
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      // Whoever probes hangs up as it likes.
      socket.on('error', () => undefined);
      socket.once('close', () => sockets.delete(socket));
    });
  const first = await listenLow(() => serverOf(service), ports);
  const { port } = first;
  let server: Server | null = keep(first.server);
  const down = async (): Promise<void> => {
    if (server === null) return;
    const closed = once(server, 'close');
    server.close();
    server = null;
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  };
  const up = async (): Promise<void> => {
    if (server !== null) return;
    server = keep(serverOf(service));
    await listenOn(server, port);
  };
  return { port, setUp: (isUp) => (isUp ? up() : down()) };
}
