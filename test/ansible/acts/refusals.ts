// What cannot work is refused before anything is changed, with all of it named at once.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { describe, expect, test } from 'vitest';
import type { Ran } from '../../live/nets/nspawn.ts';
import { until } from '../../live/nets/wait.ts';
import type { House } from '../house.ts';
import { places } from '../house/networks.ts';
import { complaintOf, recapOf } from '../recap.ts';

const site = 'playbooks/site.yml';

/** All that a run could leave on a machine: files, packages, units, users, rules. Not what the machine itself writes while it runs, nor copies of what was. */
const everything = String.raw`
find /etc -xdev -type f ! -name ld.so.cache ! -name '*-' -exec sha256sum {} + | sort -k 2
find /usr /opt /root /home /srv /var/lib/rancher /var/lib/basement -xdev -path /srv/packages -prune -o \
  -type f ! -name '*.pyc' -printf '%p %s %m\n' 2>/dev/null | sort
COLUMNS=200 dpkg -l
systemctl list-unit-files --no-legend --no-pager
nft list ruleset 2>/dev/null
getent passwd`;

/** The lines in which a refusal names what is wrong. */
const refusedFor = ({ text }: Ran): string[] => {
  const [, said = ''] = text.split('Refused, nothing was changed.');
  return said
    .split('\n')
    .filter((line) => line.startsWith('- '))
    .map((line) => line.slice(2));
};

const sortedStarts = (ran: Ran, starts: readonly string[]): string[] =>
  refusedFor(ran)
    .map((line) => starts.find((start) => line.startsWith(start)) ?? line)
    .sort((a, b) => a.localeCompare(b));

const sorted = (lines: readonly string[]): string[] => [...lines].sort((a, b) => a.localeCompare(b));

export const refusals = (house: () => House): void => {
  describe('what cannot work is refused', () => {
    const traces = (): Promise<readonly string[]> =>
      Promise.all(house().minis.map((mini) => mini.run('sh', '-c', everything)));

    test('variables, all that is wrong at once and without a word to any machine', async () => {
      const before = await traces();
      const extra = join(house().folder, 'fourth');
      mkdirSync(extra, { recursive: true });
      const fourth = { servers: { hosts: { mini4: { ansible_host: '10.77.0.14' } } } };
      writeFileSync(join(extra, 'hosts.yml'), stringify(fourth));
      house().inventory({
        all: {
          basement_vip: '10.78.0.50',
          basement_lan_interface: '',
          basement_vpi: '10.77.0.50',
          vpn_endpoint: 'vpn.example.net:51830',
          vpn_hub_port: 51_820,
          port_forwards: [
            { name: 'geth-p2p', node: 'mini2', protocols: ['tcp'], exit_port: 1, node_port: 1 },
          ],
          preflight_forwards_needed: ['geth-p2p', 'beacon-p2p'],
        },
      });
      const ran = await house().play(site, '--inventory', extra);
      house().inventory();
      const expected = [
        'basement_lan_interface: missing',
        'basement_vip: 10.78.0.50 is outside basement_lan_cidr 10.77.0.0/24',
        'basement_vpi: no role knows this variable: is basement_vip meant?',
        'groups.servers: 4 servers (mini1, mini2, mini3, mini4): take 3 or 5',
        'port_forwards: beacon-p2p is missing',
        'vpn_endpoint: "vpn.example.net:51830" is a name',
        "vpn_hub_port: 51820 is a port of Canal's own WireGuard",
        `watchdog_heartbeat_source: ${house().folder}/outputs.json knows no sender node-mini4`,
        `watchdog_sources: ${house().folder}/outputs.json knows no sender antivirus-mini4`,
      ];
      expect(sortedStarts(ran, expected)).toEqual(sorted(expected));
      expect(ran.code).not.toBe(0);
      expect(await traces()).toEqual(before);
    });

    test('machines, all that is wrong at once', async () => {
      const { home } = house().networks;
      const [one, two, three] = house().minis;
      if (one === undefined || two === undefined || three === undefined) throw new Error('three machines');
      const server = '/var/lib/rancher/rke2/server';
      const cluster = (name: string): string =>
        `mkdir -p ${server}/db/etcd ${server}/tls && echo ${name} >${server}/tls/server-ca.crt && echo K10ab::server:${name} >${server}/token`;
      await Promise.all([
        one.run('sh', '-c', cluster('the-token-of-a-first-cluster')),
        two.run('sh', '-c', cluster('the-token-of-a-second-cluster')),
        two.run('systemd-run', '--unit=somebody', 'python3', '-m', 'http.server', '10250'),
        three.run('hostname', two.id),
        home.run('ip', 'address', 'add', `${places.vip}/32`, 'dev', 'lan'),
      ]);
      await until('the port is taken', async () => {
        const { text } = await two.attempt('ss', '-Hltn', 'sport = :10250');
        return text === '' ? null : true;
      });
      const before = await traces();
      house().inventory({
        all: { preflight_memory_mib: 10_000_000, preflight_container_ok: false },
        of: { mini3: { basement_lan_interface: 'enp1s0' } },
      });
      const ran = await house().play(site);
      const after = await traces();
      house().inventory();
      await Promise.all([
        one.run('rm', '-r', '/var/lib/rancher'),
        two.run('sh', '-c', 'systemctl stop somebody; rm -r /var/lib/rancher'),
        three.run('hostname', three.id),
        home.run('ip', 'address', 'del', `${places.vip}/32`, 'dev', 'lan'),
      ]);
      const expected = [
        'ansible_host: port 10250/tcp, which kubelet needs, is taken by python3',
        'basement_lan_interface: there is no enp1s0: host0 are there (mini3)',
        `basement_vip: ${places.vip} is already answered for by`,
        'groups.servers: 2 different clusters are there already (mini1; mini2)',
        'inventory_hostname: mini2 and mini3 are both called mini2',
        'preflight_container_ok: the host is a container (systemd-nspawn)',
        'preflight_memory_mib:',
        'rke2_token: is not the token of the cluster that runs there',
      ];
      expect(sortedStarts(ran, expected)).toEqual(sorted(expected));
      expect(ran.text).not.toContain('the-token-of');
      expect(ran.code).not.toBe(0);
      expect(after).toEqual(before);
    });

    test('a disk that is too slow, of which nothing is left that was taken to measure it; a good one is remembered', async () => {
      const mini = house().machine('mini1');
      const disks = (most: number): void =>
        house().inventory({
          all: {
            preflight_fio: 'first',
            preflight_disks: [{ path: '/var/lib/rancher', fsync_p99_ms: most }],
          },
        });
      const before = await mini.run('sh', '-c', everything);
      disks(0.0001);
      const refused = await house().play(site, '--limit', 'mini1');
      const after = await mini.run('sh', '-c', everything);
      disks(60_000);
      const taken = await house().play(site, '--limit', 'mini1', '--tags', 'preflight');
      const remembered = await mini.run('cat', '/etc/basement/preflight.json');
      await mini.run('rm', '-r', '/etc/basement');
      house().inventory();
      expect(refusedFor(refused)).toEqual([
        expect.stringMatching('^preflight_disks: /var/lib/rancher: a durable write took .* \\(mini1\\)$'),
      ]);
      expect(Object.values(recapOf(refused)).map(({ changed }) => changed)).toEqual([0]);
      expect(after).toBe(before);
      expect(complaintOf(taken)).toBe('ok');
      expect(JSON.parse(remembered)).toMatchObject({
        disks: { '/var/lib/rancher': { fsync_p99_ms: expect.any(Number) } },
      });
    });
  });
};
