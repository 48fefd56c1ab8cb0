// A new version of rke2: one server after the other, nothing further after one that does not come back, and validators only when somebody says so.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { House } from '../house.ts';
import type { HouseMachine } from '../house/machines.ts';
import { rke2Versions } from '../house/inventory.ts';
import { clusterOf, kubectl, type Cluster } from '../kubectl.ts';
import { changesOf, complaintOf, recapOf } from '../recap.ts';

const [first, next] = rke2Versions;
const playbook = 'playbooks/upgrade.yml';
const fails = '/var/lib/rancher/rke2/stub-fail';
const to = (version: string): readonly string[] => ['-e', `rke2_version=${version}`];

/** When rke2 was started last, by the machine's clock, which is everybody's here. */
const startedAt = async (machine: HouseMachine): Promise<number> => {
  const shown = await machine.run(
    'sh',
    '-c',
    'date --date="$(systemctl show --property=ActiveEnterTimestamp --value rke2-server)" +%s',
  );
  return Number(shown);
};

const versions = ({ nodes }: Cluster): readonly string[] => nodes.map(({ version }) => version);

export const upgrade = (house: () => House): void => {
  describe('an upgrade', () => {
    /** Says that the last machine has validators. */
    const validators = (): readonly string[] => {
      const file = join(house().folder, 'validators.yml');
      writeFileSync(file, stringify({ validators: { hosts: { mini3: {} } } }));
      return ['-i', file];
    };

    test('to an older version is refused, and nothing is changed', async () => {
      const ran = await house().play(playbook, ...to('v1.36.1+rke2r1'));
      expect(ran.text).toContain(`mini1 has ${first}, which is newer than v1.36.1+rke2r1`);
      expect(changesOf(ran)).toEqual({ mini1: 0, mini2: 0, mini3: 0 });
    });

    test('halts at the first server that does not come back, with a quorum', async () => {
      await house().machine('mini2').run('sh', '-c', `echo ${next} >${fails}`);
      const before = await startedAt(house().machine('mini3'));
      const ran = await house().play(playbook, ...to(next), ...validators());
      expect(ran.text).toContain('mini2 stopped at "Wait until this node is ready"');
      expect(recapOf(ran)).toMatchObject({
        mini1: { failed: 0 },
        mini2: { failed: 1 },
        mini3: { failed: 0 },
      });
      const cluster = await clusterOf(house().machine('mini1'));
      expect(versions(cluster)).toEqual([next, first, first]);
      expect(cluster.nodes.map(({ cordoned }) => cordoned)).toEqual([false, true, false]);
      expect(await kubectl(house().machine('mini3'), 'get', '--raw=/readyz')).toBe('ok');
      expect(await startedAt(house().machine('mini3'))).toBe(before);
    });

    test('goes on where it stopped, and leaves validators alone without a yes', async () => {
      await house().machine('mini2').run('rm', fails);
      const before = await startedAt(house().machine('mini1'));
      const ran = await house().play(playbook, ...to(next), ...validators());
      expect(complaintOf(ran)).toBe('ok');
      expect(ran.text).toContain('mini3 left as they are');
      const cluster = await clusterOf(house().machine('mini1'));
      expect(versions(cluster)).toEqual([next, next, first]);
      expect(await startedAt(house().machine('mini1'))).toBe(before);
    });

    test('reaches validators last, when somebody says yes', async () => {
      const ran = await house().play(playbook, ...to(next), ...validators(), '-e', 'upgrade_validators=yes');
      expect(complaintOf(ran)).toBe('ok');
      const { nodes } = await clusterOf(house().machine('mini1'));
      expect(nodes.every(({ version }) => version === next)).toBe(true);
      expect(nodes.some(({ cordoned, labels }) => cordoned || 'basement-watchdog/upgrading' in labels)).toBe(
        false,
      );
      const [one = 0, two = 0, three = 0] = await Promise.all(house().minis.map(startedAt));
      expect(two).toBeGreaterThan(one);
      expect(three).toBeGreaterThan(two);
    });
  });
};
