// Every chart with every set of its values: what helm's lint says, what kubeconform says of the manifests, and whether selectors find what they are for.
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { lacks, tool } from '../support/tools.ts';
import { applications, charts, type Chart, type Values } from './charts.ts';
import { ended, helm, manifests } from './helm.ts';
import { lostSelectors } from './selectors.ts';

const namesOf = (values: readonly Values[]): string[] => values.map(({ name }) => name);

const conformity = z.object({
  resources: z
    .array(z.object({ kind: z.string(), name: z.string(), status: z.string(), msg: z.string() }))
    .nullable(),
  summary: z.object({ valid: z.number(), invalid: z.number(), errors: z.number(), skipped: z.number() }),
});

async function conformityOf(text: string): Promise<z.infer<typeof conformity>> {
  const { path, folder } = tool('kubeconform');
  const schemas = `${folder}/schemas/{{ .ResourceKind }}{{ .KindSuffix }}.json`;
  const args = ['-strict', '-summary', '-output=json', `-schema-location=${schemas}`];
  const { stdout, stderr } = await ended(path, args, { input: text });
  if (stdout === '') throw new Error(stderr);
  return conformity.parse(JSON.parse(stdout));
}

const lint = (chart: Chart, values?: Values): Promise<{ readonly code: number; readonly stdout: string }> =>
  helm(['lint', '--strict', chart.folder, ...(values === undefined ? [] : [`--values=${values.path}`])]);

test('there are charts, and each that can be installed has the least of its values', () => {
  expect(charts.length).toBeGreaterThan(0);
  const without = applications.filter(({ values }) => !namesOf(values).includes('default'));
  expect(without.map(({ name }) => name)).toEqual([]);
});

describe.skipIf(lacks('helm', 'kubeconform'))('lint and schemas', () => {
  describe.for(charts.filter(({ isLibrary }) => isLibrary))('$name', (chart) => {
    test('has nothing to mend', async () => {
      expect(await lint(chart)).toMatchObject({ code: 0 });
    });
  });

  describe.for(applications)('$name', (chart) => {
    test.concurrent.for(chart.values)('with $name', async (values) => {
      const [{ code, stdout }, found] = await Promise.all([
        lint(chart, values),
        manifests(chart, { files: [values.path], namespace: values.podSecurity }),
      ]);
      expect(code, stdout).toBe(0);
      const { resources, summary } = await conformityOf(found.map(({ text }) => text).join('---\n'));
      expect(resources ?? []).toEqual([]);
      expect(summary).toMatchObject({ invalid: 0, errors: 0, skipped: 0 });
      expect(summary.valid).toBeGreaterThan(0);
    });

    test.concurrent.for(chart.values)('every selector finds what it is for, with $name', async (values) => {
      const found = await manifests(chart, { files: [values.path], namespace: values.podSecurity });
      expect(lostSelectors(found, 'home')).toEqual([]);
    });
  });

  test('what is wrong in a manifest is seen', async () => {
    const bad = [
      'apiVersion: apps/v1',
      'kind: StatefulSet',
      'metadata: { name: geth }',
      'spec:',
      '  selector: { matchLabels: { a: b } }',
      '  template:',
      '    metadata: { labels: { a: b } }',
      "    spec: { securityContext: { readOnlyRootFilesystem: 'true' }, containers: [{ name: geth, image: geth }] }",
    ].join('\n');
    const { resources, summary } = await conformityOf(bad);
    expect(summary.invalid).toBe(1);
    expect(resources?.map(({ msg }) => msg).join('\n')).toContain('readOnlyRootFilesystem');
  });
});
