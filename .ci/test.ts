// Runs the checks and the test suites one after another, says how long each took, and ends with the counts.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number };
type Step = { readonly name: string; readonly command: readonly string[]; readonly isSuite: boolean };
type Ended = {
  readonly step: Step;
  readonly seconds: number;
  readonly code: number;
  readonly counts: Counts;
};

const none: Counts = { passed: 0, failed: 0, skipped: 0 };
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
];
const fast = suite('fast');
// Validators were seen to miss their duty on a busy machine: the live suite comes last, alone, and only where its tools must be there.
const live = process.env['REQUIRE_TOOLS'] === '1' ? [suite('live')] : [];
const slower = [suite('processes'), suite('simulation'), suite('lab'), ...live];

function numberIn(report: unknown, name: string): number {
  if (typeof report !== 'object' || report === null) return 0;
  const value: unknown = Object.entries(report).find(([key]) => key === name)?.[1];
  return typeof value === 'number' ? value : 0;
}

function readCounts(file: string): Counts {
  try {
    const report: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return {
      passed: numberIn(report, 'numPassedTests'),
      failed: numberIn(report, 'numFailedTests'),
      skipped: numberIn(report, 'numPendingTests') + numberIn(report, 'numTodoTests'),
    };
  } catch {
    return none;
  }
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
  const counts = step.isSuite ? readCounts(report) : none;
  return { step, seconds: (performance.now() - begun) / 1000, code, counts };
}

async function main(): Promise<void> {
  const isCheck = process.argv.includes('--check');
  const steps = isCheck ? [...checks, fast] : [...checks, fast, ...slower];
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-test-'));
  const ended: Ended[] = [];
  for (const step of steps) ended.push(await run(step, folder));
  rmSync(folder, { recursive: true, force: true });

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
