// The examples for Prometheus: promtool takes them, the rules fire when they should, and ask for metrics that there are.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readFileSync } from 'node:fs';
import { metricsOf } from '../../functions/views/metrics.ts';
import { metricsIn } from '../basement/monitoring/monitoring.ts';
import { parseOpenMetrics } from '../support/open-metrics.ts';
import { overviews } from '../support/overviews.ts';
import { lacks, tool } from '../support/tools.ts';

const pathOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const ruleFile = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
});
const testFile = z.object({
  tests: z.array(
    z.object({
      alert_rule_test: z.array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) })),
    }),
  ),
});
const parsed = <Value>(path: string, form: z.ZodType<Value>): Value =>
  form.parse(parse(readFileSync(pathOf(path), 'utf8')));

const { groups } = parsed('examples/prometheus/rules.yml', ruleFile);
const rules = groups.flatMap((group) => group.rules);

describe.skipIf(lacks('prometheus'))('promtool', () => {
  test.each([
    ['check', 'config', '--syntax-only', pathOf('examples/prometheus/prometheus.yml')],
    ['check', 'rules', pathOf('examples/prometheus/rules.yml')],
    ['test', 'rules', pathOf('test/views/prometheus/rules.yaml')],
  ])('%s %s is content', async (...args) => {
    const { stdout } = await promisify(execFile)(tool('prometheus').path, args);
    expect(stdout).toContain('SUCCESS');
  });
});

test('each rule is seen to fire, and to be silent', () => {
  const tries = parsed('test/views/prometheus/rules.yaml', testFile).tests.flatMap(
    (each) => each.alert_rule_test,
  );
  const names = (isFiring: boolean): string[] =>
    tries.filter(({ exp_alerts }) => exp_alerts.length > 0 === isFiring).map(({ alertname }) => alertname);
  const all = rules.map(({ alert }) => alert);
  expect(all.filter((name) => !names(true).includes(name))).toEqual([]);
  expect(all.filter((name) => !names(false).includes(name))).toEqual([]);
});

test('the rules ask for nothing that is not there, and for states that there are', () => {
  const families = Object.values(overviews).flatMap((of) => [...parseOpenMetrics(metricsOf(of))]);
  const states = new Set(
    families.flatMap(({ name, samples }) => samples.map(({ labels }) => `${name}="${labels[name]}"`)),
  );
  const known = new Set([...families.map(({ name }) => name), 'up']);
  expect(rules.flatMap(({ expr }) => metricsIn(expr)).filter((name) => !known.has(name))).toEqual([]);
  const asked = rules.flatMap(({ expr }) =>
    [...expr.matchAll(/(watchdog_\w+)=~?"([^"]*)"/g)].flatMap(([, name, values = '']) =>
      values.split('|').map((value) => `${name}="${value}"`),
    ),
  );
  expect(asked.length).toBeGreaterThan(6);
  // No situation has a standby that has failed; the set names all its states in each.
  expect(asked.filter((state) => !states.has(state))).toEqual([]);
});
