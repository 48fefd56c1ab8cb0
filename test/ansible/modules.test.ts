// The modules that roles share, by themselves on this machine: files that are written together or not at all, and disks that are blank or left alone.
import { execFile, execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { lacks, lacksPrograms, lacksRoot, tool } from '../support/tools.ts';
import { ansibleFolder } from './house.ts';

const top = mkdtempSync(join(tmpdir(), 'modules-'));
afterAll(() => rmSync(top, { recursive: true, force: true }));

const answer = z.object({
  changed: z.boolean().default(false),
  failed: z.boolean().default(false),
  msg: z.string().default(''),
  written: z.array(z.string()).default([]),
  formatted: z.array(z.string()).default([]),
  mounted: z.array(z.string()).default([]),
  missing: z.array(z.string()).default([]),
});

/** As Ansible starts a module on a host, without what brings it there. */
const starter = `
import runpy, sys
from ansible.module_utils import basic
basic._ANSIBLE_ARGS = sys.argv[2].encode()
basic._ANSIBLE_PROFILE = "legacy"
runpy.run_path(sys.argv[1], run_name="__main__")
`;

/** Runs a module here; what it mounts is for this process, when one is named. */
const play = async (
  name: string,
  args: object,
  options: { readonly check?: boolean; readonly mounts?: number; readonly path?: string } = {},
): Promise<z.infer<typeof answer>> =>
  new Promise((resolve, reject) => {
    const given = JSON.stringify({
      ANSIBLE_MODULE_ARGS: { ...args, _ansible_check_mode: options.check === true },
    });
    const python = ['python3', '-c', starter, join(ansibleFolder, 'plugins/modules', `${name}.py`), given];
    const [program = '', ...rest] =
      options.mounts === undefined
        ? python
        : ['nsenter', `--mount=/proc/${options.mounts}/ns/mnt`, ...python];
    const env = {
      PATH: options.path ?? process.env['PATH'],
      PYTHONPATH: join(tool('ansible').folder, 'packages'),
    };
    execFile(program, rest, { env, timeout: 60_000, maxBuffer: 16 * 1024 * 1024 }, (_, stdout, stderr) => {
      const json = /\{[\s\S]*\}/.exec(stdout)?.[0];
      if (json === undefined) reject(new Error(`${stdout}${stderr}`));
      else resolve(answer.parse(JSON.parse(json)));
    });
  });

describe.skipIf(lacks('ansible') || lacksPrograms('python3'))('basement_look', () => {
  test('finds packages of the RHEL family by name, by name and version, and by what they provide', async () => {
    // A database of packages as rpm answers of it, and none of dpkg's.
    const programs = join(top, 'rhel');
    mkdirSync(programs);
    const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });
    symlinkSync(python.trim(), join(programs, 'python3'));
    const rpm = `#!/bin/sh
case "$*" in
  '--query audit' | '--query rke2-selinux' | '--query rke2-selinux-0.23-1.el9') exit 0 ;;
  '--query --whatprovides dnf-utils' | '--query --whatprovides audit' | '--query --whatprovides rke2-selinux') exit 0 ;;
esac
exit 1
`;
    writeFileSync(join(programs, 'rpm'), rpm, { mode: 0o755 });
    const packages = ['audit', 'dnf-utils', 'rke2-selinux-0.23-1.el9', 'rke2-selinux-0.24-1.el9', 'chrony'];
    const { missing } = await play('basement_look', { packages }, { path: programs });
    expect(missing).toEqual(['rke2-selinux-0.24-1.el9', 'chrony']);
  });
});

describe.skipIf(lacks('ansible') || lacksRoot())('basement_files', () => {
  const folder = join(top, 'files');
  const path = (name: string): string => join(folder, name);
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const mode = (name: string): string => (statSync(path(name)).mode & 0o7777).toString(8);

  test('writes what differs, once, and with the mode that it is to have', async () => {
    const files = [
      { path: path('one'), content: 'one\n' },
      { path: path('below/secret'), content: 'two\n', mode: '0600', secret: true },
    ];
    const folders = [{ path: path('empty'), mode: '0700' }];
    const checked = await play('basement_files', { files, folders }, { check: true });
    expect(checked.written).toEqual([path('empty'), path('one'), path('below/secret')]);
    expect(existsSync(folder)).toBe(false);
    expect((await play('basement_files', { files, folders })).written).toEqual(checked.written);
    expect([mode('one'), mode('below/secret'), mode('empty')]).toEqual(['644', '600', '700']);
    expect(await play('basement_files', { files, folders })).toMatchObject({ changed: false, written: [] });
    execFileSync('chmod', ['666', path('below/secret')]);
    expect((await play('basement_files', { files, folders })).written).toEqual([path('below/secret')]);
    expect(mode('below/secret')).toBe('600');
  });

  test('replaces nothing when one of them would not be valid', async () => {
    mkdirSync(folder);
    writeFileSync(path('one'), 'old\n');
    const files = [
      { path: path('one'), content: 'new\n' },
      { path: path('two'), content: 'bad\n', validate: 'grep -q good %s' },
    ];
    const refused = await play('basement_files', { files });
    expect(refused.failed).toBe(true);
    expect(refused.msg).toContain(`${path('two')} would not be valid`);
    expect(readFileSync(path('one'), 'utf8')).toBe('old\n');
    expect(readdirSync(folder)).toEqual(['one']);
  });

  test("keeps somebody else's file, and their lines around a block, and gives both back", async () => {
    mkdirSync(folder);
    writeFileSync(path('kept'), 'theirs\n');
    writeFileSync(path('hosts'), 'first');
    const block = { path: path('hosts'), block: 'ours' };
    const files = [
      { path: path('kept'), content: 'ours\n', keep: true },
      { ...block, content: 'middle\n' },
    ];
    await play('basement_files', { files });
    expect(readFileSync(path('kept'), 'utf8')).toBe('ours\n');
    writeFileSync(path('hosts'), `${readFileSync(path('hosts'), 'utf8')}last\n`);
    const [kept, hosts] = files;
    await play('basement_files', {
      files: [
        { ...kept, content: 'ours again\n' },
        { ...hosts, content: 'other\n' },
      ],
    });
    expect(readFileSync(path('hosts'), 'utf8')).toBe('first\n# BEGIN ours\nother\n# END ours\nlast\n');
    await play('basement_files', {
      files: [{ ...block, content: '' }],
      restored: [path('kept')],
      absent: [path('never')],
    });
    expect(await play('basement_files', { restored: [path('kept')] })).toMatchObject({ changed: false });
    expect(readFileSync(path('kept'), 'utf8')).toBe('theirs\n');
    expect(readFileSync(path('hosts'), 'utf8')).toBe('first\nlast\n');
    expect(readdirSync(folder).toSorted()).toEqual(['hosts', 'kept']);
  });
});

function loops(): boolean {
  try {
    execFileSync('losetup', ['--find'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A first sector that names one partition, as they all had them once. */
const partitioned = Buffer.alloc(512);
partitioned.set([0, 0, 0, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 64, 0, 0], 446);
partitioned.set([0x55, 0xaa], 510);

const noDisks =
  lacks('ansible') ||
  lacksRoot() ||
  lacksPrograms('losetup', 'mkfs.ext4', 'wipefs', 'blkid', 'lsblk', 'nsenter', 'unshare') ||
  !loops();

describe.skipIf(noDisks)('basement_disks', () => {
  const endings: (() => void)[] = [];
  afterEach(() => {
    for (const end of endings.splice(0).toReversed()) end();
  });

  /** A disk of this many MiB, and a process whose mounts are its own. */
  const made = (mib = 24): { image: string; device: string; path: string; fstab: string; mounts: number } => {
    const folder = mkdtempSync(join(top, 'disk-'));
    const image = join(folder, 'image');
    execFileSync('truncate', [`--size=${mib}M`, image]);
    const device = execFileSync('losetup', ['--find', '--show', image], { encoding: 'utf8' }).trim();
    endings.push(() => execFileSync('losetup', ['--detach', device]));
    const mine = execFile('unshare', ['--mount', '--propagation=private', 'sleep', '600']);
    endings.push(() => mine.kill());
    return { image, device, path: join(folder, 'here'), fstab: join(folder, 'fstab'), mounts: mine.pid ?? 0 };
  };
  const wanted = (disk: ReturnType<typeof made>, more: object = {}): object => ({
    disks: [
      {
        name: 'chain',
        device: disk.device,
        path: disk.path,
        format: true,
        options: ['noatime', 'nofail'],
        ...more,
      },
    ],
    fstab: disk.fstab,
  });
  const inside = (mounts: number, ...command: readonly string[]): string =>
    execFileSync('nsenter', [`--mount=/proc/${mounts}/ns/mnt`, ...command], { encoding: 'utf8' });

  // mount(8) reads this machine's fstab, so what is written goes into a copy that lies over its folder.
  const over = (disk: ReturnType<typeof made>): void => {
    const folder = dirname(disk.fstab);
    for (const each of ['upper', 'work']) mkdirSync(join(folder, each));
    writeFileSync(join(folder, 'upper/fstab'), 'proc /proc proc defaults 0 0\n');
    const layers = `lowerdir=/etc,upperdir=${join(folder, 'upper')},workdir=${join(folder, 'work')}`;
    inside(disk.mounts, 'mount', '-t', 'overlay', 'overlay', '-o', layers, '/etc');
  };

  test('a blank one is formatted, mounted, and left alone from then on', async () => {
    const disk = made();
    over(disk);
    const args = { ...wanted(disk), fstab: '/etc/fstab' };
    const checked = await play('basement_disks', args, { check: true, mounts: disk.mounts });
    expect(checked).toMatchObject({ formatted: ['chain'], mounted: ['chain'] });
    expect(readFileSync(disk.image).every((byte) => byte === 0)).toBe(true);
    expect(await play('basement_disks', args, { mounts: disk.mounts })).toMatchObject({
      failed: false,
      msg: '',
      formatted: ['chain'],
    });
    const [line = ''] = inside(disk.mounts, 'grep', disk.path, '/proc/mounts').split('\n');
    expect(line).toContain(`${disk.device} ${disk.path} ext4 rw,noatime`);
    expect(await play('basement_disks', args, { mounts: disk.mounts })).toMatchObject({
      changed: false,
      formatted: [],
    });
    inside(disk.mounts, 'sh', '-c', `echo data >${disk.path}/kept; umount ${disk.path}`);
    expect(await play('basement_disks', args, { mounts: disk.mounts })).toMatchObject({
      formatted: [],
      mounted: ['chain'],
    });
    expect(inside(disk.mounts, 'cat', `${disk.path}/kept`)).toBe('data\n');
    inside(disk.mounts, 'umount', disk.path);
    inside(disk.mounts, 'sh', '-c', `chattr -i ${disk.path} || :`);
  });

  test.each<[what: string, spoil: (disk: ReturnType<typeof made>) => void, more: object, why: string]>([
    [
      'a blank one that may not be formatted',
      () => undefined,
      { format: false },
      'is blank: say format: true',
    ],
    [
      'another file system',
      ({ device }) => execFileSync('mkfs.ext4', ['-q', device]),
      { filesystem: 'xfs' },
      'has ext4 on it, not xfs',
    ],
    [
      'a partition table',
      ({ image }) => writeFileSync(image, partitioned, { flag: 'r+' }),
      {},
      'has signatures of',
    ],
    [
      'something without any signature',
      ({ image }) =>
        execFileSync(
          'dd',
          ['if=/dev/urandom', `of=${image}`, 'bs=4096', 'count=1', 'seek=100', 'conv=notrunc'],
          { stdio: 'ignore' },
        ),
      {},
      'something is written on it',
    ],
    [
      'something at its end',
      ({ image }) =>
        execFileSync(
          'dd',
          ['if=/dev/urandom', `of=${image}`, 'bs=4096', 'count=1', 'seek=6140', 'conv=notrunc'],
          { stdio: 'ignore' },
        ),
      {},
      'something is written on it',
    ],
    ['one that is not there', () => undefined, { device: '/dev/disk/by-id/none' }, 'is not there'],
    ['what is no disk', () => undefined, { device: '/etc/hostname' }, 'is no disk'],
  ])('%s is refused and left as it is', async (_, spoil, more, why) => {
    const disk = made();
    spoil(disk);
    execFileSync('blockdev', ['--flushbufs', disk.device]);
    const before = readFileSync(disk.image);
    const refused = await play('basement_disks', wanted(disk, more), { mounts: disk.mounts });
    expect(refused.failed).toBe(true);
    expect(refused.msg).toContain(why);
    expect(readFileSync(disk.image).equals(before)).toBe(true);
    expect(existsSync(disk.fstab)).toBe(false);
  });
});
