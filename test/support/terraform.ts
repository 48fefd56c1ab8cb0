// Terraform in a copy of the repository's folder, without network: with the stand-in for the google provider, or with the real one under WATCHDOG_REAL_PROVIDER=1.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { findTool, lacks, lacksPrograms } from './tools.ts';

const source = fileURLToPath(new URL('../../terraform', import.meta.url));
const schema = fileURLToPath(new URL('../terraform/provider/schema.json', import.meta.url));

export type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** A run of a file of tests: what became of it, and what was said when that was not good. */
export type Run = {
  readonly file: string;
  readonly name: string;
  readonly status: string;
  readonly messages: readonly string[];
  /** `terraform show -json` of the run, where it was asked for: of the plan, or of the state after an apply. */
  readonly shown: unknown;
};

/** OpenTofu reads the same files: WATCHDOG_TERRAFORM=tofu. */
const program = process.env['WATCHDOG_TERRAFORM'] ?? 'terraform';

const isReal = process.env['WATCHDOG_REAL_PROVIDER'] === '1';

/** True, with the reason printed, when Terraform or what stands in for the provider is missing. */
export const lacksTerraform = (): boolean =>
  lacksPrograms('terraform') || (!isReal && lacks('google-stand-in'));

function cliConfig(): string {
  if (isReal) {
    const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'basement-watchdog');
    const plugins = join(cache, 'terraform-plugins');
    mkdirSync(plugins, { recursive: true });
    return `plugin_cache_dir = ${JSON.stringify(plugins)}\n`;
  }
  const standIn = findTool('google-stand-in');
  if (standIn === null) return '';
  const mirror = JSON.stringify(join(standIn.folder, 'mirror'));
  return `provider_installation {\n  filesystem_mirror {\n    path = ${mirror}\n  }\n}\n`;
}

/** Without the settings of whoever runs it. Never rejects for what Terraform says; rejects when it cannot be started. */
async function askTerraform(folder: string, ...args: readonly string[]): Promise<Ended> {
  const home = mkdtempSync(join(tmpdir(), 'watchdog-terraform-home-'));
  const config = join(home, '.terraformrc');
  writeFileSync(config, cliConfig());
  const options = {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      TF_CLI_CONFIG_FILE: config,
      CHECKPOINT_DISABLE: '1',
      TF_IN_AUTOMATION: '1',
      WATCHDOG_PROVIDER_SCHEMA: schema,
    },
    maxBuffer: 256 * 1024 * 1024,
  };
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  execFile(program, args, options, (error, stdout, stderr) => {
    if (error === null) resolve({ code: 0, stdout, stderr });
    else if (typeof error.code === 'number') resolve({ code: error.code, stdout, stderr });
    else reject(error);
  });
  try {
    return await promise;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** What it printed; rejects with what it said when it ended badly. */
export async function terraform(folder: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await askTerraform(folder, ...args);
  if (code !== 0) throw new Error(`terraform ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

export type Workspace = {
  /** A copy of the repository's folder `terraform`. */
  readonly root: string;
  readonly close: () => void;
};

/** A copy, so that neither locks with the hash of a stand-in nor states are ever left in the repository. */
export function openWorkspace(): Workspace {
  const outer = mkdtempSync(join(tmpdir(), 'watchdog-terraform-'));
  const root = join(outer, 'terraform');
  cpSync(source, root, {
    recursive: true,
    // What an operator has in a root module stays out; what tests are given lies in their own folder.
    filter: (path) =>
      /\/tests\/[^/]*$/.test(path) ||
      !/\/(\.terraform|\.terraform\.lock\.hcl|[^/]*\.tfstate[^/]*|terraform\.tfvars(\.json)?|[^/]*\.auto\.tfvars(\.json)?)$/.test(
        path,
      ),
  });
  return { root, close: () => rmSync(outer, { recursive: true, force: true }) };
}

const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending) && !path.split('/').includes('.terraform'))
    .toSorted();

/** Every folder below with files of Terraform, as a path from there: modules and examples alike. */
export const terraformFolders = (root: string): string[] => [
  ...new Set(
    filesIn(root, '.tf')
      .map((path) => dirname(path))
      // What is in a folder of tests is a part of these tests.
      .filter((path) => !path.split('/').includes('tests')),
  ),
];

export const init = (folder: string): Promise<string> =>
  terraform(folder, 'init', '-backend=false', '-input=false', '-no-color');

const diagnostic = z.object({
  severity: z.string(),
  summary: z.string(),
  detail: z.string().default(''),
  range: z.object({ filename: z.string(), start: z.object({ line: z.number() }) }).optional(),
});
const told = ({ severity, summary, detail, range }: z.infer<typeof diagnostic>): string =>
  `${severity}: ${summary}${detail === '' ? '' : `: ${detail}`}${range === undefined ? '' : ` (${range.filename}:${range.start.line})`}`;

/** What `terraform validate` has to say, warnings included. */
export async function validate(folder: string): Promise<string[]> {
  const { stdout } = await askTerraform(folder, 'validate', '-json', '-no-color');
  return z
    .object({ diagnostics: z.array(diagnostic) })
    .parse(JSON.parse(stdout))
    .diagnostics.map(told);
}

const line = z.object({
  type: z.string(),
  '@testfile': z.string().optional(),
  '@testrun': z.string().optional(),
  test_run: z.object({ progress: z.string().optional(), status: z.string().optional() }).optional(),
  diagnostic: diagnostic.optional(),
  test_plan: z.unknown().optional(),
  test_state: z.unknown().optional(),
});

/**
 * All runs of the folder's tests, or of those in the given files. What is said of no run (a file that cannot be read) is thrown.
 * `isShown` asks for plans and states, which are long.
 */
export async function testRuns(
  folder: string,
  { files = [], isShown = false }: { readonly files?: readonly string[]; readonly isShown?: boolean } = {},
): Promise<Run[]> {
  const args = [...(isShown ? ['-verbose'] : []), ...files.map((file) => `-filter=${file}`)];
  const { stdout, stderr } = await askTerraform(folder, 'test', '-json', '-no-color', ...args);
  const runs = new Map<
    string,
    { file: string; name: string; status: string; messages: string[]; shown: unknown }
  >();
  const elsewhere: string[] = [];
  for (const text of stdout.split('\n').filter((one) => one.startsWith('{'))) {
    const said = line.parse(JSON.parse(text));
    const { '@testfile': file = '', '@testrun': name, diagnostic: problem } = said;
    if (name === undefined) {
      if (problem !== undefined && problem.severity === 'error') elsewhere.push(told(problem));
      continue;
    }
    const run = runs.get(`${file} ${name}`) ?? { file, name, status: 'pending', messages: [], shown: null };
    runs.set(`${file} ${name}`, run);
    run.status = said.test_run?.status ?? run.status;
    run.shown = said.test_plan ?? said.test_state ?? run.shown;
    if (problem !== undefined) run.messages.push(told(problem));
  }
  if (elsewhere.length > 0) throw new Error(elsewhere.join('\n'));
  if (runs.size === 0 && stderr !== '') throw new Error(stderr);
  return [...runs.values()];
}

export type Planned = {
  readonly address: string;
  readonly type: string;
  readonly mode: string;
  /** What is to become of it: create, update, delete, read, no-op. */
  readonly actions: readonly string[];
  readonly values: unknown;
};

const plan = z.object({
  resource_changes: z.array(
    z.object({
      address: z.string(),
      type: z.string(),
      mode: z.string(),
      change: z.object({ actions: z.array(z.string()), after: z.unknown() }),
    }),
  ),
});

/** What a run with `command = plan` plans; it must have been asked for (`isShown`). */
export const planned = ({ shown }: Run): Planned[] =>
  plan.parse(shown).resource_changes.map(({ change, ...resource }) => ({
    ...resource,
    actions: change.actions,
    values: change.after,
  }));

/** What is wrong with the runs, one line each; Terraform skips what comes after an error, which is said once. */
export function complaints(runs: readonly Run[]): string[] {
  const skipped = runs.filter(({ status }) => status === 'skip').length;
  return [
    ...runs
      .filter(({ status }) => status !== 'pass' && status !== 'skip')
      .map(({ file, name, status, messages }) => `${file} ${name}: ${status}: ${messages.join(' | ')}`),
    ...(skipped === 0 ? [] : [`${skipped} more were skipped`]),
  ];
}

export type Validation = { readonly variable: string; readonly sentence: string };

/** The blocks of the language at the beginning of a line, as `terraform fmt` leaves them. */
const blocks = (text: string): string[] => text.match(/^[a-z_]+( "[^"]+")* \{\n[\s\S]*?^\}$/gm) ?? [];

/** What the variables of a folder refuse. */
export const validations = (folder: string): Validation[] =>
  filesIn(folder, '.tf')
    .filter((path) => !path.includes('/'))
    .flatMap((path) => blocks(readFileSync(join(folder, path), 'utf8')))
    .flatMap((block) => {
      const variable = /^variable "(\w+)"/.exec(block)?.[1];
      if (variable === undefined) return [];
      return [
        ...block.matchAll(
          /^\s+validation \{[\s\S]*?^ {4}error_message\s+= "((?:[^"\\]|\\.|\$\{[^}]*\})*)"$/gm,
        ),
      ].map(([, sentence = '']) => ({ variable, sentence }));
    });

const refusal = /^ *expect_failures *= *\[([^\]]*)\]\n/m;

/** The runs that expect a variable to refuse what it is given, with the variables. */
export const refusals = (folder: string): { readonly run: string; readonly variables: readonly string[] }[] =>
  testFiles(folder)
    .flatMap((path) => blocks(readFileSync(join(folder, path), 'utf8')))
    .flatMap((block) => {
      const run = /^run "([^"]+)"/.exec(block)?.[1];
      const expected = refusal.exec(block)?.[1];
      if (run === undefined || expected === undefined) return [];
      return [{ run, variables: [...expected.matchAll(/\bvar\.(\w+)/g)].flatMap(([, name = '']) => [name]) }];
    });

export const testFiles = (folder: string): string[] =>
  filesIn(folder, '.tftest.hcl').filter((path) => !path.includes('/') || /^tests\/[^/]+$/.test(path));

/** Runs of a file of tests, each alone with what all of them share; `change` what is written of each. Writes files into the folder, which is a copy. */
async function runsAlone(
  folder: string,
  {
    files,
    choose,
    change,
  }: {
    readonly files: readonly string[];
    readonly choose: (run: string) => boolean;
    readonly change: (run: string) => string;
  },
  isShown: boolean,
): Promise<Run[]> {
  const written: string[] = [];
  for (const path of files) {
    const all = blocks(readFileSync(join(folder, path), 'utf8'));
    const common = all.filter((block) => !block.startsWith('run "'));
    for (const block of all.filter((one) => one.startsWith('run "') && choose(one))) {
      const file = join(dirname(path), `alone-${written.length}.tftest.hcl`);
      writeFileSync(join(folder, file), [...common, change(block)].join('\n\n'));
      written.push(file);
    }
  }
  if (written.length === 0) return [];
  try {
    return await testRuns(folder, { files: written, isShown });
  } finally {
    for (const file of written) rmSync(join(folder, file));
  }
}

/**
 * What is said to whoever gives a bad value: the tests' own runs once more, without expecting it, each in a file of its own because
 * Terraform skips what comes after an error.
 */
export async function sentencesOfRefusals(folder: string): Promise<string[]> {
  const runs = await runsAlone(
    folder,
    {
      files: testFiles(folder),
      choose: (run) => /\bvar\./.test(refusal.exec(run)?.[1] ?? ''),
      change: (run) => run.replace(refusal, ''),
    },
    false,
  );
  return runs.flatMap(({ messages }) => messages);
}

/** What one run of a file of tests plans, once it is green. */
export async function planOf(folder: string, file: string, run: string): Promise<Planned[]> {
  const runs = await runsAlone(
    folder,
    { files: [file], choose: (text) => text.startsWith(`run "${run}"`), change: (text) => text },
    true,
  );
  const [only] = runs;
  const wrong = complaints(runs);
  if (only === undefined || wrong.length > 0)
    throw new Error(wrong.join('\n') || `${file} has no run ${run}`);
  return planned(only);
}

/** Whether the sentence was said, whatever Terraform filled in for its `${…}`. */
export function isSaid(sentence: string, said: readonly string[]): boolean {
  const parts = sentence.replaceAll(/\\(.)/g, '$1').split(/\$\{[^}]*\}/);
  const pattern = new RegExp(
    parts.map((part) => part.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)).join('[^]*?'),
  );
  return said.some((one) => pattern.test(one));
}
