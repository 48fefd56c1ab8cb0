// `npm start` as a process of its own, watched by its output.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export type Child = {
  /** Everything that it wrote so far, both streams as they came. */
  readonly output: () => string;
  /** Resolves when the output after the last match holds the text; rejects with all of it when it ends or takes too long. */
  readonly says: (text: string | RegExp, limitMs?: number) => Promise<void>;
  readonly type: (line: string) => void;
  readonly signal: (name: NodeJS.Signals) => void;
  /** The exit code, or null after a signal. */
  readonly ended: () => Promise<number | null>;
};

const root = new URL('../..', import.meta.url).pathname;
const running = new Set<ChildProcess>();

/** Starts `node lab/main.ts`, or `npm start --` when `viaNpm`, in the repository. */
export function startChild(
  args: readonly string[],
  options: { readonly viaNpm?: boolean; readonly variables?: Record<string, string> } = {},
): Child {
  const [command, first] =
    options.viaNpm === true ? ['npm', ['start', '--']] : [process.execPath, ['lab/main.ts']];
  const child = spawn(command, [...first, ...args], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', ...options.variables },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.add(child);
  const ended = once(child, 'close').then(() => {
    running.delete(child);
    return child.exitCode;
  });
  let output = '';
  let read = 0;
  const looks = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      output += chunk;
      for (const look of looks) look();
    });
  }
  return {
    output: () => output,
    says: (text, limitMs = 60_000) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const pattern =
        typeof text === 'string' ? new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : text;
      const fail = (why: string): void => {
        reject(new Error(`${why} before it said ${String(pattern)}; it said:\n${output}`));
      };
      const look = (): void => {
        const match = pattern.exec(output.slice(read));
        if (match === null) return;
        read += match.index + match[0].length;
        resolve();
      };
      looks.add(look);
      const limit = setTimeout(() => fail(`${limitMs} ms went by`), limitMs);
      void ended.then(() => fail('it ended'));
      look();
      return promise.finally(() => {
        clearTimeout(limit);
        looks.delete(look);
      });
    },
    type: (line) => void child.stdin.write(`${line}\n`),
    signal: (name) => void child.kill(name),
    ended: () => ended,
  };
}

/** For the end of a test file: nothing of ours stays behind. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}
