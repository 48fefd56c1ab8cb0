// A machine for one fence: its gate, its node, its client, and a folder that is gone when the test is over.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { buildFence, type FenceProgram } from '../../support/fence-program.ts';
import { pretendGate, type PretendGate } from './gate.ts';
import { pretendNode, type PretendNode } from './node.ts';

export const gateToken = 'a-token-for-the-gate-0123456789';
export const reportToken = 'a-token-for-the-report-0123456789';
export const signer = 'eth-1';

/** Longer than anything takes on a machine that is busy with something else. */
export const patience = { timeout: 30_000, interval: 50 };

export type FenceProcess = {
  readonly pid: number;
  readonly output: () => string;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  readonly hasEnded: () => boolean;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Waits until it has said so. */
  readonly says: (what: string | RegExp) => Promise<void>;
};

type Variables = Readonly<Record<string, string | undefined>>;

export type World = {
  readonly folder: string;
  readonly state: string;
  readonly at: (name: string) => string;
  readonly gate: PretendGate;
  readonly node: PretendNode;
  /** Starts a fence whose client does what is listed; see client.sh. */
  readonly start: (options?: {
    readonly does?: readonly string[];
    readonly env?: Variables;
    readonly program?: FenceProgram;
    readonly command?: readonly string[];
    /** Where its output goes instead of to the test. */
    readonly outputTo?: number;
  }) => Promise<FenceProcess>;
  /** Runs a command of the fence to its end. */
  readonly command: (args: readonly string[], env?: Variables) => Promise<Ran>;
  readonly environment: (env?: Variables) => Record<string, string>;
  /** What clients did, as they wrote it: `start PID`, and names of signals. */
  readonly events: () => readonly string[];
  readonly starts: () => readonly number[];
  readonly beats: () => number;
  readonly read: (name: string) => string | null;
  readonly write: (name: string, text: string) => void;
  /** The state file, or null. */
  readonly kept: () => unknown;
  readonly keep: (kept: Readonly<Record<string, unknown>>) => void;
  /** Waits until the gate was asked so many times more, and the answers were acted upon. */
  readonly looks: (more: number) => Promise<void>;
};

export type Ran = { readonly code: number | string; readonly stdout: string; readonly stderr: string };

/** False for one that nobody has reaped yet, too. */
export function lives(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

export const until = (pid: number): Promise<void> => expect.poll(() => lives(pid), patience).toBe(false);

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

function ending(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'nothing'));
  });
}

function watched(child: ChildProcess): FenceProcess {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const { pid } = child;
  if (pid === undefined) throw new Error('the fence did not start');
  let isOver = false;
  const ended = ending(child).finally(() => {
    isOver = true;
  });
  return {
    pid,
    output: () => output,
    ended,
    hasEnded: () => isOver,
    kill: (signal) => {
      child.kill(signal);
    },
    says: (what) => expect.poll(() => output, patience).toMatch(what),
  };
}

const clientScript = fileURLToPath(new URL('client.sh', import.meta.url));

export async function fenceWorld(given: { readonly gate?: PretendGate } = {}): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-fence-'));
  const at = (name: string): string => join(folder, name);
  const gate = given.gate ?? (await pretendGate());
  const node = await pretendNode();
  const pids: number[] = [];
  const read = (name: string): string | null =>
    existsSync(at(name)) ? readFileSync(at(name), 'utf8') : null;
  const linesOf = (name: string): string[] => read(name)?.split('\n').slice(0, -1) ?? [];
  const clients = (): number[] => linesOf('pids').map(Number);
  onTestFinished(async () => {
    for (const pid of pids) killNow(pid);
    for (const pid of pids) await until(pid);
    for (const pid of clients()) killNow(pid);
    for (const pid of clients()) await until(pid);
    await Promise.all([gate.close(), node.close()]);
    rmSync(folder, { recursive: true, force: true });
  });
  mkdirSync(at('client'));
  writeFileSync(at('token'), `${gateToken}\n`);
  writeFileSync(at('report-token'), `${reportToken}\n`);
  const environment: World['environment'] = (env = {}) => {
    const all: Variables = {
      PATH: process.env['PATH'],
      FENCE_SIGNER: signer,
      FENCE_CHAIN: 'ethereum',
      FENCE_GATE_URL: gate.url,
      FENCE_GATE_KEYS: gate.key,
      FENCE_TOKEN_FILE: at('token'),
      FENCE_STATE_DIR: at('state'),
      FENCE_NODE_URL: node.url,
      FENCE_POLL: '1s',
      ...env,
    };
    return Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    );
  };
  const looks: World['looks'] = async (more) => {
    const wanted = gate.asked.length + more + 1;
    await expect.poll(() => gate.asked.length, patience).toBeGreaterThanOrEqual(wanted);
  };
  const world: World = {
    folder,
    state: at('state'),
    at,
    gate,
    node,
    start: async ({ does = [], env = {}, program = 'fence', command, outputTo } = {}) => {
      const client = command ?? ['/bin/sh', clientScript, folder, ...does];
      const child = spawn(await buildFence(program), ['--', ...client], {
        env: environment(env),
        stdio: ['ignore', outputTo ?? 'pipe', outputTo ?? 'pipe'],
      });
      const fence = watched(child);
      pids.push(fence.pid);
      return fence;
    },
    command: async (args, env = {}) => {
      const child = spawn(await buildFence('fence'), [...args], {
        env: environment(env),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      const closed = new Promise((resolve) => child.once('close', resolve));
      const code = await ending(child);
      await closed;
      return { code, stdout, stderr };
    },
    environment,
    events: () => linesOf('events'),
    starts: () =>
      linesOf('events').flatMap((line) => (line.startsWith('start ') ? [Number(line.slice(6))] : [])),
    beats: () => linesOf('beats').length,
    read,
    write: (name, text) => {
      writeFileSync(at(name), text);
    },
    kept: () => {
      const text = read(`state/${signer}.json`);
      const value: unknown = text === null ? null : JSON.parse(text);
      return value;
    },
    keep: (kept) => {
      mkdirSync(at('state'), { recursive: true });
      const instance = read('state/instance')?.trim() ?? 'a'.repeat(32);
      writeFileSync(at('state/instance'), instance);
      const all = {
        schema: 1,
        signer,
        instance,
        generation: 4,
        allowed: 4,
        denied: -1,
        minHeight: null,
        ...kept,
      };
      writeFileSync(at(`state/${signer}.json`), JSON.stringify(all));
    },
    looks,
  };
  return world;
}

/** Waits until a client has been started so many times, and returns the last one's pid. */
export async function started(world: World, times = 1): Promise<number> {
  await expect.poll(() => world.starts().length, patience).toBe(times);
  return world.starts().at(-1) ?? 0;
}
