// Volumes: what the cluster is given, what may be removed, and disks that are refused.
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import type { House } from '../house.ts';

const manifest = '/var/lib/rancher/rke2/server/manifests/basement-storage.yaml';
const thing = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string() }),
  reclaimPolicy: z.string().optional(),
  provisioner: z.string().optional(),
  data: z.record(z.string(), z.string()).optional(),
});

export function storage(house: () => House): void {
  describe('volumes', () => {
    test('the servers give the cluster two classes, of which one keeps what it has', async () => {
      const text = await house().machine('mini1').run('cat', manifest);
      const things = parseAllDocuments(text).map((document) => thing.parse(document.toJS()));
      const classes = things.filter(({ kind }) => kind === 'StorageClass');
      expect(classes.map(({ metadata, reclaimPolicy }) => [metadata.name, reclaimPolicy])).toEqual([
        ['chain-data', 'Retain'],
        ['scratch', 'Delete'],
      ]);
      const config: unknown = JSON.parse(
        things.find(({ kind }) => kind === 'ConfigMap')?.data?.['config.json'] ?? '',
      );
      expect(config).toMatchObject({
        nodePathMap: [],
        storageClassConfigs: {
          'chain-data': { nodePathMap: [{ paths: ['/var/lib/basement/volumes/chain-data'] }] },
        },
      });
    });

    test('nobody can have the data of a chain removed, whatever they ask for', async () => {
      const mini = house().machine('mini1');
      const documents = parseAllDocuments(await mini.run('cat', manifest)).map((document) =>
        thing.parse(document.toJS()),
      );
      const scripts = documents.find(({ kind }) => kind === 'ConfigMap')?.data ?? {};
      const [kept, gone] = [
        '/var/lib/basement/volumes/chain-data/ns/claim/data',
        '/var/lib/basement/volumes/scratch/one',
      ];
      const act = async (script: string, folder: string): Promise<number> =>
        (
          await mini.attempt(
            'env',
            `VOL_DIR=${folder}`,
            'VOL_MODE=Filesystem',
            'sh',
            '-c',
            scripts[script] ?? 'exit 9',
          )
        ).code;
      expect([await act('setup', kept), await act('setup', gone)]).toEqual([0, 0]);
      expect(await act('teardown', kept)).toBe(1);
      expect(await act('teardown', '/var/lib/basement/volumes/scratch/../chain-data/ns')).toBe(1);
      expect(await act('teardown', '/var/lib/basement/volumes/scratch/')).toBe(1);
      expect(await act('teardown', gone)).toBe(0);
      expect((await mini.attempt('test', '-d', kept)).code).toBe(0);
      expect((await mini.attempt('test', '-e', gone)).code).not.toBe(0);
      await mini.run('rm', '-r', '/var/lib/basement/volumes/chain-data/ns');
    });

    test('a disk that could be another one after a restart, or is not there, is refused', async () => {
      const refused = async (device: string): Promise<string> => {
        const disks = [{ name: 'chain', device, path: '/srv/chain', format: true }];
        const ran = await house().play(
          '../../test/ansible/plays/role.yml',
          '--limit=mini1',
          `--extra-vars=${JSON.stringify({ role: 'storage', storage_disks: disks })}`,
        );
        return `${ran.code} ${ran.text}`;
      };
      expect(await refused('/dev/sda')).toMatch(/^2 [\s\S]*storage_disks: each has a device/);
      expect(await refused('/dev/disk/by-id/nvme-none')).toMatch(/^2 [\s\S]*nvme-none is not there/);
      expect((await house().machine('mini1').attempt('test', '-e', '/srv/chain')).code).not.toBe(0);
    });
  });
}
