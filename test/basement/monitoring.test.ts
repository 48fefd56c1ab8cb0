// The monitoring that a basement is given, as its own tools read it.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { lacks, tool } from '../support/tools.ts';

const execute = promisify(execFile);
const pathOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const config = pathOf('basement/monitoring/alertmanager.yml');

async function amtool(...args: readonly string[]): Promise<string> {
  const { stdout } = await execute(join(tool('alertmanager').folder, 'bin/amtool'), [...args]);
  return stdout.trim();
}

describe.skipIf(lacks('alertmanager'))('alertmanager.yml', () => {
  test('is a configuration that Alertmanager takes', async () => {
    const checked = await amtool('check-config', config);
    expect(checked).toContain('SUCCESS');
    expect(checked).toContain('2 receivers');
  });

  test('Watchdog is the pulse, whatever else it is labelled with; all others go to the watchdog as alerts', async () => {
    const receiverOf = (...labels: readonly string[]): Promise<string> =>
      amtool('config', 'routes', 'test', `--config.file=${config}`, ...labels);
    expect(await receiverOf('alertname=Watchdog', 'severity=none', 'prometheus=monitoring/k8s')).toBe(
      'pulse',
    );
    expect(await receiverOf('alertname=WatchdogMissing', 'severity=critical')).toBe('watchdog');
    expect(await receiverOf('alertname=NodeDown')).toBe('watchdog');
  });
});

describe.skipIf(lacks('prometheus'))('rules', () => {
  test('Watchdog fires from the first evaluation on, and for ever', async () => {
    const promtool = tool('prometheus').path;
    await execute(promtool, ['check', 'rules', pathOf('basement/monitoring/rules/watchdog.yml')]);
    const { stdout } = await execute(promtool, [
      'test',
      'rules',
      pathOf('test/basement/rules/watchdog.yaml'),
    ]);
    expect(stdout).toContain('SUCCESS');
  });

  test('each rule about nodes fires when it should, and none on a node that is well', async () => {
    const promtool = tool('prometheus').path;
    await execute(promtool, ['check', 'rules', pathOf('basement/monitoring/rules/nodes.yml')]);
    const { stdout } = await execute(promtool, ['test', 'rules', pathOf('test/basement/rules/nodes.yaml')]);
    expect(stdout).toContain('SUCCESS');
  });
});
