// The chart around the rules: what Helm makes of them is what promtool has tried.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { lacks, tool } from '../../support/tools.ts';
import { dashboardFiles, pathOf, read, ruleFiles } from './monitoring.ts';

const execute = promisify(execFile);
const name = 'house-basement-monitoring-';
const made = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('PrometheusRule'),
    metadata: z.object({ name: z.string() }),
    spec: z.unknown(),
  }),
  z.object({
    kind: z.literal('ConfigMap'),
    metadata: z.object({ name: z.string() }),
    data: z.record(z.string(), z.string()),
  }),
]);

describe.skipIf(lacks('helm'))('the chart', () => {
  test('wraps each file of rules and each dashboard as it is', async () => {
    const { stdout } = await execute(tool('helm').path, ['template', 'house', pathOf('basement/monitoring')]);
    const all = parseAllDocuments(stdout).map((each) => made.parse(each.toJS()));
    const rules = all.flatMap((each) =>
      each.kind === 'PrometheusRule' ? [[each.metadata.name, each.spec] as const] : [],
    );
    const dashboards = all.flatMap((each) => (each.kind === 'ConfigMap' ? Object.entries(each.data) : []));
    const plain = (file: string): unknown => parse(read(`basement/monitoring/rules/${file}.yml`));
    expect(rules).toEqual(ruleFiles.map((file) => [`${name}${file}`, plain(file)]));
    const asItIs = (file: string): string => read(`basement/monitoring/dashboards/${file}.json`).trimEnd();
    expect(dashboards).toEqual(dashboardFiles.map((file) => [`basement-${file}.json`, asItIs(file)]));
  });
});
