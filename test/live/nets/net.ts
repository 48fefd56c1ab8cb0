// What every net has: a folder of its own, free ports, processes, and an end that leaves nothing behind.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { run } from './process.ts';
import type { Program, Running } from './process.ts';

export type Site = {
  readonly folder: string;
  readonly launch: (program: Omit<Program, 'logFile' | 'folder'> & { readonly folder?: string }) => Running;
};

export type Closable = { readonly close: () => Promise<void> };

const folders = new Set<string>();

process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Builds a net; when that fails, and on `close`, everything is killed and removed. */
export async function net<Parts>(
  name: string,
  build: (site: Site) => Promise<Parts>,
): Promise<Parts & Closable> {
  const folder = mkdtempSync(join(tmpdir(), `watchdog-${name}-`));
  folders.add(folder);
  const processes: Running[] = [];
  const close = async (): Promise<void> => {
    // Not SIGTERM: a beacon node of Lodestar hangs in its graceful stop, and what it would save is removed anyway.
    await Promise.all(processes.map((each) => each.kill()));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    folders.delete(folder);
  };
  const launch: Site['launch'] = (program) => {
    const running = run({ folder, ...program, logFile: join(folder, `${program.name}.log`) });
    processes.push(running);
    return running;
  };
  try {
    return { ...(await build({ folder, launch })), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Flags of a command line; those that are `false` are left out. */
export function flags(values: Readonly<Record<string, string | number | boolean>>): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === false ? [] : [value === true ? `--${name}` : `--${name}=${value}`],
  );
}

const execute = promisify(execFile);

/** Runs a command of a client to its end and answers what it printed. */
export async function execTool(
  path: string,
  args: readonly string[],
  options: { readonly folder: string; readonly env?: Readonly<Record<string, string>> },
): Promise<string> {
  const { folder, env } = options;
  const { stdout } = await execute(path, args, {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '0.0.0.0', exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

// Below the ports that the system gives to outgoing connections: one of those could sit on the port of a node that is down for a while.
const first = 12_000;
const last = 32_000;
let next = first + ((process.pid * 97) % (last - first));

/** Ports on which nobody listens now. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    next = next + 1 < last ? next + 1 : first;
    if (await isFree(next)) ports.push(next);
  }
  return ports;
}
