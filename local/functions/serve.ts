// Serves one function on this machine by the same framework that serves it in the cloud.
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { admitOf } from '../../functions/kit/answering.ts';
import { admitEarly } from '../../functions/kit/early.ts';
import type { HttpFunction } from '../../functions/kit/http-function.ts';
import { listenLow } from '../low-port.ts';

export type ServedFunction = { readonly url: string; readonly close: () => Promise<void> };

let served = 0;

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

/** Others than those of the pretend world, which listens again and again. */
const ports = { lowest: 10_000, highest: 20_000 };

/** A port of this machine that nobody listens on now. */
export async function freePort(): Promise<number> {
  const { server, port } = await listenLow(() => createServer(), ports);
  server.close();
  await once(server, 'close');
  return port;
}

/** Listens on loopback; port 0 takes any free one. */
export async function serveFunction(handler: HttpFunction, port = 0): Promise<ServedFunction> {
  // The framework keeps functions by name for the life of the process, and one process may serve several labs.
  served += 1;
  const name = `local-${served}`;
  http(name, handler);
  const server = getTestServer(name);
  admitEarly(server, admitOf(handler));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
