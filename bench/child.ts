// Other processes of a benchmark: started, awaited until ready, asked, and ended with it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';

const message = z.union([z.strictObject({ ready: z.unknown() }), z.strictObject({ answer: z.unknown() })]);

export type Child<Ready> = {
  readonly pid: number;
  /** What the process said when it was ready. */
  readonly ready: Ready;
  /** Asks for one thing by name; one question at a time. */
  readonly ask: <Answer>(question: string, schema: z.ZodType<Answer>) => Promise<Answer>;
  readonly stop: () => Promise<void>;
};

export type Start<Ready> = {
  /** The file to run, in `bench/process/`. */
  readonly file: string;
  readonly args?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  /** Words before `node`, such as those of taskset. */
  readonly under?: readonly string[];
  readonly nodeOptions?: readonly string[];
  readonly schema: z.ZodType<Ready>;
};

const patienceMs = 30_000;

async function next(child: ChildProcess): Promise<unknown> {
  const over = new AbortController();
  const signal = AbortSignal.any([AbortSignal.timeout(patienceMs), over.signal]);
  try {
    const [value]: unknown[] = await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(() =>
        Promise.reject(new Error('a process of the benchmark ended early')),
      ),
    ]);
    const read = message.parse(value);
    return 'ready' in read ? read.ready : read.answer;
  } finally {
    // Whatever of the two did not happen is not waited for any more.
    over.abort();
  }
}

/** Starts a process and waits until it says that it is ready. Its standard error is shown, its output is not. */
export async function startChild<Ready>(start: Start<Ready>): Promise<Child<Ready>> {
  const script = new URL(`process/${start.file}`, import.meta.url).pathname;
  const words = [
    ...(start.under ?? []),
    process.execPath,
    ...(start.nodeOptions ?? []),
    script,
    ...(start.args ?? []),
  ];
  const [command = process.execPath, ...args] = words;
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, ...start.variables },
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} could not be started`);
  const ready = start.schema.parse(await next(child));
  return {
    pid,
    ready,
    ask: async (question, schema) => {
      const answer = next(child);
      child.send({ question });
      return schema.parse(await answer);
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      // A process that was stopped for a benchmark hears nothing else.
      child.kill('SIGKILL');
      await ended;
    },
  };
}
