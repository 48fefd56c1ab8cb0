// A machine is taken out of the basement: it asks, it leaves nothing but what must stay, and one command brings a machine back in its place.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tool } from '../../support/tools.ts';
import type { House } from '../house.ts';
import { rke2Versions } from '../house/inventory.ts';
import { clusterOf, kubectl } from '../kubectl.ts';
import { changesOf, complaintOf } from '../recap.ts';

const playbook = 'playbooks/reset.yml';
const [, next] = rke2Versions;
const version = ['-e', `rke2_version=${next}`];
const stays = ['/var/lib/basement/volumes/chain-data/pvc-eth-1/db', '/var/lib/watchdog-fence/instance'];

/** Where files may lie that are kept; logs, caches and what runs are not looked at. */
const folders = ['etc', 'usr/local', 'opt', 'root', 'home', 'srv', 'var/lib', 'var/spool'];
const listing = `cd "$0" && find ${folders.join(' ')} -xdev \\( -type f -o -type l \\) | sort`;

/** What the machine had before anybody came with Ansible, and is not of its first root. */
const installer = [
  /^etc\/(hostname|hosts|machine-id|resolv\.conf|passwd-|group-|shadow-|gshadow-|subuid-?|subgid-?|\.updated|\.pwd\.lock|mtab|localtime|timezone|adjtime)$/,
  /^etc\/(systemd\/network\/10-host0\.network|apt\/sources\.list|dpkg\/dpkg\.cfg\.d\/unsafe-io|sudoers\.d\/ops|ssh\/ssh_host_.*)$/,
  /^home\/ops\//,
];
/** Packages stay, with what they wrote when they were installed. */
const packages = [
  /^var\/lib\/(dpkg|apt|ucf|systemd|dbus|pam|python|polkit-1|private)\//,
  /^var\/lib\/(chrony|clamav|logrotate|prometheus|nut|unattended-upgrades|apparmor|sudo|needrestart)\//,
  /^etc\/(alternatives|rc\d\.d|rcS\.d|init\.d|ssl\/certs|apparmor\.d|pam\.d|ld\.so\.cache)(\/|$)/,
  /^etc\/systemd\/system\/[^/]*\.(wants|requires)\//,
  /^etc\/systemd\/system\/(dbus-[^/]*|sshd|syslog|auditd|chronyd)\.service$/,
  // Made by the package when it is configured, and not in its list.
  /^etc\/apt\/apt\.conf\.d\/(20auto|50unattended)-upgrades$/,
  /^etc\/(audit|chrony|clamav|default|logrotate\.d|nut|ucf|logcheck|cron\.[a-z]+|ppp|dhcp)\//,
];

export const reset = (house: () => House): void => {
  describe('a machine that is reset', () => {
    const play = (...args: readonly string[]): ReturnType<House['play']> =>
      house().play(playbook, '--limit', 'mini3', ...version, ...args);

    test('is left as it is without a yes, and what would stay is named', async () => {
      const mini3 = house().machine('mini3');
      await mini3.run(
        'sh',
        '-c',
        stays.map((path) => `mkdir -p "$(dirname ${path})" && echo kept >${path}`).join('; '),
      );
      const ran = await play();
      expect(ran.code).not.toBe(0);
      expect(ran.text).toContain('not confirmed, nothing was changed');
      expect(ran.text).toContain('/var/lib/basement/volumes/chain-data/pvc-eth-1');
      expect(changesOf(ran)).toEqual({ mini3: 0 });
    });

    test('is left as it is while a validator runs there', async () => {
      const mini3 = house().machine('mini3');
      await mini3.run(
        'sh',
        '-c',
        'mkdir /run/vc; printf "#!/bin/sh\\nsleep 900\\n" >/run/vc/lighthouse; chmod +x /run/vc/lighthouse; ' +
          'systemd-run --quiet --unit=vc /run/vc/lighthouse vc --network mainnet',
      );
      const ran = await play('-e', 'reset_confirm=home');
      await mini3.run('sh', '-c', 'systemctl stop vc; rm -r /run/vc');
      expect(ran.text).toContain('nothing was changed: validators are here');
      expect(ran.text).toContain('lighthouse vc');
      expect(changesOf(ran)).toEqual({ mini3: 0 });
    });

    test('has nothing of ours left, but for volumes and the memory of the fence', async () => {
      const mini3 = house().machine('mini3');
      const ran = await play('-e', 'reset_confirm=home');
      expect(complaintOf(ran)).toBe('ok');

      const files = (await mini3.run('sh', '-c', listing, '/')).split('\n');
      const owned = new Set(
        (await mini3.run('sh', '-c', 'cat /var/lib/dpkg/info/*.list'))
          .split('\n')
          .map((path) => path.slice(1)),
      );
      const root = join(tool('mini-pc').folder, 'root');
      const bare = new Set(
        execFileSync('sh', ['-c', listing, root], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }).split(
          '\n',
        ),
      );
      const known = [...installer, ...packages];
      const left = files.filter(
        (path) => !bare.has(path) && !owned.has(path) && !known.some((each) => each.test(path)),
      );
      expect(left).toEqual(stays.map((path) => path.slice(1)));

      const ours = /basement|rke2|notify-watchdog/;
      const units = await mini3.run('systemctl', 'list-unit-files', '--no-legend', '--no-pager');
      expect(units.split('\n').filter((line) => ours.test(line))).toEqual([]);
      const tables = await mini3.run('sh', '-c', 'nft list tables 2>/dev/null || true');
      expect(tables.split('\n').filter((line) => ours.test(line))).toEqual([]);
      const users = (await mini3.run('cut', '-d:', '-f1', '/etc/passwd')).split('\n');
      expect(users).not.toContain('etcd');
      expect(users).not.toContain('keepalived_script');
      expect(await mini3.run('ip', '-oneline', 'link')).not.toMatch(/wg-|cali|flannel|cni/);
      expect(await mini3.run('grep', '-rlE', 'basement', '/etc').catch(() => '')).toBe('');
    });

    test('is missed by nobody: the others go on without it', async () => {
      const { nodes } = await clusterOf(house().machine('mini1'));
      expect(nodes.map(({ name, ready }) => [name, ready])).toEqual([
        ['mini1', true],
        ['mini2', true],
      ]);
      expect(await kubectl(house().machine('mini2'), 'get', '--raw=/readyz')).toBe('ok');
    });

    test('is replaced in one command', async () => {
      const ran = await house().play('playbooks/replace.yml', ...version, '-e', 'node=mini3');
      expect(complaintOf(ran)).toBe('ok');
      const { nodes } = await clusterOf(house().machine('mini3'));
      expect(nodes.map(({ name, ready, version: has }) => [name, ready, has])).toEqual(
        ['mini1', 'mini2', 'mini3'].map((name) => [name, true, next]),
      );
      expect(
        await house()
          .machine('mini3')
          .run('cat', ...stays),
      ).toBe('kept\nkept');
      await house()
        .machine('mini3')
        .run('sh', '-c', `rm -r $(dirname ${stays.join(') $(dirname ')})`);
    });
  });
};
