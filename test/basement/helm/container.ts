// A container of a chart as a process of this machine: the real helm renders it, and its command, arguments and environment run with folders for its mounts.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { buildFence } from '../../support/fence-program.ts';
import { tool } from '../../support/tools.ts';
import { patience, until } from '../fence/world.ts';

const run = promisify(execFile);
const charts = fileURLToPath(new URL('../../../basement/helm', import.meta.url));
const stub = fileURLToPath(new URL('client.sh', import.meta.url));

const containerOf = z.object({
  name: z.string(),
  command: z.array(z.string()),
  args: z.array(z.string()).default([]),
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
});
const statefulSet = z.object({
  kind: z.literal('StatefulSet'),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    template: z.object({
      spec: z.object({
        initContainers: z.array(z.object({ name: z.string() }).and(z.unknown())).default([]),
        containers: z.array(z.unknown()),
      }),
    }),
  }),
});

export type Container = z.infer<typeof containerOf>;

/** All documents of a chart, as `helm template` gives them. */
export async function render(chart: string, values: object, release = 'eth'): Promise<readonly unknown[]> {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-helm-'));
  try {
    // YAML reads JSON.
    writeFileSync(join(folder, 'values.yaml'), JSON.stringify(values));
    const given = ['template', release, join(charts, chart), '-n', 'val', '-f', join(folder, 'values.yaml')];
    const { stdout } = await run(tool('helm').path, given, { maxBuffer: 1 << 24 });
    return parseAllDocuments(stdout).map((each): unknown => each.toJS());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The container of the StatefulSet with that name; `set` is the end of the StatefulSet's name. */
export function containerIn(documents: readonly unknown[], set: string, name: string): Container {
  for (const each of documents) {
    const found = statefulSet.safeParse(each);
    if (!found.success || !found.data.metadata.name.endsWith(set)) continue;
    const { initContainers, containers } = found.data.spec.template.spec;
    for (const one of [...initContainers, ...containers]) {
      const container = containerOf.safeParse(one);
      if (container.success && container.data.name === name) return container.data;
    }
  }
  throw new Error(`there is no container ${name} in a StatefulSet …${set}`);
}

export type Machine = {
  readonly folder: string;
  /** Where a path of the container lies here. */
  readonly at: (path: string) => string;
  /** What stands there; null when nothing does. */
  readonly read: (path: string) => string | null;
  readonly write: (path: string, text: string) => void;
  /** What the client did: `start`, and TERM. */
  readonly events: () => readonly string[];
  /** Runs a container with the real fence; its client is client.sh under the client's name. */
  readonly start: (container: Container, client: string) => Promise<Running>;
  /** Runs another command to its end, in the environment of that container. */
  readonly exec: (container: Container, command: readonly string[]) => Promise<string>;
};

export type Running = {
  readonly says: (what: string | RegExp) => Promise<void>;
  readonly output: () => string;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<number | string>;
};

/** One machine of the house, gone when the test is over. */
export function machine(): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-pod-'));
  const at = (path: string): string => join(folder, path);
  const read = (path: string): string | null =>
    existsSync(at(path)) ? readFileSync(at(path), 'utf8') : null;
  const linesOf = (name: string): string[] => read(`/bin/${name}`)?.split('\n').slice(0, -1) ?? [];
  const fences: number[] = [];
  onTestFinished(async () => {
    for (const pid of [...fences, ...linesOf('pids').map(Number)]) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It is gone already.
      }
      await until(pid);
    }
    rmSync(folder, { recursive: true, force: true });
  });
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), text);
  };
  /** A text of the container with the paths of its mounts as they are here. */
  const moved = (container: Container, text: string): string => {
    const paths = container.volumeMounts.map(({ mountPath }) => mountPath);
    return text.replaceAll(new RegExp(`(?<![\\w./-])(${paths.join('|')})(?![\\w-])`, 'g'), (path) =>
      at(path),
    );
  };
  const prepare = async (container: Container): Promise<void> => {
    for (const { mountPath } of container.volumeMounts) mkdirSync(at(mountPath), { recursive: true });
    if (!existsSync(at('/fence'))) mkdirSync(at('/fence'));
    if (!existsSync(at('/fence/fence'))) symlinkSync(await buildFence('fence'), at('/fence/fence'));
  };
  /** Nothing of ours is in it but PATH. */
  const environment = (container: Container): Record<string, string> => ({
    PATH: `${at('/bin')}:${process.env['PATH'] ?? ''}`,
    ...Object.fromEntries(
      container.env.flatMap(({ name, value }) =>
        value === undefined ? [] : [[name, moved(container, value)]],
      ),
    ),
  });
  return {
    folder,
    at,
    read,
    write,
    events: () => linesOf('events'),
    start: async (container, client) => {
      await prepare(container);
      mkdirSync(at('/bin'), { recursive: true });
      copyFileSync(stub, join(at('/bin'), client));
      const [path = '', ...rest] = [...container.command, ...container.args].map((each) =>
        moved(container, each),
      );
      const child = spawn(path, rest, { env: environment(container), stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
      if (child.pid === undefined) throw new Error(`${path} did not start`);
      fences.push(child.pid);
      const exit = z.tuple([z.number().nullable(), z.string().nullable()]);
      return {
        output: () => output,
        says: (what) => expect.poll(() => output, patience).toMatch(what),
        kill: (signal) => {
          child.kill(signal);
        },
        ended: once(child, 'exit').then((given) => {
          const [code, signal] = exit.parse(given);
          return code ?? signal ?? 'nothing';
        }),
      };
    },
    exec: async (container, command) => {
      await prepare(container);
      const [path = '', ...rest] = command.map((each) => moved(container, each));
      const { stdout } = await run(path, rest, { env: environment(container) });
      return stdout.trim();
    },
  };
}
