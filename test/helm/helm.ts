// Runs helm and what belongs to it, without the settings of whoever runs the tests.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { tool } from '../support/tools.ts';
import type { ApiServer } from './api-server.ts';
import type { Chart } from './charts.ts';
import { manifestsIn, type Manifest } from './manifests.ts';

export type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

type Started = {
  readonly env?: Readonly<Record<string, string>>;
  readonly folder?: string;
  readonly input?: string;
};

/** What became of a program, whatever that is. */
export async function ended(path: string, args: readonly string[], started: Started = {}): Promise<Ended> {
  const home = mkdtempSync(join(tmpdir(), 'watchdog-helm-'));
  try {
    const child = spawn(path, args, {
      cwd: started.folder ?? home,
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        HELM_CACHE_HOME: join(home, 'cache'),
        HELM_CONFIG_HOME: join(home, 'config'),
        HELM_DATA_HOME: join(home, 'data'),
        KUBECONFIG: join(home, 'kubeconfig'),
        PYTHONDONTWRITEBYTECODE: '1',
        ...started.env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const exited = new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        resolve(code ?? 1);
      });
    });
    // A program may end before it has read all of it.
    child.stdin.on('error', () => undefined);
    child.stdin.end(started.input ?? '');
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
    return { code, stdout, stderr };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Charts name each other by symbolic links, and Helm says so each time. */
const isNoise = (line: string): boolean => line.includes('found symbolic link in path');

/** Helm, on the cluster of that server if there is one. */
export async function helm(args: readonly string[], server?: ApiServer): Promise<Ended> {
  const { stderr, ...rest } = await ended(
    tool('helm').path,
    args,
    server === undefined ? {} : { env: server.helm },
  );
  const said = stderr.split('\n').filter((line) => !isNoise(line));
  return { ...rest, stderr: said.join('\n') };
}

/** What helm printed; rejects with what it said when it ended badly. */
export async function helmSays(args: readonly string[], server?: ApiServer): Promise<string> {
  const { code, stdout, stderr } = await helm(args, server);
  if (code !== 0) throw new Error(`helm ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

export type Rendering = {
  readonly release?: string;
  readonly namespace?: string;
  /** Files of values, then single ones as `--set-json` takes them. */
  readonly files?: readonly string[];
  readonly set?: Readonly<Record<string, unknown>>;
};

function renderingArgs(chart: Chart, rendering: Rendering): string[] {
  const { release = 'home', namespace = 'validators', files = [], set = {} } = rendering;
  return [
    release,
    chart.folder,
    `--namespace=${namespace}`,
    ...files.map((file) => `--values=${file}`),
    ...Object.entries(set).map(([path, value]) => `--set-json=${path}=${JSON.stringify(value)}`),
  ];
}

/** What `helm template` prints for these values. */
export const rendered = (chart: Chart, rendering: Rendering = {}): Promise<string> =>
  helmSays(['template', ...renderingArgs(chart, rendering)]);

const known = new Map<string, Promise<readonly Manifest[]>>();

/** The same as manifests; asked again for the same values it gives the same ones. */
export function manifests(chart: Chart, rendering: Rendering = {}): Promise<readonly Manifest[]> {
  const key = JSON.stringify([chart.folder, rendering]);
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = rendered(chart, rendering).then(manifestsIn);
  known.set(key, made);
  return made;
}

/** Why `helm template` refuses these values: the last line that it says. Rejects when it does not refuse them. */
export async function refusal(chart: Chart, rendering: Rendering): Promise<string> {
  const { code, stderr } = await helm(['template', ...renderingArgs(chart, rendering)]);
  if (code === 0) throw new Error(`${chart.name} takes ${JSON.stringify(rendering)}`);
  return stderr.replace(/\n\nUse --debug flag[^\n]*\n*$/, '').trim();
}

/** `install` or `upgrade` of a release, as it is done by hand. */
export const release = (
  verb: 'install' | 'upgrade',
  chart: Chart,
  rendering: Rendering,
  server: ApiServer,
): Promise<string> => helmSays([verb, ...renderingArgs(chart, rendering)], server);
