// The configuration of Alertmanager, alone and in the values of the public chart: taken by its own tool, and the same in both.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { lacks, tool } from '../../support/tools.ts';
import { allRules, pathOf, read } from './monitoring.ts';

const execute = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'watchdog-alertmanager-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const alone = pathOf('basement/monitoring/alertmanager.yml');
const values = z
  .object({
    alertmanager: z.object({
      config: z.unknown(),
      alertmanagerSpec: z.object({ secrets: z.array(z.string()) }),
    }),
    'kube-state-metrics': z.object({ metricLabelsAllowlist: z.array(z.string()) }),
  })
  .parse(parse(read('basement/monitoring/kube-prometheus-stack.values.yaml')));
const inChart = join(folder, 'alertmanager.yml');
writeFileSync(inChart, JSON.stringify(values.alertmanager.config));

async function amtool(...args: readonly string[]): Promise<string> {
  const { stdout } = await execute(join(tool('alertmanager').folder, 'bin/amtool'), [...args]);
  return stdout.trim();
}

const inhibits = z.object({
  inhibit_rules: z.array(
    z.object({ target_matchers: z.array(z.string()), equal: z.array(z.string()).min(1) }),
  ),
});

describe.skipIf(lacks('alertmanager')).each([
  ['alertmanager.yml', alone],
  ['the values of kube-prometheus-stack', inChart],
])('%s', (_, config) => {
  test('is a configuration that Alertmanager takes', async () => {
    const checked = await amtool('check-config', config);
    expect(checked).toContain('SUCCESS');
    expect(checked).toContain('2 receivers');
    expect(checked).toContain('2 inhibit rules');
  });

  test('Watchdog is the pulse, whatever else it is labelled with; all others go to the watchdog as alerts', async () => {
    const receiverOf = (...labels: readonly string[]): Promise<string> =>
      amtool('config', 'routes', 'test', `--config.file=${config}`, ...labels);
    expect(await receiverOf('alertname=Watchdog', 'severity=none', 'prometheus=monitoring/k8s')).toBe(
      'pulse',
    );
    expect(await receiverOf('alertname=WatchdogMissing', 'severity=critical')).toBe('watchdog');
    expect(await receiverOf('alertname=WatchdogNotTold', 'severity=warning')).toBe('watchdog');
    expect(await receiverOf('alertname=NodeDown')).toBe('watchdog');
  });

  test('hides nothing of class safety', () => {
    const { inhibit_rules: rules } = inhibits.parse(parse(read('basement/monitoring/alertmanager.yml')));
    expect(rules.filter(({ target_matchers }) => !target_matchers.includes('class != "safety"'))).toEqual([]);
  });
});

describe('the values of kube-prometheus-stack', () => {
  test('let kube-state-metrics tell those labels that rules ask for', () => {
    const told = values['kube-state-metrics'].metricLabelsAllowlist.map((each) => each.replace(/[./]/g, '_'));
    const asked = allRules.flatMap(({ expr }) =>
      [...expr.matchAll(/kube_(\w+)_labels\{label_(\w+)=/g)].map(([, kind, label]) => `${kind}s=[${label}]`),
    );
    expect(asked).toEqual(['statefulsets=[app_kubernetes_io_name]']);
    expect(told).toEqual(asked);
  });

  test('have the same configuration as alertmanager.yml, with the token where the chart mounts it', () => {
    const [secret = ''] = values.alertmanager.alertmanagerSpec.secrets;
    const mounted = read('basement/monitoring/alertmanager.yml').replaceAll(
      '/etc/alertmanager/heartbeat.token',
      `/etc/alertmanager/secrets/${secret}/token`,
    );
    // An alias of YAML is a copy of what it names.
    const same: unknown = JSON.parse(JSON.stringify(parse(mounted)));
    expect(values.alertmanager.config).toEqual(same);
  });
});
