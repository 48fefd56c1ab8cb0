// What basement/monitoring has, read once: rules, dashboards, and the metrics that they ask for.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

export const pathOf = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

export const read = (path: string): string => readFileSync(pathOf(path), 'utf8');

const parsed = <Value>(path: string, schema: z.ZodType<Value>): Value => {
  const content: unknown = parse(read(path));
  return schema.parse(content);
};

const rule = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({
    severity: z.enum(['critical', 'warning', 'none']),
    class: z.literal('safety').optional(),
  }),
  annotations: z.strictObject({ summary: z.string(), runbook_url: z.string() }),
});
export type Rule = z.output<typeof rule>;

const ruleFile = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(rule) })),
});

const stems = (folder: string, end: string): string[] =>
  readdirSync(pathOf(folder))
    .filter((file) => file.endsWith(end))
    .map((file) => file.slice(0, -end.length))
    .toSorted();

/** Names of the files in basement/monitoring/rules, without their ends. */
export const ruleFiles: readonly string[] = stems('basement/monitoring/rules', '.yml');

export const rulesOf = (file: string): readonly Rule[] =>
  parsed(`basement/monitoring/rules/${file}.yml`, ruleFile).groups.flatMap(({ rules }) => rules);

export const allRules: readonly Rule[] = ruleFiles.flatMap(rulesOf);

const expected = z.object({ exp_labels: z.record(z.string(), z.string()) });
const testFile = z.object({
  rule_files: z.array(z.string()),
  tests: z.array(
    z.object({
      name: z.string(),
      input_series: z.array(z.object({ series: z.string() })),
      alert_rule_test: z.array(
        z.object({ eval_time: z.string(), alertname: z.string(), exp_alerts: z.array(expected) }),
      ),
    }),
  ),
});
export type RuleTests = z.output<typeof testFile>;

/** Names of the files of promtool's tests, without their ends. */
export const testFiles: readonly string[] = stems('test/basement/monitoring/rules', '.yaml');

export const testsOf = (file: string): RuleTests =>
  parsed(`test/basement/monitoring/rules/${file}.yaml`, testFile);

const source = z.strictObject({ type: z.literal('prometheus'), uid: z.literal('${datasource}') });
const target = z.object({ expr: z.string(), datasource: source });
const panel = z.object({
  id: z.number(),
  type: z.string(),
  title: z.string().min(1),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  datasource: source.optional(),
  targets: z.array(target).default([]),
  fieldConfig: z.object({ defaults: z.object({ unit: z.string().min(1) }) }).optional(),
});
const dashboard = z.object({
  uid: z.string(),
  title: z.string().min(1),
  description: z.string().min(1),
  templating: z.object({
    list: z.array(
      z.object({
        name: z.string(),
        type: z.string(),
        definition: z.string().optional(),
        datasource: source.optional(),
      }),
    ),
  }),
  panels: z.array(panel),
});
export type Dashboard = z.output<typeof dashboard>;

export const dashboardFiles: readonly string[] = stems('basement/monitoring/dashboards', '.json');

export const dashboardOf = (file: string): Dashboard =>
  parsed(`basement/monitoring/dashboards/${file}.json`, dashboard);

/** What a dashboard asks for, with something in place of its variables. */
export const questionsOf = ({ panels, templating }: Dashboard): readonly string[] => {
  const filled = (expr: string): string => expr.replace(/\$\w+/g, 'any');
  const ofVariables = templating.list.flatMap(({ definition }) => {
    const asked = /^label_values\((.*), \w+\)$/.exec(definition ?? '');
    return asked?.[1] === undefined ? [] : [asked[1]];
  });
  return [...panels.flatMap(({ targets }) => targets.map(({ expr }) => filled(expr))), ...ofVariables];
};

const words = new Set(['and', 'or', 'unless', 'bool', 'offset', 'inf', 'nan']);

/** The metrics in an expression of PromQL: names that are no function, no word, and no label. */
export function metricsIn(expr: string): readonly string[] {
  const bare = expr
    .replace(/"[^"]*"/g, '""')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, '');
  const names = [...bare.matchAll(/(?<![\w.])([A-Za-z_:][\w:]*)(?!\s*\(|[\w:])/g)].map(
    ([, name = '']) => name,
  );
  const isMetric = (name: string): boolean => !words.has(name) && !/^(sum|min|max|count|avg)$/.test(name);
  return [...new Set(names.filter(isMetric))];
}

const known = z.array(
  z.strictObject({
    from: z.string(),
    seen: z.boolean(),
    written: z.string().optional(),
    source: z.string().optional(),
    metrics: z.array(z.string()),
  }),
);
export const knownMetrics = parsed('test/basement/monitoring/known-metrics.yaml', known);

export const names = (rules: readonly Rule[]): string[] => rules.map(({ alert }) => alert);
