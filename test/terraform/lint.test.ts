// What linters say of the files of Terraform: tflint by its own rules, checkov by those for Google; whatever is skipped has its reason beside it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { reportOf, wordsOf } from '../support/checkov.ts';
import { lacks, tool } from '../support/tools.ts';
import { terraformFolder } from './provider/types-in-use.ts';

/** What it printed, whatever it ended with; without the settings of whoever runs it. */
function printed(program: string, ...args: readonly string[]): string {
  const home = mkdtempSync(join(tmpdir(), 'watchdog-lint-'));
  try {
    const { stdout, stderr, error } = spawnSync(program, args, {
      cwd: terraformFolder,
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        TFLINT_DISABLE_VERSION_CHECK: '1',
        PYTHONDONTWRITEBYTECODE: '1',
      },
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    if (error !== undefined) throw error;
    return stdout === '' ? stderr : stdout;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const issues = z.object({
  issues: z.array(
    z.object({
      rule: z.object({ name: z.string() }),
      message: z.string(),
      range: z.object({ filename: z.string(), start: z.object({ line: z.number() }) }),
    }),
  ),
  errors: z.array(z.object({ message: z.string() })),
});

describe.skipIf(lacks('tflint'))('tflint', () => {
  test('has nothing to say', () => {
    const config = join(terraformFolder, '.tflint.hcl');
    const said = issues.parse(
      JSON.parse(printed(tool('tflint').path, '--recursive', `--config=${config}`, '--format=json')),
    );
    expect(said.errors).toEqual([]);
    expect(
      said.issues.map(
        ({ rule, message, range }) => `${range.filename}:${range.start.line} ${rule.name}: ${message}`,
      ),
    ).toEqual([]);
  });
});

describe.skipIf(lacks('checkov'))('checkov', () => {
  test('reads every file, and what it finds is mended or skipped with a reason', () => {
    const results = reportOf(
      printed(
        tool('checkov').path,
        '--directory=.',
        '--framework=terraform',
        '--skip-download',
        '--output=json',
      ),
    );
    expect(results.parsing_errors).toEqual([]);
    expect(results.passed_checks.length).toBeGreaterThan(0);
    expect(results.failed_checks.map(wordsOf)).toEqual([]);
  });
});

test('a check is skipped where it stands, for a reason that can be read', () => {
  const files = readdirSync(terraformFolder, { recursive: true, encoding: 'utf8' });
  expect(files.filter((path) => /\.checkov\.ya?ml$/.test(path))).toEqual([]);
  const skips = files
    .filter((path) => path.endsWith('.tf'))
    .flatMap((path) =>
      readFileSync(join(terraformFolder, path), 'utf8')
        .split('\n')
        .filter((line) => /checkov:skip|tflint-ignore/.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
  const reasoned = /#\s*(checkov:skip=CKV2?_[A-Z]+_\d+:|tflint-ignore: *[a-z_]+ *#)\s*\S+ \S+ \S+/;
  expect(skips.filter((line) => !reasoned.test(line))).toEqual([]);
});
