// The fence around a real client, and whoever starts it again when it ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { lives } from '../../basement/fence/world.ts';
import { buildFence } from '../../support/fence-program.ts';
import type { Gate } from './gate.ts';
import { execTool } from './net.ts';
import { guarded, signal } from './process.ts';
import { until } from './wait.ts';

export type ClientCommand = {
  readonly command: readonly string[];
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
};

export type FencedClient = {
  /** The id of this machine. */
  readonly instance: string;
  /** Starts the fence, and starts it again whenever it ends, until `stop`. */
  readonly start: (more?: Readonly<Record<string, string>>) => void;
  /** SIGTERM, and nobody starts it again. */
  readonly stop: () => Promise<void>;
  /** Of the fence that runs now. */
  readonly pid: () => number;
  /** Of each client that was started, the last one last. */
  readonly clients: () => readonly number[];
  /** How the fence ended each time: its exit code, or the signal. */
  readonly ends: readonly (number | string)[];
  /** How many lines it has said so far: where to look from for what it says next. */
  readonly mark: () => number;
  /** Waits for a line after that mark. */
  readonly untilSaid: (what: RegExp, mark?: number) => Promise<string>;
  readonly close: () => Promise<void>;
};

export const untilGone = async (pid: number): Promise<true> =>
  until(`process ${pid} to be gone`, async () => (lives(pid) ? null : true), { limitMs: 60_000 });

const mostLines = 40;

/** `settings` are the fence's own, beside those of the gate. It does not run before `start`. */
export async function fenceClient(options: {
  readonly folder: string;
  readonly gate: Gate;
  readonly client: ClientCommand;
  readonly settings: Readonly<Record<string, string>>;
}): Promise<FencedClient> {
  const { gate, client } = options;
  const folder = join(options.folder, 'fence');
  mkdirSync(folder);
  writeFileSync(join(folder, 'token'), gate.token);
  const program = await buildFence('fence');
  const settings = {
    FENCE_SIGNER: gate.signer,
    FENCE_GATE_URL: gate.url,
    FENCE_GATE_KEYS: gate.key,
    FENCE_TOKEN_FILE: join(folder, 'token'),
    FENCE_STATE_DIR: join(folder, 'state'),
    FENCE_POLL: '1s',
    ...options.settings,
  };
  const said: string[] = [];
  const clientSaid: string[] = [];
  const ends: (number | string)[] = [];
  let running: ChildProcess | null = null;
  let isWanted = false;

  const launch = (more: Readonly<Record<string, string>>): void => {
    const [path = '', ...args] = guarded([program, '--', ...client.command]);
    const child = spawn(path, args, {
      cwd: client.folder,
      env: { PATH: process.env['PATH'], HOME: client.folder, ...client.env, ...settings, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running = child;
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (line) => {
        if (line.startsWith('fence: ')) said.push(line);
        else clientSaid.push(line);
        if (clientSaid.length > mostLines) clientSaid.shift();
      });
    }
    child.once('exit', (code, signal) => {
      ends.push(code ?? signal ?? 'nothing');
      running = null;
      if (isWanted) launch(more);
    });
  };
  const end = async (name: NodeJS.Signals): Promise<void> => {
    isWanted = false;
    if (running === null) return;
    const gone = once(running, 'exit');
    running.kill(name);
    await gone;
  };
  const clients = (): number[] =>
    said.flatMap((line) => {
      const pid = / is started as process (\d+)$/.exec(line)?.[1];
      return pid === undefined ? [] : [Number(pid)];
    });
  const isOurs = (pid: number): boolean => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8') === `${client.command.join('\0')}\0`;
    } catch {
      return false;
    }
  };
  const instance = await execTool(program, ['instance'], { folder, env: settings });
  return {
    instance: instance.trim(),
    start: (more = {}) => {
      if (running !== null) throw new Error('the fence runs already');
      isWanted = true;
      launch(more);
    },
    stop: async () => end('SIGTERM'),
    pid: () => {
      const pid = running?.pid;
      if (pid === undefined) throw new Error('the fence does not run');
      return pid;
    },
    clients,
    ends,
    mark: () => said.length,
    untilSaid: async (what, mark = 0) =>
      until(
        `the fence to say ${String(what)}`,
        async () => {
          const line = said.slice(mark).find((each) => what.test(each));
          if (line !== undefined) return line;
          throw new Error(`${said.slice(-8).join('\n')}\n${clientSaid.slice(-8).join('\n')}`);
        },
        { limitMs: 60_000 },
      ),
    close: async () => {
      await end('SIGKILL');
      // Its clients die with it, unless the fence is broken; their numbers may be other processes' by now.
      for (const pid of clients().filter(isOurs)) {
        signal(pid, 'SIGKILL');
        await untilGone(pid);
      }
    },
  };
}
