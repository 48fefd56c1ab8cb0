// What checkov says of the charts' manifests; whatever is left as it is has its reason in checkov-skips.yaml.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { reportOf, wordsOf, type Finding, type Report } from '../support/checkov.ts';
import { lacks, tool } from '../support/tools.ts';
import { applications, valuesOf } from './charts.ts';
import { ended, rendered } from './helm.ts';

const skips = z
  .array(z.strictObject({ check: z.string(), of: z.string().optional(), why: z.string().min(20) }))
  .parse(parse(readFileSync(new URL('checkov-skips.yaml', import.meta.url), 'utf8')));

const isFor = (skip: (typeof skips)[number], { check_id, resource }: Finding): boolean =>
  skip.check === check_id && (skip.of === undefined || new RegExp(skip.of).test(resource));

describe.skipIf(lacks('helm', 'checkov'))('checkov', () => {
  let results: Report;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'watchdog-checkov-'));
    try {
      await Promise.all(
        applications.map(async (chart) => {
          const { name } = chart;
          const rendering = { release: `a-${name}`, files: [valuesOf(name).path] };
          writeFileSync(join(folder, `${name}.yaml`), await rendered(chart, rendering));
        }),
      );
      const args = ['--directory=.', '--framework=kubernetes', '--skip-download', '--output=json'];
      const { stdout, stderr } = await ended(tool('checkov').path, args, { folder });
      if (stdout === '') throw new Error(stderr);
      results = reportOf(stdout);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('reads the manifests of every chart', () => {
    expect(results.parsing_errors).toEqual([]);
    const read = new Set([...results.passed_checks, ...results.failed_checks].map((one) => one.file_path));
    expect([...read].toSorted()).toEqual(applications.map(({ name }) => `/${name}.yaml`).toSorted());
  });

  test('finds nothing but what is left as it is for a reason', () => {
    const rest = results.failed_checks.filter((one) => !skips.some((skip) => isFor(skip, one)));
    expect(rest.map(wordsOf)).toEqual([]);
  });

  test('no reason is left over', () => {
    const over = skips.filter((skip) => !results.failed_checks.some((one) => isFor(skip, one)));
    expect(over).toEqual([]);
  });
});
