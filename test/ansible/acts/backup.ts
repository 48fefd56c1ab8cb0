// What is kept of a cluster, and the cluster made again of it: nothing of validators goes either way.
import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ansibleFolder, type House } from '../house.ts';
import { rke2Versions } from '../house/inventory.ts';
import { clusterOf, kubectl } from '../kubectl.ts';
import { complaintOf } from '../recap.ts';

/** What must be neither in a backup nor touched by a restore. */
const kept = ['/var/lib/watchdog-fence/instance', '/var/lib/basement/volumes/eth-1/slashing.sqlite'];
const label = 'act-backup';
const [, next] = rke2Versions;
const version = ['-e', `rke2_version=${next}`];

export const backup = (house: () => House): void => {
  describe('a backup', () => {
    const folder = (): string => {
      const all = join(house().folder, 'inventory/backups');
      const last = readdirSync(all).toSorted().at(-1);
      if (last === undefined) throw new Error('there is no backup');
      return join(all, last);
    };
    const write = (text: string): Promise<unknown> =>
      Promise.all(
        house().minis.map((mini) =>
          mini.run(
            'sh',
            '-c',
            kept
              .map((path) => `mkdir -p "$(dirname ${path})"; echo ${text} on ${mini.id} >${path}`)
              .join('; '),
          ),
        ),
      );
    const read = (): Promise<readonly string[]> =>
      Promise.all(house().minis.map((mini) => mini.run('cat', ...kept)));

    test('has the database and the settings, readable for nobody else, and nothing of validators', async () => {
      await write('before');
      await kubectl(house().machine('mini1'), 'label', 'node', 'mini1', `${label}=before`, '--overwrite');
      const ran = await house().play('playbooks/backup.yml', ...version);
      expect(complaintOf(ran)).toBe('ok');
      const files = readdirSync(folder()).filter((name) => !name.endsWith('.sha256'));
      expect(files.toSorted()).toEqual([
        'backup.json',
        'etcd-snapshot',
        'mini1.tar.gz',
        'mini2.tar.gz',
        'mini3.tar.gz',
      ]);
      const modes = ['.', ...files].map((name) => statSync(join(folder(), name)).mode & 0o777);
      expect(modes).toEqual([0o700, ...files.map(() => 0o600)]);
      const names = await house().laptop('tar', '--list', '--file', join(folder(), 'mini1.tar.gz'));
      expect(names).toContain('etc/rancher/rke2/config.yaml');
      expect(names).toContain('var/lib/rancher/rke2/server/token');
      expect(names).not.toMatch(/watchdog-fence|volumes|wireguard|\.key$/m);
    });

    test('is not restored without a yes', async () => {
      await write('since');
      await kubectl(house().machine('mini1'), 'label', 'node', 'mini1', `${label}=since`, '--overwrite');
      const ran = await house().play('playbooks/restore.yml', ...version, '-e', `restore_from=${folder()}`);
      expect(ran.code).not.toBe(0);
      expect(ran.text).toContain('not confirmed, nothing was changed');
      expect(ran.text).toContain('each asks its fence, and the fence the gate');
      const { nodes } = await clusterOf(house().machine('mini1'));
      expect(nodes[0]?.labels[label]).toBe('since');
    });

    test("makes the cluster again as it was, and leaves volumes, the fence and the servers' own snapshots alone", async () => {
      const snapshot = '/var/lib/rancher/rke2/server/db/snapshots/own';
      await house()
        .machine('mini2')
        .run('sh', '-c', `mkdir -p "$(dirname ${snapshot})"; echo kept >${snapshot}`);
      const ran = await house().play(
        'playbooks/restore.yml',
        ...version,
        '-e',
        // As an operator types it, from the folder of Ansible.
        `restore_from=${relative(ansibleFolder, folder())}`,
        '-e',
        'restore_confirm=home',
      );
      expect(complaintOf(ran)).toBe('ok');
      expect(await house().machine('mini2').run('cat', snapshot)).toContain('kept');
      await house().machine('mini2').run('rm', snapshot);
      for (const mini of house().minis) {
        const { nodes } = await clusterOf(mini);
        expect(nodes.map(({ name, ready }) => [name, ready])).toEqual([
          ['mini1', true],
          ['mini2', true],
          ['mini3', true],
        ]);
        expect(nodes[0]?.labels[label]).toBe('before');
      }
      expect(await read()).toEqual(
        house().minis.map(({ id }) => kept.map(() => `since on ${id}`).join('\n')),
      );
      await Promise.all(
        house().minis.map((mini) =>
          mini.run('rm', '-r', '/var/lib/watchdog-fence', '/var/lib/basement/volumes'),
        ),
      );
    });
  });
};
