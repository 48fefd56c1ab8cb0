// Runs one of the programs beside the fence to its end, with exactly these variables.
import { spawn } from 'node:child_process';
import { buildFence } from '../../support/fence-program.ts';

export type Ended = {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
  readonly pid: number | undefined;
  readonly ms: number;
};

/** Whatever it ends with: the exit code, or the signal that ended it. */
export async function runProgram(
  program: 'start' | 'synced',
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const path = await buildFence(program);
  const begun = performance.now();
  const child = spawn(path, [...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const ms = performance.now() - begun;
      resolve({ code: code ?? signal ?? 'nothing', stdout, stderr, pid: child.pid, ms });
    });
  });
}
