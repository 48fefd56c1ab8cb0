// The fence's own rules, as its program holds them: driven line by line, for any number of fences.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { buildFence } from '../../support/fence-program.ts';

const whole = z.number().nullable();
const kept = z.object({
  signer: z.string(),
  instance: z.string(),
  generation: z.number(),
  allowed: z.number(),
  denied: z.number(),
  minHeight: whole,
});
/** What outlives the fence. */
export type Kept = z.infer<typeof kept>;

const state = z.looseObject({ kept, phase: z.enum(['waiting', 'running']), usedBreakGlass: z.boolean() });
export type FenceState = z.infer<typeof state>;

const decided = z.object({
  state,
  decision: z.object({
    do: z.enum(['wait', 'exec', 'go-on', 'stop']),
    why: z.string(),
    keep: z.boolean(),
    consume: z.boolean(),
  }),
  refused: z.string().nullable(),
});
export type Decided = z.infer<typeof decided>;

export type FenceQuestion = { readonly nonce: string; readonly signer: string; readonly instance: string };

export type FenceLook = {
  /** The state before. */
  readonly state: FenceState;
  /** What came back for the question; null when nothing did. */
  readonly body: string | null;
  readonly question: FenceQuestion;
  readonly keys: readonly string[];
  readonly look: object;
};

export type FenceRules = {
  readonly fresh: (signer: string, instance: string) => Promise<FenceState>;
  readonly decide: (look: FenceLook) => Promise<Decided>;
  readonly close: () => Promise<void>;
};

/** Builds and starts it; rejects when its program cannot be built. */
export async function openFenceRules(): Promise<FenceRules> {
  const child = spawn(await buildFence('model'), { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting: ((line: string) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(line));
  const ask = async (question: object): Promise<unknown> => {
    const { promise, resolve } = Promise.withResolvers<string>();
    waiting.push(resolve);
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const answer: unknown = JSON.parse(await promise);
    return answer;
  };
  return {
    fresh: async (signer, instance) =>
      z.object({ state }).parse(await ask({ op: 'fresh', signer, instance })).state,
    decide: async (look) => decided.parse(await ask({ op: 'decide', ...look })),
    close: async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      child.once('exit', () => resolve());
      child.stdin.end();
      await promise;
    },
  };
}
