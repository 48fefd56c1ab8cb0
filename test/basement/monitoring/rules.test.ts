// The rules of a basement: each is tried by promtool in trouble and without it, has a runbook, and asks for metrics that exist.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { lacks, tool } from '../../support/tools.ts';
import {
  allRules,
  metricsIn,
  names,
  pathOf,
  read,
  ruleFiles,
  rulesOf,
  testFiles,
  testsOf,
} from './monitoring.ts';

const execute = promisify(execFile);
const runbooks = 'https://github.com/RnodeC/basement-watchdog/blob/main/docs/runbooks/alerts.md#';

async function promtool(...args: readonly string[]): Promise<string> {
  const { stdout } = await execute(tool('prometheus').path, [...args]);
  return stdout;
}

const allTests = testFiles.flatMap((file) => testsOf(file).tests);
const tries = allTests.flatMap(({ alert_rule_test }) => alert_rule_test);
const well = allTests.filter(({ name }) => name === 'all is well');

describe.skipIf(lacks('prometheus'))('promtool', () => {
  test.each(ruleFiles)('takes %s.yml', async (file) => {
    const checked = await promtool('check', 'rules', pathOf(`basement/monitoring/rules/${file}.yml`));
    expect(checked).toContain('SUCCESS');
  });

  test.each(testFiles)('finds that the rules do what %s.yaml says', async (file) => {
    const tested = await promtool('test', 'rules', pathOf(`test/basement/monitoring/rules/${file}.yaml`));
    expect(tested).toContain('SUCCESS');
  });
});

describe('each rule', () => {
  test('has a name of its own', () => {
    expect(names(allRules)).toEqual([...new Set(names(allRules))]);
  });

  test('fires in a test', () => {
    const fires = new Set(
      tries.filter(({ exp_alerts }) => exp_alerts.length > 0).map((each) => each.alertname),
    );
    expect(names(allRules).filter((name) => !fires.has(name))).toEqual([]);
  });

  test('does not fire where all is well, though what it asks for is there', () => {
    // Watchdog always fires: that is what it is for.
    const rules = allRules.filter(({ alert }) => alert !== 'Watchdog');
    const series = new Set(
      well.flatMap(({ input_series }) => input_series.map((each) => metricsIn(each.series)[0])),
    );
    const quiet = new Set(
      well
        .flatMap((each) => each.alert_rule_test)
        .filter(({ exp_alerts }) => exp_alerts.length === 0)
        .map((each) => each.alertname),
    );
    expect(rules.filter(({ alert }) => !quiet.has(alert)).map(({ alert }) => alert)).toEqual([]);
    expect(rules.flatMap(({ expr }) => metricsIn(expr)).filter((metric) => !series.has(metric))).toEqual([]);
  });

  test('that waits is tried before its time as well', () => {
    const early = new Set(
      allTests
        .filter(({ name }) => name !== 'all is well')
        .flatMap((each) => each.alert_rule_test)
        .filter(({ exp_alerts }) => exp_alerts.length === 0)
        .map((each) => each.alertname),
    );
    const waits = allRules.filter((rule) => rule.for !== undefined);
    expect(waits.length).toBeGreaterThan(60);
    expect(names(waits).filter((name) => !early.has(name))).toEqual([]);
  });

  test('is critical or a warning; only Watchdog is neither', () => {
    expect(allRules.filter(({ labels }) => labels.severity === 'none').map(({ alert }) => alert)).toEqual([
      'Watchdog',
    ]);
  });

  test('names the thing in its summary, or is about all of them', () => {
    const nameless = allRules.filter(({ annotations }) => !annotations.summary.includes('$labels.'));
    expect(names(nameless).toSorted()).toEqual(['NodesUnwatched', 'Watchdog']);
    // Watchdog takes 200 characters of it.
    expect(allRules.filter(({ annotations }) => annotations.summary.length > 200)).toEqual([]);
  });

  test('has a runbook, and each runbook a rule', () => {
    const headings = [...read('docs/runbooks/alerts.md').matchAll(/^### (\w+)$/gm)].map(
      ([, name = '']) => name,
    );
    expect(allRules.map(({ annotations }) => annotations.runbook_url)).toEqual(
      allRules.map(({ alert }) => `${runbooks}${alert.toLowerCase()}`),
    );
    expect(headings.toSorted()).toEqual(names(allRules).toSorted());
    const sections = read('docs/runbooks/alerts.md').split(/^### /m).slice(1);
    // What it means, then what to do.
    expect(sections.filter((section) => !/^\w+\n\n(?!1\. )[\s\S]+\n\n1\. /.test(section))).toEqual([]);
  });
});

test('all that fences say is safety, and so is what may cost more than rewards', () => {
  const isSafety = ({ labels }: (typeof allRules)[number]): boolean => labels.class === 'safety';
  expect(rulesOf('fence').filter((rule) => !isSafety(rule))).toEqual([]);
  expect(
    names(allRules.filter(isSafety))
      .filter((name) => !names(rulesOf('fence')).includes(name))
      .toSorted(),
  ).toEqual([
    'HomeShows',
    'KillSwitchOpen',
    'MalwareFound',
    'SigningRefused',
    'ValidatorRestarted',
    'ValidatorSlashed',
  ]);
});
