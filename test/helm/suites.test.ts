// The charts' own suites, in basement/helm/*/tests, by helm-unittest.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { lacks, tool } from '../support/tools.ts';
import { applications, type Chart } from './charts.ts';
import { ended } from './helm.ts';

const leastAssertions = 100;

const suite = z.object({
  tests: z.array(z.object({ it: z.string(), asserts: z.array(z.unknown()) })).min(1),
});

const suitesOf = ({ folder }: Chart): string[] => {
  const tests = join(folder, 'tests');
  const files = existsSync(tests) ? readdirSync(tests, { recursive: true, encoding: 'utf8' }) : [];
  return files.filter((file) => file.endsWith('_test.yaml')).map((file) => join(tests, file));
};

/** A suite may hold several documents, which are suites of their own. */
const assertionsIn = (file: string): number =>
  readFileSync(file, 'utf8')
    .split(/^---$/m)
    .filter((text) => text.trim() !== '')
    .flatMap((text) => suite.parse(parse(text)).tests)
    .reduce((sum, { asserts }) => sum + asserts.length, 0);

describe.skipIf(lacks('helm-unittest'))('suites', () => {
  test.concurrent.for(applications)('$name', async (chart) => {
    expect(suitesOf(chart)).not.toEqual([]);
    const { code, stdout, stderr } = await ended(tool('helm-unittest').path, [
      '--strict',
      '--color=false',
      // An umbrella's charts have suites of their own, with their own values.
      '--with-subchart=false',
      '--file=tests/**/*_test.yaml',
      chart.folder,
    ]);
    expect(code, `${stdout}${stderr}`).toBe(0);
    const ran = /^Test Suites: +(\d+) passed, (\d+) total$/m.exec(stdout);
    expect(Number(ran?.[1] ?? 0), stdout).toBe(suitesOf(chart).length);
  });
});

test(`there are more than ${leastAssertions} assertions in them`, () => {
  const count = applications.flatMap(suitesOf).reduce((sum, file) => sum + assertionsIn(file), 0);
  expect(count).toBeGreaterThan(leastAssertions);
});
