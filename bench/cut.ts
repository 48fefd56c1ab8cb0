// Cuts a house off so that packets are swallowed: no refusal, no reset, nothing ever comes back.
import { connect, type Socket } from 'node:net';

/** Connections that hold the queues full until they are let go. */
export type Cut = { readonly release: () => void };

const plenty = 8;
const soonMs = 300;

async function isAnswered(port: number, held: Socket[]): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  held.push(socket);
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), soonMs);
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(true);
    });
    // A refusal would be an answer, and the cut would not be what it claims to be.
    socket.once('error', () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/**
 * Stops the process that listens (SIGSTOP) and fills the queues of its ports, which it holds at their smallest: Linux then drops every
 * further SYN without a word (`tcp_abort_on_overflow` 0, the default). Rejects when a port still answers.
 */
export async function swallow(pid: number, ports: readonly number[]): Promise<Cut> {
  const held: Socket[] = [];
  process.kill(pid, 'SIGSTOP');
  const filled = await Promise.all(
    ports.map(async (port) => {
      for (let attempt = 0; attempt < plenty; attempt += 1) {
        // eslint-disable-next-line no-await-in-loop -- each takes one place of the queue
        if (!(await isAnswered(port, held))) return true;
      }
      return false;
    }),
  );
  const release = (): void => {
    for (const socket of held) socket.destroy();
  };
  if (filled.every(Boolean)) return { release };
  release();
  throw new Error('this machine answers for a port whose queue is full; the cut cannot be measured here');
}
