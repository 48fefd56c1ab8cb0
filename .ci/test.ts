// Runs the checks and the test suites one after another, says how long each took, and ends with the counts.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number };
/** A test that failed: its file and name, and the beginning of what it said. */
type Failure = { readonly name: string; readonly said: string };
type Step = { readonly name: string; readonly command: readonly string[]; readonly isSuite: boolean };
type Ended = {
  readonly step: Step;
  readonly seconds: number;
  readonly code: number;
  readonly counts: Counts;
  readonly failures: readonly Failure[];
};

const check = (name: string, ...command: string[]): Step => ({ name, command, isSuite: false });
const suite = (name: string): Step => ({
  name,
  command: ['vitest', 'run', '--project', name],
  isSuite: true,
});

const checks: readonly Step[] = [
  check('types', 'tsc', '--noEmit'),
  check('lint', 'oxlint', '--type-aware', '--deny-warnings'),
  check('format', 'oxfmt', '--check', '.'),
  check('unused', 'knip', '--no-progress'),
  check('docs fresh', 'node', 'docs/generate.ts', '--check'),
  check('fence', 'node', '.ci/check-fence.ts'),
];
const fast = suite('fast');
// Only where their tools must be there. Validators were seen to miss their duty on a busy machine: the live suite comes last, alone.
const withTools =
  process.env['REQUIRE_TOOLS'] === '1' ? [suite('ansible'), suite('charts'), suite('live')] : [];
const slower = [
  suite('thorough'),
  suite('processes'),
  suite('terraform'),
  suite('simulation'),
  suite('lab'),
  suite('browser'),
  ...withTools,
];

function at(report: unknown, name: string): unknown {
  if (typeof report !== 'object' || report === null) return undefined;
  return Object.entries(report).find(([key]) => key === name)?.[1];
}

function numberIn(report: unknown, name: string): number {
  const value = at(report, name);
  return typeof value === 'number' ? value : 0;
}

const textIn = (report: unknown, name: string): string => {
  const value = at(report, name);
  return typeof value === 'string' ? value : '';
};

function listIn(report: unknown, name: string): readonly unknown[] {
  const value = at(report, name);
  return Array.isArray(value) ? value : [];
}

/** Null when the suite left no report that can be read. */
function readReport(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

const countsOf = (report: unknown): Counts => ({
  passed: numberIn(report, 'numPassedTests'),
  failed: numberIn(report, 'numFailedTests'),
  skipped: numberIn(report, 'numPendingTests') + numberIn(report, 'numTodoTests'),
});

const isForeign = (line: string): boolean => /^ +at .*(?:node_modules|node:)/.test(line);

/** Its beginning says what failed, its end what a program said last. */
function inShort(text: string): string {
  const lines = stripVTControlCharacters(text)
    .trim()
    .split('\n')
    .filter((line) => !isForeign(line));
  return (lines.length > 14 ? [...lines.slice(0, 4), '…', ...lines.slice(-9)] : lines).join('\n');
}

/** Whoever sees only the end of a long output must find in it what failed. */
function failuresOf(report: unknown): Failure[] {
  return listIn(report, 'testResults').flatMap((file) => {
    const path = relative(process.cwd(), textIn(file, 'name'));
    const tests = listIn(file, 'assertionResults').filter((test) => textIn(test, 'status') === 'failed');
    // A file that cannot be loaded, or whose set-up fails, says so itself.
    if (tests.length === 0 && textIn(file, 'status') === 'failed') {
      return [{ name: path, said: inShort(textIn(file, 'message')) }];
    }
    return tests.map((test) => ({
      name: `${path} > ${textIn(test, 'fullName')}`,
      said: inShort(listIn(test, 'failureMessages').map(String).join('\n')),
    }));
  });
}

async function run(step: Step, folder: string): Promise<Ended> {
  const report = join(folder, `${step.name}.json`);
  const [command = '', ...given] = step.command;
  const args = step.isSuite
    ? [...given, '--passWithNoTests', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    : given;
  console.log(`\n── ${step.name}: ${[command, ...given].join(' ')}`);
  const begun = performance.now();
  const code = await new Promise<number>((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', () => resolve(127));
    child.on('exit', (status) => resolve(status ?? 1));
  });
  const seconds = (performance.now() - begun) / 1000;
  const told = step.isSuite ? readReport(report) : null;
  return { step, seconds, code, counts: countsOf(told), failures: failuresOf(told) };
}

async function main(): Promise<void> {
  const isCheck = process.argv.includes('--check');
  const steps = isCheck ? [...checks, fast] : [...checks, fast, ...slower];
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-test-'));
  const ended: Ended[] = [];
  for (const step of steps) ended.push(await run(step, folder));
  rmSync(folder, { recursive: true, force: true });

  for (const { name, said } of ended.flatMap(({ failures }) => failures)) {
    console.log(`\nFAIL ${name}\n${said.replaceAll(/^/gm, '     ')}`);
  }
  console.log('');
  for (const { step, seconds, code } of ended) {
    console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${step.name.padEnd(12)} ${seconds.toFixed(1)} s`);
  }
  const sum = (pick: (counts: Counts) => number): number =>
    ended.reduce((total, { counts }) => total + pick(counts), 0);
  // A check that fails, or a suite that ends badly without a failed test, counts as one failure.
  const broken = ended.filter(({ code, counts }) => code !== 0 && counts.failed === 0).length;
  const failed = sum((counts) => counts.failed) + broken;
  const skipped = sum((counts) => counts.skipped);
  console.log(
    `${sum((counts) => counts.passed)} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
  );
  process.exitCode = failed === 0 ? 0 : 1;
}

await main();
