// A listening port that swallows connections: its queue is full and nobody ever accepts.
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

export type Blackhole = { readonly port: number; readonly close: () => Promise<void> };

// The thread listens and then stops for good, so that nothing takes a connection out of the queue.
const thread = `
  const { createServer } = require('node:net');
  const { parentPort, workerData } = require('node:worker_threads');
  const server = createServer().listen({ ...workerData, backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  });
`;

/** On a free port unless one is given. Null where the system's queue cannot be filled. */
export async function blackhole(
  place: { readonly host?: string; readonly port?: number } = {},
): Promise<Blackhole | null> {
  const { host = '127.0.0.1' } = place;
  const worker = new Worker(thread, { eval: true, workerData: { host, port: place.port ?? 0 } });
  const [port] = await once(worker, 'message');
  const fillers: Socket[] = [];
  const close = async (): Promise<void> => {
    for (const socket of fillers) socket.destroy();
    await worker.terminate();
  };
  if (typeof port !== 'number') throw new Error('the thread did not name its port');
  for (let filled = 0; filled < 20; filled++) {
    const socket = connect({ host, port });
    fillers.push(socket);
    socket.on('error', () => undefined);
    const isTaken = await Promise.race([
      once(socket, 'connect').then(() => true),
      new Promise<boolean>((resolve) => setTimeout(resolve, 300, false)),
    ]);
    if (!isTaken) return { port, close };
  }
  await close();
  return null;
}
