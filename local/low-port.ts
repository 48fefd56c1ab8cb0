// Listens on a port below those that systems give to whoever asks for any: nobody else is given it while its owner does not listen.
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:net';
import { codeOf } from '../functions/kit/error.ts';

const tries = 200;

/** `highest` is not among them. */
export type Ports = { readonly lowest: number; readonly highest: number };

/** A server of `make` that listens on loopback, on a port of this range. Rejects when too many of them are taken. */
export async function listenLow<Made extends Server>(
  make: () => Made,
  { lowest, highest }: Ports,
): Promise<{ readonly server: Made; readonly port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const server = make();
    const port = randomInt(lowest, highest);
    server.listen(port, '127.0.0.1');
    try {
      // oxlint-disable-next-line no-await-in-loop -- one port after another until one is free
      await once(server, 'listening');
      return { server, port };
    } catch (error) {
      if (codeOf(error) !== 'EADDRINUSE' || attempt === tries) throw error;
    }
  }
}
