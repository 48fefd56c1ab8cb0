// Malware that lies on a machine is found, told, and left where it is.
import { describe, expect, test } from 'vitest';
import { until } from '../../live/nets/wait.ts';
import type { House } from '../house.ts';

const words = 'a harmless line that only this test looks for';
const signature = `Basement.Test:0:*:${Buffer.from(words).toString('hex')}`;
const path = '/home/ops/found.txt';
const database = '/var/lib/clamav/basement-test.ndb';

export function antivirus(house: () => House): void {
  describe('malware', () => {
    /** Everybody who told the watchdog of it so far, with what it answered. */
    const told = (kind: string): number =>
      house()
        .visits()
        .filter((visit) => visit.path === `/home/antivirus-mini2/${kind}` && visit.status === 200).length;

    test('is found by the scan, counted, told to the watchdog, and left where it is', async () => {
      const mini = house().machine('mini2');
      await mini.run('sh', '-c', 'echo "$1" >"$0"', database, signature);
      await mini.run('sh', '-c', 'echo "before $1 after" >"$0"', path, words);
      await mini.run('sh', '-c', 'mkdir -p /var/lib/kubelet && cp "$0" /var/lib/kubelet/left-out.txt', path);
      const before = told('fail');
      expect((await mini.attempt('systemctl', 'start', 'basement-clamscan.service')).code).not.toBe(0);
      const log = await mini.run('journalctl', '--unit=basement-clamscan.service', '--output=cat');
      expect(log).toContain(`${path}: Basement.Test.UNOFFICIAL FOUND`);
      expect(log).not.toContain('left-out.txt');
      expect(await mini.run('cat', '/var/lib/prometheus/node-exporter/basement_clamscan.prom')).toMatch(
        /^basement_clamscan_infected_files 1$/m,
      );
      expect(await mini.run('cat', path)).toContain(words);
      await until('the watchdog to be told', async () => (told('fail') > before ? true : null), {
        limitMs: 30_000,
      });
    });

    test('is over when it is gone', async () => {
      const mini = house().machine('mini2');
      await mini.run('rm', path, '/var/lib/kubelet/left-out.txt');
      const before = told('ok');
      await mini.run('systemctl', 'start', 'basement-clamscan.service');
      await until('the all-clear', async () => (told('ok') > before ? true : null), { limitMs: 30_000 });
      expect(await mini.run('cat', '/var/lib/prometheus/node-exporter/basement_clamscan.prom')).toMatch(
        /^basement_clamscan_infected_files 0$/m,
      );
      await mini.run('rm', database);
    });

    test('is looked for when nothing else wants the machine', async () => {
      const mini = house().machine('mini2');
      const properties = [
        'Nice',
        'CPUSchedulingPolicy',
        'IOSchedulingClass',
        'MemoryMax',
        'CPUQuotaPerSecUSec',
        'ProtectSystem',
      ];
      const shown = await mini.run(
        'systemctl',
        'show',
        `--property=${properties.join(',')}`,
        'basement-clamscan.service',
      );
      expect(shown.split('\n').toSorted()).toEqual(
        [
          'CPUQuotaPerSecUSec=500ms',
          'CPUSchedulingPolicy=5',
          'IOSchedulingClass=3',
          'MemoryMax=3221225472',
          'Nice=19',
          'ProtectSystem=strict',
        ].toSorted(),
      );
      expect(
        (
          await mini.run('systemctl', 'is-enabled', 'basement-clamscan.timer', 'clamav-freshclam.service')
        ).split('\n'),
      ).toEqual(['enabled', 'enabled']);
    });
  });
}
