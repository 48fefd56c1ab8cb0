// A fresh process of the functions framework with one function in it, as the platform starts it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { freePort } from '../local/functions/serve.ts';

const root = new URL('..', import.meta.url).pathname;
const framework = 'node_modules/@google-cloud/functions-framework/build/src/main.js';
const patienceMs = 30_000;

type Loads = { readonly files: number; readonly sawWatch: boolean; readonly computeLoaded: boolean };

export type FreshProcess = {
  /** `performance.now()` just before it was started. */
  readonly startedAt: number;
  readonly url: string;
  /** Resolves when its port takes connections. */
  readonly listening: () => Promise<void>;
  /** The size of the process now, in MiB; with everything that Node keeps. */
  readonly rssMb: () => Promise<number>;
  /** The largest size that it ever had, in MiB. */
  readonly peakRssMb: () => Promise<number>;
  /** Processor time that it has used so far, in steps of 10 ms: a busy machine changes it less than the clock on the wall. */
  readonly cpuMs: () => Promise<number>;
  /** What it has loaded; only of a process that was started with `isWatched`. */
  readonly loads: () => Promise<Loads>;
  readonly stop: () => Promise<void>;
};

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function untilListening(child: ChildProcess, port: number): Promise<void> {
  const lateAt = performance.now() + patienceMs;
  // eslint-disable-next-line no-await-in-loop -- each attempt follows on the one before
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error('the functions framework ended before it answered');
    if (performance.now() > lateAt) throw new Error('the functions framework did not answer');
    // eslint-disable-next-line no-await-in-loop -- the platform, too, looks again after a moment
    await delay(5);
  }
}

async function sizeOf(pid: number, line: RegExp): Promise<number> {
  const kibibytes = line.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kibibytes) / 1024);
}

const jiffyMs = 10;

async function processorTimeOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold anything; user and system time are the 12th and 13th field after it.
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) * jiffyMs;
}

const loadsSchema = z.object({
  answer: z.object({ files: z.number(), sawWatch: z.boolean(), computeLoaded: z.boolean() }),
});

/** `source` is the folder or file that is served, relative to the repository. */
export async function startFresh(options: {
  readonly source: string;
  /** `watch` unless it is given. */
  readonly target?: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly isWatched: boolean;
  readonly nodeOptions?: readonly string[];
}): Promise<FreshProcess> {
  const port = await freePort();
  const hooks = options.isWatched
    ? ['--import', new URL('process/watch-loads.ts', import.meta.url).href]
    : [];
  const nodeOptions = [...hooks, ...(options.nodeOptions ?? [])];
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [
      ...nodeOptions,
      framework,
      `--target=${options.target ?? 'watch'}`,
      `--source=${options.source}`,
      `--port=${port}`,
    ],
    {
      cwd: root,
      env: { ...process.env, NODE_ENV: 'production', ...options.variables },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  );
  const { pid } = child;
  if (pid === undefined) throw new Error('node could not be started');
  // The hook says that it is ready before anything else is loaded.
  if (options.isWatched) await once(child, 'message');
  return {
    startedAt,
    url: `http://127.0.0.1:${port}`,
    listening: () => untilListening(child, port),
    rssMb: () => sizeOf(pid, /^VmRSS:\s+(\d+) kB$/m),
    peakRssMb: () => sizeOf(pid, /^VmHWM:\s+(\d+) kB$/m),
    cpuMs: () => processorTimeOf(pid),
    loads: async () => {
      const answer = once(child, 'message');
      child.send({ question: 'loads' });
      return loadsSchema.parse((await answer)[0]).answer;
    },
    stop: async () => {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
