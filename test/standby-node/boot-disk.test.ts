// The data disk of a standby is formatted when it is blank and never otherwise; its directories, its secret and the images are made once.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lacksPrograms } from '../support/tools.ts';
import { isRoot, prepareMachine, type Ended, type Order, type Prepared } from './prepared.ts';

process.env['PATH'] = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
const skip = lacksPrograms('python3');
const skipReal = lacksPrograms('python3', 'blkid', 'mkfs.ext4', 'mkswap');
let machine: Prepared;
let device: string;
beforeEach(() => {
  machine = prepareMachine();
  device = machine.put('device', '');
  truncateSync(device, 64 * 2 ** 20);
  // What is mounted is in a file.
  machine.fake('findmnt', 'test -s mounted && cat mounted');
  machine.fake(
    'mount',
    'test ! -e busy || { echo "mount: wrong fs type" >&2; exit 32; }\necho "$5" >mounted',
  );
  machine.fake('resize2fs', 'exit 0');
});
afterEach(() => {
  machine.close();
});
const disk = (order: Order = {}): Promise<Ended> =>
  machine.boot('disk', { ...order, settings: { DATA_DEVICE: device, ...order.settings } });
const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

describe.skipIf(skipReal)('with the real blkid and mkfs.ext4', () => {
  const typeOf = (): string => {
    try {
      return execFileSync('blkid', ['-p', '-s', 'TYPE', '-o', 'value', device], { encoding: 'utf8' }).trim();
    } catch {
      return 'none';
    }
  };

  test('a blank disk is formatted and mounted, and the second time nothing is done again', async () => {
    expect(typeOf()).toBe('none');
    expect(await disk()).toMatchObject({ code: 0, note: 'the data disk is ready' });
    expect(typeOf()).toBe('ext4');
    expect(machine.calls()).toContain(
      `mount -t ext4 -o noatime,nodev,nosuid,noexec ${device} ${machine.root}`,
    );
    const before = readFileSync(device);
    const jwt = machine.read('chain/jwt/jwt.hex');
    expect(await disk()).toMatchObject({ code: 0 });
    // After a reboot nothing is mounted.
    rmSync(machine.path('mounted'));
    expect(await disk()).toMatchObject({ code: 0 });
    expect(readFileSync(device).equals(before)).toBe(true);
    expect(machine.read('chain/jwt/jwt.hex')).toBe(jwt);
    // A disk that was made of a snapshot may be larger than what is on it.
    expect(machine.calls().filter((call) => call.startsWith('resize2fs'))).toEqual([`resize2fs ${device}`]);
  });

  const occupied: readonly (readonly [string, string, () => void])[] = [
    ['another file system', 'swap is on it', () => execFileSync('mkswap', [device], { stdio: 'ignore' })],
    [
      'a partition table',
      'a partition table (dos) is on it',
      () => {
        const table = Buffer.alloc(512);
        table.set([0, 0x20, 0x21, 0, 0x83, 0xbe, 0x32, 0x03, 0, 8, 0, 0, 0, 0xf0, 1, 0], 446);
        table.set([0x55, 0xaa], 510);
        writeFileSync(device, table, { flag: 'r+' });
      },
    ],
    [
      'what nobody knows',
      'it does not begin with zeros',
      () => writeFileSync(device, 'mine', { flag: 'r+' }),
    ],
    ['less than a megabyte', 'it does not begin with zeros', () => truncateSync(device, 1_000)],
  ];
  test.each(occupied)('a disk with %s is not touched', async (_, words, prepare) => {
    prepare();
    const before = readFileSync(device);
    const { code, note } = await disk();
    expect({ code, note }).toEqual({
      code: 1,
      note: expect.stringContaining(`failed: the data disk ${device} is not blank: ${words}`),
    });
    expect(note).toContain('nothing was formatted');
    expect(readFileSync(device).equals(before)).toBe(true);
    expect(machine.calls().join()).not.toContain('mount -t');
  });
});

describe.skipIf(skip)('the disk', () => {
  beforeEach(() => {
    machine.fake('blkid', 'echo TYPE=ext4');
    machine.fake('mkfs.ext4', 'exit 0');
  });

  test.each([
    [
      'blkid cannot tell',
      'blkid',
      'echo "blkid: error: ambivalent" >&2; exit 8',
      'cannot be told: blkid: error: ambivalent',
    ],
    ['blkid fails', 'blkid', 'exit 4', 'cannot be told: it says nothing'],
    [
      'it cannot be formatted',
      'mkfs.ext4',
      'echo "mkfs: no space" >&2; exit 1',
      'cannot be formatted: mkfs: no space',
    ],
    [
      'it cannot be mounted',
      'mount',
      'echo "mount: bad\u001b[31m superblock" >&2; exit 32',
      'cannot be mounted: mount: bad [31m superblock',
    ],
  ])('when %s, that is the reason', async (_, program, script, words) => {
    if (program !== 'blkid') machine.fake('blkid', 'exit 2');
    machine.fake(program, script);
    const { code, note } = await disk();
    expect({ code, note }).toEqual({ code: 1, note: expect.stringMatching(/^failed: /) });
    expect(note).toContain(words);
    expect(machine.calls().join().includes('mkfs')).toBe(program !== 'blkid');
  });

  test('a disk that is not there is waited for, and is a failure in the end', async () => {
    rmSync(device);
    const { code, errors, note } = await disk();
    expect(code).toBe(1);
    expect(errors).toContain(`waiting for the data disk ${device}`);
    expect(note).toBe(`failed: the data disk ${device} is not there`);
    const later = machine.boot('disk', {
      settings: { DATA_DEVICE: device },
      replace: { DEVICE_SECONDS: 30 },
    });
    await expect.poll(() => machine.read('run/note'), { timeout: 20_000 }).toContain('waiting for');
    writeFileSync(device, '');
    expect(await later).toMatchObject({ code: 0 });
  });

  test('another disk in its place is a failure', async () => {
    machine.put('mounted', '/dev/another\n');
    expect((await disk()).note).toBe(`failed: /dev/another is mounted at ${machine.root}, not ${device}`);
  });

  test('a setting that is missing is named', async () => {
    expect((await machine.boot('disk')).note).toBe(
      'failed: DATA_DEVICE is missing in /etc/watchdog/node.env',
    );
  });

  test('directories belong to their clients, and the secret is readable for both and nobody else', async () => {
    await disk();
    const { root } = machine;
    expect(
      ['', 'execution', 'consensus', 'jwt', 'jwt/jwt.hex'].map((name) => modeOf(join(root, name))),
    ).toEqual(['755', '700', '700', '750', '640']);
    const secret = machine.read('chain/jwt/jwt.hex');
    expect(secret).toMatch(/^0x[0-9a-f]{64}$/);
    const owners = ['execution', 'consensus', 'jwt/jwt.hex'].map((name) => statSync(join(root, name)));
    const own = [process.getuid?.(), process.getgid?.()];
    const expected = [
      [2001, 2001],
      [2002, 2002],
      [0, 2000],
    ];
    expect(owners.map(({ uid, gid }) => [uid, gid])).toEqual(isRoot ? expected : [own, own, own]);
    const another = prepareMachine();
    another.fake('findmnt', `echo ${device}`);
    await another.boot('disk', { settings: { DATA_DEVICE: device } });
    expect(another.read('chain/jwt/jwt.hex')).toMatch(/^0x[0-9a-f]{64}$/);
    expect(another.read('chain/jwt/jwt.hex')).not.toBe(secret);
    another.close();
    // What was made wider is made narrow again, and half of a secret is none.
    chmodSync(join(root, 'execution'), 0o777);
    writeFileSync(join(root, 'jwt/jwt.hex'), secret.slice(0, 10));
    await disk();
    expect(modeOf(join(root, 'execution'))).toBe('700');
    expect(machine.read('chain/jwt/jwt.hex')).toMatch(/^0x[0-9a-f]{64}$/);
    expect(machine.read('chain/jwt/jwt.hex')).not.toContain(secret.slice(0, 10));
  });

  test('a link in the place of a directory is not followed', async () => {
    mkdirSync(machine.path('elsewhere'), { mode: 0o755 });
    symlinkSync(machine.path('elsewhere'), join(machine.root, 'execution'));
    expect((await disk()).note).toMatch(/^failed: disk: /);
    expect(modeOf(machine.path('elsewhere'))).toBe('755');
  });

  test('a mistake of its own is one line, too, and so is a wrong step', async () => {
    expect((await disk({ replace: { USERS: 7 } })).note).toMatch(
      /^failed: disk: AttributeError in line \d+ of standby-boot$/,
    );
    expect(await machine.boot('format')).toMatchObject({ code: 2 });
    expect(await machine.boot('disk chain')).toMatchObject({ code: 2 });
  });
});

describe.skipIf(skip)('the images', () => {
  const digest = `sha256:${'ab'.repeat(32)}`;
  const settings = {
    EXECUTION_IMAGE: `docker.io/ethereum/client-go@${digest}`,
    CONSENSUS_IMAGE: `registry.test:5000/lighthouse@${digest}`,
    LOGS_IMAGE: `fluent/fluent-bit@${digest}`,
  };
  const pulled = (): readonly string[] => machine.calls().filter((call) => call.startsWith('podman pull'));
  beforeEach(() => {
    machine.fake(
      'podman',
      'touch images\nif [ "$1" = image ]; then grep -qxF "$3" images; else echo "$3" >>images; fi',
    );
  });

  test('are pulled by their digests, and only when they are not there', async () => {
    expect(await machine.boot('images', { settings })).toMatchObject({
      code: 0,
      note: 'the images are there',
    });
    expect(pulled()).toEqual(Object.values(settings).map((image) => `podman pull --quiet ${image}`));
    expect(await machine.boot('images', { settings })).toMatchObject({ code: 0 });
    expect(pulled()).toEqual([]);
  });

  test('are tried again, and then podman says why', async () => {
    machine.fake(
      'podman',
      '[ "$1" != image ] || exit 1\necho "Trying to pull" >&2\necho "Error: unable\u0007to pull: unauthorized" >&2\nexit 125',
    );
    const { code, note } = await machine.boot('images', { settings });
    expect({ code, note }).toEqual({
      code: 1,
      note: 'failed: the image docker.io/ethereum/client-go@sha256:abababababab cannot be pulled: Error: unable to pull: unauthorized',
    });
    expect(pulled()).toHaveLength(4);
  });

  test('one that comes at the second attempt is no failure', async () => {
    machine.fake('podman', '[ "$1" != image ] || exit 1\n[ -e once ] || { touch once; exit 125; }');
    expect(await machine.boot('images', { settings })).toMatchObject({ code: 0 });
  });

  test('a node goes without sending its logs when only their image is missing', async () => {
    machine.fake('podman', 'case "$*" in *fluent*) exit 125;; esac\n[ "$1" != image ]');
    const { code, errors } = await machine.boot('images', { settings });
    expect(code).toBe(0);
    expect(errors).toContain('this machine goes without its logs being sent');
  });

  test.each([
    'docker.io/geth:latest',
    `geth@${digest} --privileged`,
    `geth@${digest.slice(0, -1)}`,
    '--help',
  ])('%s is no image by its digest', async (image) => {
    const { code, note } = await machine.boot('images', {
      settings: { ...settings, CONSENSUS_IMAGE: image },
    });
    expect({ code, note }).toEqual({
      code: 1,
      note: 'failed: CONSENSUS_IMAGE is not an image by its digest: NAME@sha256:DIGEST',
    });
    expect(machine.calls()).toEqual([]);
  });
});
