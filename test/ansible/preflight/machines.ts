// What may be wrong with machines, and how it is told.
import { createHash } from 'node:crypto';
import type { Case, Values } from './cases.ts';

const hash = (token: string): string => createHash('sha256').update(`salt${token}`).digest('hex');
const running = { is_configured: true, has_data: true, is_active: true };
const enp1s0 = { mac: '52:54:00:00:00:aa', is_up: true, addresses: ['192.168.10.11/24'] };
const disk = { at: '/var/lib', free_mib: 400_000, is_read_only: false, device: 7 };
const onDisk = (change: Values): Values => ({
  disks: { '/var/lib/rancher': { ...disk, ...change } },
});
const listening = (port: number, process: string, protocol = 'tcp'): Values => ({
  listeners: [{ protocol, address: '0.0.0.0', port, process }],
});
const measured = (change: Values): Values => ({
  '/var/lib/rancher': {
    at: '2026-12-01T10:00:00Z',
    device: 7,
    fsync_p99_ms: 2,
    read_iops: 90_000,
    ...change,
  },
});

export const machineCases: readonly Case[] = [
  ['nothing is wrong', {}, []],

  // One machine.
  [
    'no root: nothing else is said, because it was not seen',
    { seen: { mini1: { is_root: false, keys: 0 } } },
    ['ansible_become: must be true: the roles need root, by sudo (mini1)'],
  ],
  [
    'sudo that wants a password',
    { seen: { mini1: { is_root: false, wants_password: true }, mini2: { keys: 0 } } },
    ['ansible_become_password: sudo wants', 'ansible_user: ops has no SSH key on the host'],
  ],
  [
    'a system that nobody has tried',
    { seen: { mini1: { release: { ID: 'debian', VERSION_ID: '11', PRETTY_NAME: 'Debian 11' } } } },
    ['preflight_other_system_ok: Debian 11 is none of'],
  ],
  [
    'systems that are kin',
    {
      seen: {
        mini1: { release: { ID: 'rocky', VERSION_ID: '9.6' } },
        mini2: { release: { ID: 'ubuntu', VERSION_ID: '24.04' } },
        mini3: { release: { ID: 'rhel', VERSION_ID: '10.1' } },
      },
    },
    [],
  ],
  [
    'another system, on purpose',
    {
      of: { mini1: { preflight_other_system_ok: true } },
      seen: { mini1: { release: { ID: 'arch' } } },
    },
    [],
  ],
  [
    'a machine that rke2 does not run on',
    { seen: { mini1: { architecture: 'riscv64' } } },
    ['ansible_host: riscv64'],
  ],
  [
    'an old Python',
    { seen: { exit1: { python: [3, 6] } } },
    ['ansible_python_interpreter: Python 3.6 is too old: 3.9 at least (exit1)'],
  ],
  [
    'a clock ahead, however slow the way',
    { look: { mini1: { clock: [3.5, 12] } } },
    ["preflight_clock_seconds: the clock is at least 3.5 s ahead of the controller's"],
  ],
  [
    'a clock behind',
    { look: { exit1: { clock: [-90, -60] } } },
    ["preflight_clock_seconds: the clock is at least 60.0 s behind the controller's"],
  ],
  ['a slow way, by which nothing is known', { look: { mini1: { clock: [-30, 30] } } }, []],
  [
    'no key: nobody could come in any more',
    { seen: { mini2: { keys: 0 } } },
    [
      'ansible_user: ops has no SSH key on the host, and passwords will be of no use any more: `ssh-copy-id ops@192.168.10.12`',
    ],
  ],
  ['keys that a program says', { seen: { mini2: { keys: null } } }, []],
  [
    'a container',
    { seen: { mini2: { container: 'lxc' }, exit1: { container: 'lxc' } } },
    ['preflight_container_ok: the host is a container (lxc)'],
  ],
  [
    'a container, on purpose',
    { all: { preflight_container_ok: true }, seen: { mini2: { container: 'lxc' } } },
    [],
  ],
  [
    'too small',
    { seen: { mini2: { memory_mib: 1990, cpus: 1 }, exit1: { memory_mib: 500, cpus: 1 } } },
    [
      'preflight_memory_mib: 1990 MiB of memory, fewer than 3500 (mini2)',
      'preflight_cpus: 1 CPUs, fewer than 2 (mini2)',
    ],
  ],
  [
    'not enough space',
    { seen: { mini2: onDisk({ free_mib: 9216 }) } },
    ['preflight_disks: /var/lib/rancher: 9.0 GiB free at /var/lib, less than 20 (mini2)'],
  ],
  [
    'not enough space, because the cluster has it',
    {
      seen: { mini2: onDisk({ free_mib: 9216 }) },
      cluster: { mini2: { is_configured: true } },
    },
    [],
  ],
  [
    'a disk that is mounted later, by its size',
    {
      seen: {
        mini1: onDisk({ at: '/dev/disk/by-id/a', device: null }),
        mini2: onDisk({ at: '/dev/disk/by-id/b', free_mib: 9216, device: null }),
      },
    },
    ['preflight_disks: /var/lib/rancher: 9.0 GiB free at /dev/disk/by-id/b, less than 20 (mini2)'],
  ],
  [
    'a disk that is not there',
    { seen: { mini1: onDisk({ at: '/dev/disk/by-id/c', free_mib: null, device: null }) } },
    ['storage_disks: /var/lib/rancher: there is no disk /dev/disk/by-id/c (`ls /dev/disk/by-id`) (mini1)'],
  ],
  [
    'a disk that takes no writes',
    { seen: { mini2: onDisk({ is_read_only: true }) } },
    ['preflight_disks: /var/lib/rancher: /var/lib is mounted read-only'],
  ],
  [
    'a disk that is too slow, as it was just measured',
    { look: { mini2: { measured: measured({ fsync_p99_ms: 38.5, read_iops: 900 }) } } },
    [
      'preflight_disks: /var/lib/rancher: a durable write took 38.5 ms (99th percentile, 2026-12-01T10:00:00Z), more than fsync_p99_ms 10',
      'preflight_disks: /var/lib/rancher: 900 random reads a second',
    ],
  ],
  [
    'a disk that was too slow before',
    { seen: { mini2: { measured: measured({ fsync_p99_ms: 38.5 }) } } },
    ['preflight_disks: /var/lib/rancher: a durable write took 38.5 ms'],
  ],
  [
    'a disk that was too slow, and is another one now',
    { seen: { mini2: { measured: measured({ fsync_p99_ms: 38.5, device: 8 }) } } },
    [],
  ],

  // Its network.
  [
    'an interface that is not there',
    { of: { mini1: { basement_lan_interface: 'eth0' } } },
    ['basement_lan_interface: there is no eth0: cali1234, enp1s0 are there (mini1)'],
  ],
  [
    'a wrong interface',
    {
      of: { mini1: { basement_lan_interface: 'wlp2s0' } },
      seen: {
        mini1: { interfaces: { enp1s0, wlp2s0: { mac: '52:54:00:00:00:bb', is_up: true, addresses: [] } } },
      },
    },
    ['basement_lan_interface: wlp2s0 does not have basement_lan_address 192.168.10.11: enp1s0 has it'],
  ],
  [
    'a cable that is not in',
    { seen: { mini1: { interfaces: { enp1s0: { ...enp1s0, is_up: false } } } } },
    ['basement_lan_interface: enp1s0 has no link: is the cable in?'],
  ],
  [
    'a port that somebody else has',
    { seen: { mini1: listening(6443, 'haproxy') } },
    ['ansible_host: port 6443/tcp, which the API server needs, is taken by haproxy: stop it first (mini1)'],
  ],
  [
    'a port that another cluster has',
    { seen: { mini1: listening(6443, 'kube-apiserver') } },
    ['ansible_host: port 6443/tcp'],
  ],
  [
    'a port that our cluster has',
    { seen: { mini1: listening(6443, 'kube-apiserver') }, cluster: { mini1: { is_configured: true } } },
    [],
  ],
  [
    'a port that only servers need, on an agent',
    {
      groups: { servers: ['mini1'], agents: ['mini2', 'mini3'] },
      seen: { mini2: listening(2379, 'etcd') },
    },
    [],
  ],

  // All of them.
  [
    'two that are called the same',
    { seen: { mini2: { hostname: 'MINI1.lan' } } },
    ['inventory_hostname: mini1 and mini2 are both called mini1'],
  ],
  [
    'a machine that is the copy of another',
    { seen: { mini2: { machine_id: 'mini1-0123456789abcdef' } } },
    ['ansible_host: mini1 and mini2 have the same machine id mini1-01…'],
  ],
  [
    'a hardware address that is there twice',
    {
      seen: {
        mini2: {
          interfaces: { enp1s0: { ...enp1s0, addresses: ['192.168.10.12/24'], mac: '52:54:00:00:00:11' } },
        },
      },
    },
    ['basement_lan_interface: mini1 and mini2 have the same hardware address 52:54:00:00:00:11'],
  ],
  [
    'a VIP that a stranger answers for',
    { seen: { mini1: { vip_answer: '00:11:22:33:44:55' } } },
    ['basement_vip: 192.168.10.50 is already answered for by 00:11:22:33:44:55'],
  ],
  [
    'a VIP that one of ours answers for',
    { seen: { mini1: { vip_answer: '52:54:00:00:00:21' }, mini2: { holds_vip: true } } },
    [],
  ],
  [
    'two clusters',
    {
      cluster: {
        mini1: { ...running, authority: 'one' },
        mini2: { ...running, authority: 'one' },
        mini3: { ...running, authority: 'two' },
      },
    },
    ['groups.servers: 2 different clusters are there already (mini1, mini2; mini3)'],
  ],
  [
    'a token that is not that of the cluster, which is not told',
    { cluster: { mini1: { ...running, token: hash('another') } } },
    ['rke2_token: is not the token of the cluster that runs there'],
  ],
  [
    'the token of the cluster, in its long form',
    {
      all: { rke2_token: `K10${'0'.repeat(64)}::server:the-token-of-this-cluster` },
      cluster: { mini1: { ...running, token: hash('the-token-of-this-cluster') } },
    },
    [],
  ],
];
