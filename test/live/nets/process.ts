// One program of a net as a process group of its own: ended, killed, frozen and started again as a test wants it.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';

export type Program = {
  readonly name: string;
  readonly path: string;
  readonly args: readonly string[];
  /** Where it runs, and the file that takes what it prints. */
  readonly folder: string;
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
};

export type Running = {
  readonly name: string;
  readonly pid: number;
  readonly isRunning: boolean;
  /** Starts it again with the same arguments, after `stop` or `kill`. Whether it answers is for the caller to wait for. */
  readonly start: () => void;
  /** SIGTERM, and SIGKILL when it is still there after some seconds. Resolves once it is gone. */
  readonly stop: () => Promise<void>;
  readonly kill: () => Promise<void>;
  /** SIGSTOP: its sockets stay, and nobody answers. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** The last lines that it printed. */
  readonly log: () => string;
};

const graceMs = 5000;
const groups = new Set<number>();

/** To every process of a group; nothing happens when nobody is left in it. */
export function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // It is gone already.
  }
}

// Whoever runs the nets may be ended in the middle of them; nothing is to stay behind.
process.on('exit', () => {
  for (const group of groups) signal(group, 'SIGKILL');
});
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // By itself a signal ends a process without its `exit`.
  process.once(name, () => process.exit(1));
}

// Where the system can, it ends them also when their parent was killed.
const guard = '/usr/bin/setpriv';
const isGuarded = existsSync(guard);

/** The command line that ends with whoever starts it, where the system can. */
export const guarded = (command: readonly string[]): readonly string[] =>
  isGuarded ? [guard, '--pdeathsig', 'KILL', '--', ...command] : command;

function launch(program: Program): ChildProcess {
  const output = openSync(program.logFile, 'a');
  const [path = '', ...args] = guarded([program.path, ...program.args]);
  const child = spawn(path, args, {
    cwd: program.folder,
    env: { PATH: process.env['PATH'], HOME: program.folder, ...program.env },
    stdio: ['ignore', output, output],
    detached: true,
  });
  closeSync(output);
  const group = child.pid;
  if (group !== undefined) groups.add(group);
  child.once('exit', () => {
    if (group === undefined) return;
    // What a wrapper has started does not outlive it.
    signal(group, 'SIGKILL');
    groups.delete(group);
  });
  child.once('error', () => undefined);
  return child;
}

export function run(program: Program): Running {
  let child = launch(program);
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const pid = (): number => {
    if (child.pid === undefined) throw new Error(`${program.name} could not be started: ${program.path}`);
    return child.pid;
  };
  const end = async (name: NodeJS.Signals): Promise<void> => {
    if (!isRunning()) return;
    const gone = new Promise<void>((resolve) => {
      child.once('exit', () => {
        resolve();
      });
    });
    signal(pid(), name);
    const last = setTimeout(signal, graceMs, pid(), 'SIGKILL');
    await gone;
    clearTimeout(last);
  };
  pid();
  return {
    name: program.name,
    get pid() {
      return pid();
    },
    get isRunning() {
      return isRunning();
    },
    start: () => {
      if (isRunning()) throw new Error(`${program.name} runs already`);
      child = launch(program);
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    freeze: () => {
      signal(pid(), 'SIGSTOP');
    },
    thaw: () => {
      signal(pid(), 'SIGCONT');
    },
    log: () => readFileSync(program.logFile, 'utf8').trimEnd().split('\n').slice(-25).join('\n'),
  };
}
