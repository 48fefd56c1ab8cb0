// A network without a way out, for one machine: a bridge in a namespace of its own, and doors in it to servers of the test on loopback.
import { chmodSync } from 'node:fs';
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execTool, type Site } from './net.ts';
import { until } from './wait.ts';

export const bridge = 'outside';
export const machineAddress = '10.77.0.2';
export const outsideAddress = '10.77.0.1';

export type Door = {
  /** Where it is in that network. */
  readonly address: string;
  readonly port: number;
  /** The server on loopback behind it, `127.0.0.1:PORT`. */
  readonly to: string;
};

export type Network = {
  /** A process within it: whoever wants to be there enters its namespace. */
  readonly pid: number;
  /** Runs a command there and answers what it printed. */
  readonly run: (path: string, ...args: readonly string[]) => Promise<string>;
  readonly close: () => void;
};

const program = fileURLToPath(new URL('door.ts', import.meta.url));

const setUp = (addresses: readonly string[]): string =>
  [
    'set -e',
    'ip link set lo up',
    `ip link add ${bridge} type bridge`,
    `ip address add ${outsideAddress}/24 dev ${bridge}`,
    ...addresses.map((address) => `ip address add ${address}/32 dev ${bridge}`),
    `ip link set ${bridge} up`,
    'exec "$@"',
  ].join('\n');

/** A socket in the file system, which every network sees, that leads to a server on loopback. */
export async function socketTo(path: string, to: string): Promise<Server> {
  const [host = '', port = ''] = to.split(':');
  const server = createServer((outer) => {
    const inner = connect({ host, port: Number(port) });
    outer.on('error', () => inner.destroy());
    inner.on('error', () => outer.destroy());
    outer.pipe(inner).pipe(outer);
  });
  server.listen(path);
  await once(server, 'listening');
  chmodSync(path, 0o600);
  return server;
}

export async function startNetwork(site: Site, doors: readonly Door[]): Promise<Network> {
  const sockets: Server[] = [];
  const args: string[] = [];
  for (const [place, { address, port, to }] of doors.entries()) {
    const path = join(site.folder, `door-${place}`);
    sockets.push(await socketTo(path, to));
    args.push(`${address}:${port}=${path}`);
  }
  const addresses = [...new Set(doors.map(({ address }) => address))];
  const process_ = site.launch({
    name: 'network',
    path: '/usr/bin/unshare',
    args: ['--net', 'sh', '-c', setUp(addresses), 'sh', process.execPath, program, ...args],
  });
  const run = (path: string, ...rest: readonly string[]): Promise<string> =>
    execTool('/usr/bin/nsenter', [`--net=/proc/${process_.pid}/ns/net`, path, ...rest], {
      folder: site.folder,
    });
  await until(
    'the doors of the network',
    async () => {
      const listening = await run('ss', '-Hltn');
      return listening.trim().split('\n').length >= doors.length ? true : null;
    },
    { limitMs: 30_000, processes: [process_] },
  );
  return {
    pid: process_.pid,
    run,
    close: () => {
      for (const each of sockets) each.close();
    },
  };
}
