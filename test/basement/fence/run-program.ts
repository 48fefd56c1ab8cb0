// Runs one of the programs beside the fence to its end, with exactly these variables.
import { buildFence } from '../../support/fence-program.ts';
import { runToEnd } from '../../support/run-to-end.ts';

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
  const { code, signal, ...rest } = await runToEnd(await buildFence(program), args, env);
  return { code: code ?? signal ?? 'nothing', ...rest };
}
