// The cluster: one of three servers, whoever of them is set up anew, and nobody's who has not its keys.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { House } from '../house.ts';
import type { HouseMachine } from '../house/machines.ts';
import { places } from '../house/networks.ts';
import { clusterOf, kubectl } from '../kubectl.ts';
import { changesOf, complaintOf } from '../recap.ts';

const site = 'playbooks/site.yml';
const only = ['--tags', 'rke2'];

const namespace = z.object({ metadata: z.object({ uid: z.string() }) });

/** Which cluster a server says it is in. */
const idOf = async (server: HouseMachine): Promise<string> => {
  const text = await kubectl(server, 'get', 'namespace', 'kube-system', '--output=json');
  return namespace.parse(JSON.parse(text)).metadata.uid;
};

const authorityOf = (server: HouseMachine): Promise<string> =>
  server.run('sha256sum', '/var/lib/rancher/rke2/server/tls/server-ca.crt');

/** Since when rke2 is up there, in seconds of the one clock that all machines share; since its boot each counts by itself. */
const upSince = async (machine: HouseMachine): Promise<number> =>
  Number(
    await machine.run(
      'sh',
      '-c',
      'date --date="$(systemctl show --property=ActiveEnterTimestamp --value --timestamp=us rke2-server)" +%s.%N',
    ),
  );

/** What of rke2 and its settings a new installation of the machine has not any more. */
const setUpAnew = `
systemctl disable --now rke2-server
rm -rf /etc/rancher /var/lib/rancher /usr/local/bin/rke2 /usr/local/bin/rke2-*.sh /usr/local/lib/systemd/system/rke2-*
systemctl daemon-reload
userdel etcd`;

const secretFiles = [
  '/etc/rancher/rke2/config.yaml',
  '/etc/rancher/rke2/rke2.yaml',
  '/etc/rancher/rke2/registries.yaml',
  '/etc/rancher/rke2/authentication.yaml',
  '/etc/rancher/rke2/audit-policy.yaml',
  '/var/lib/rancher/rke2/server/manifests/basement.yaml',
];

export const cluster = (house: () => House): void => {
  describe('the cluster', () => {
    test('is one, of three servers at their addresses in the LAN', async () => {
      const { minis } = house();
      const ids = await Promise.all(minis.map(idOf));
      const authorities = await Promise.all(minis.map(authorityOf));
      expect(new Set(ids).size).toBe(1);
      expect(new Set(authorities).size).toBe(1);
      const { nodes } = await clusterOf(house().machine('mini1'));
      expect(nodes.map(({ name, ready }) => ({ name, ready }))).toEqual(
        minis.map(({ id }) => ({ name: id, ready: true })),
      );
      const wide = await kubectl(house().machine('mini2'), 'get', 'nodes', '--output=wide');
      expect(minis.filter(({ id, address }) => !new RegExp(`^${id} .*${address}$`, 'm').test(wide))).toEqual(
        [],
      );
    });

    test('has settings that only root reads, with the authority in its token', async () => {
      const modes = await Promise.all(
        house().minis.map((mini) => mini.run('stat', '--format=%a %U', ...secretFiles)),
      );
      expect(modes.map((text) => text.split('\n'))).toEqual(
        house().minis.map(() => secretFiles.map(() => '600 root')),
      );
      const authority = (await authorityOf(house().machine('mini1'))).slice(0, 64);
      const settings = await Promise.all(
        house().minis.map((mini) => mini.run('cat', '/etc/rancher/rke2/config.yaml')),
      );
      for (const [place, text] of settings.entries()) {
        expect(text).toContain(`token: "K10${authority}::server:`);
        expect(text).toContain(`node-ip: "${house().minis[place]?.address}"`);
        expect(text).toContain(`server: "https://${places.vip}:9345"`);
      }
      const inPlace = await Promise.all(
        house().minis.map((mini) => mini.run('ls', '/etc/rancher/rke2/config.yaml.d')),
      );
      expect(inPlace).toEqual(house().minis.map(() => ''));
    });

    test('is reached from the laptop, at the address that moves', async () => {
      const kubeconfig = join(house().folder, 'inventory/kubeconfig');
      expect(statSync(kubeconfig).mode & 0o777).toBe(0o600);
      expect(readFileSync(kubeconfig, 'utf8')).toContain(`server: https://${places.vip}:6443\n`);
      const program = join(`${house().machine('mini1').root}.upper`, 'usr/local/bin/rke2');
      const nodes = await house().laptop(
        'bash',
        '-c',
        'exec -a kubectl "$0" "$@"',
        program,
        `--kubeconfig=${kubeconfig}`,
        'get',
        'nodes',
      );
      expect(nodes.match(/ Ready /g)).toHaveLength(3);
    });

    test('is not touched with a token that is not its own', async () => {
      const token = 'a-token-of-another-cluster-0123456789';
      const ran = await house().play(site, ...only, '-e', `rke2_token=${token}`);
      expect(ran.code).not.toBe(0);
      expect(ran.text).toMatch(/rke2_token: (it )?is not the token of the cluster/);
      expect(ran.text).not.toContain(token);
      expect(changesOf(ran)).toMatchObject({ mini1: 0, mini2: 0, mini3: 0 });
    });

    test('takes its first server in again when that was set up anew, and restarts the others one after the other', async () => {
      const [first, second, third] = house().minis;
      if (first === undefined || second === undefined || third === undefined)
        throw new Error('three machines');
      const before = await idOf(second);
      await first.run('sh', '-c', setUpAnew);
      // As a run leaves it that was broken off between new settings and the restart.
      for (const mini of [second, third]) await mini.run('rm', '/etc/rancher/rke2/settings-in-force');
      const ran = await house().play(site, ...only);
      expect(complaintOf(ran)).toBe('ok');
      expect(await Promise.all(house().minis.map(idOf))).toEqual([before, before, before]);
      const { nodes } = await clusterOf(first);
      expect(nodes.map(({ ready }) => ready)).toEqual([true, true, true]);
      const [one, two, three] = await Promise.all([first, second, third].map(upSince));
      expect([one, two, three]).toEqual([one, two, three].toSorted((a = 0, b = 0) => a - b));
      expect(new Set([one, two, three]).size).toBe(3);
    });

    test('has nothing more to do then', async () => {
      const ran = await house().play(site, ...only);
      expect(complaintOf(ran)).toBe('ok');
      expect(changesOf(ran)).toMatchObject({ mini1: 0, mini2: 0, mini3: 0 });
    });
  });
};
