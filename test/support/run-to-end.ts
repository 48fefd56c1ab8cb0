// Runs a program to its end, with exactly these variables, and keeps all that it said.
import { spawn } from 'node:child_process';

export type RanToEnd = {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly pid: number | undefined;
  readonly ms: number;
};

/** Whatever it ends with; rejects only when it cannot be started. */
export async function runToEnd(
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<RanToEnd> {
  const begun = performance.now();
  const child = spawn(path, [...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr, pid: child.pid, ms: performance.now() - begun });
    });
  });
}
