// The data disk is formatted only when it is blank, the secret between the clients is made once, and images come by their digests.
import { statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lacksPrograms } from '../support/tools.ts';
import { bootMachine, type BootMachine } from './boot-machine.ts';

let machine: BootMachine;
beforeEach(() => {
  machine = bootMachine();
});
afterEach(() => {
  machine.close();
});
const python = lacksPrograms('python3');
const isRoot = process.getuid?.() === 0;
const digest = `sha256:${'ab'.repeat(32)}`;

describe.skipIf(python || !isRoot)('the data disk (needs root)', () => {
  const device = (): string => join(machine.folder, 'device');
  /** A device of zeros, and programs that do as the real ones. `blkid` says what a test wants. */
  const given = (
    blkid: string,
    over: { readonly content?: string; readonly mounted?: string } = {},
  ): void => {
    writeFileSync(device(), over.content ?? '');
    truncateSync(device(), 2 * 1024 * 1024);
    machine.program('blkid', blkid);
    machine.program('findmnt', over.mounted === undefined ? 'exit 1' : `echo ${over.mounted}`);
    for (const name of ['mkfs.ext4', 'mount', 'resize2fs']) machine.program(name, 'exit 0');
  };
  const disk = (settings: Record<string, string> = {}) =>
    machine.run('standby-boot', ['disk'], { settings: { DATA_DEVICE: device(), ...settings } });
  const called = (): string[] => machine.calls().map((call) => call.split(' ')[0] ?? '');

  test('that is blank is formatted and mounted without devices, set-uid and programs', async () => {
    given('exit 2');
    expect(await disk()).toMatchObject({ code: 0 });
    expect(called()).toEqual(['findmnt', 'blkid', 'mkfs.ext4', 'mount']);
    expect(machine.calls().at(-1)).toContain('noatime,nodev,nosuid,noexec');
  });

  test('that has a file system is mounted, enlarged, and never formatted', async () => {
    given('echo TYPE=ext4');
    expect(await disk()).toMatchObject({ code: 0 });
    expect(called()).toEqual(['findmnt', 'blkid', 'mount', 'resize2fs']);
  });

  test('that is mounted is left as it is', async () => {
    given('exit 9', { mounted: device() });
    expect(await disk()).toMatchObject({ code: 0 });
    expect(called()).toEqual(['findmnt']);
  });

  test.each<[string, string, { readonly content?: string; readonly mounted?: string }, RegExp]>([
    ['has another file system', 'echo TYPE=xfs', {}, /is not blank: xfs is on it; nothing was formatted$/],
    [
      'has a partition table',
      'echo PTTYPE=gpt',
      {},
      /a partition table \(gpt\) is on it; nothing was formatted$/,
    ],
    [
      'cannot be told about',
      'echo "cannot open" >&2; exit 4',
      {},
      /cannot be told: cannot open; nothing was formatted$/,
    ],
    [
      'does not begin with zeros',
      'exit 2',
      { content: 'something' },
      /does not begin with zeros; nothing was formatted$/,
    ],
    [
      'is another than the one that is mounted',
      'exit 9',
      { mounted: '/dev/else' },
      /^failed: \/dev\/else is mounted at/,
    ],
  ])('that %s stops the boot', async (_, blkid, over, words) => {
    given(blkid, over);
    expect(await disk()).toMatchObject({ code: 1 });
    expect(machine.note()).toMatch(words);
    expect(called()).not.toContain('mkfs.ext4');
  });

  test('that is not there is waited for, and named', async () => {
    expect(await disk({ DATA_DEVICE: '/dev/no-such-disk' })).toMatchObject({ code: 1 });
    expect(machine.note()).toBe('failed: the data disk /dev/no-such-disk is not there');
  });

  test('that cannot be mounted says what mount says', async () => {
    given('echo TYPE=ext4');
    machine.program('mount', 'echo "mount: bad superblock" >&2; exit 32');
    expect(await disk()).toMatchObject({ code: 1 });
    expect(machine.note()).toMatch(/^failed: the data disk .* cannot be mounted: mount: bad superblock$/);
  });

  test('has a secret of its own for the clients, made once and read by nobody else', async () => {
    given('exit 2');
    await disk();
    const first = machine.read('jwt/jwt.hex');
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(statSync(machine.data('jwt/jwt.hex')).mode & 0o777).toBe(0o640);
    expect(statSync(machine.data('execution')).mode & 0o777).toBe(0o700);
    await disk();
    expect(machine.read('jwt/jwt.hex')).toBe(first);
    machine.put('jwt/jwt.hex', 'broken');
    await disk();
    expect(machine.read('jwt/jwt.hex')).toMatch(/^[0-9a-f]{64}$/);
    const other = bootMachine();
    try {
      other.program('findmnt', `echo ${device()}`);
      await other.run('standby-boot', ['disk'], { settings: { DATA_DEVICE: device() } });
      expect(other.read('jwt/jwt.hex')).not.toBe(first);
    } finally {
      other.close();
    }
  });
});

describe.skipIf(python)('images', () => {
  const settings = {
    EXECUTION_IMAGE: `ethereum/client-go@${digest}`,
    CONSENSUS_IMAGE: `sigp/lighthouse@${digest}`,
    LOGS_IMAGE: `fluent/fluent-bit@${digest}`,
  };
  const images = (over: Record<string, string> = {}) =>
    machine.run('standby-boot', ['images'], { settings: { ...settings, ...over }, changes: { TRIES: 2 } });

  test('that are missing are pulled by their digests', async () => {
    machine.program('podman', 'test "$1" = pull');
    expect(await images()).toMatchObject({ code: 0 });
    const pulled = machine.calls().filter((call) => call.includes(' pull '));
    expect(pulled).toEqual(Object.values(settings).map((image) => `podman pull --quiet ${image}`));
    expect(machine.note()).toBe('the images are there');
  });

  test('that are there are not pulled', async () => {
    machine.program('podman', 'exit 0');
    expect(await images()).toMatchObject({ code: 0 });
    expect(machine.calls().filter((call) => call.includes(' pull '))).toEqual([]);
  });

  test('that cannot be had are named with the last words of podman', async () => {
    machine.program('podman', 'echo trying >&2; echo "Error: manifest unknown" >&2; exit 125');
    expect(await images()).toMatchObject({ code: 1 });
    expect(machine.note()).toMatch(
      /^failed: the image ethereum\/client-go@sha256:abababababab cannot be pulled: Error: manifest unknown$/,
    );
    expect(machine.calls().filter((call) => call.includes(' pull '))).toHaveLength(2);
  });

  test('of logs may be missing: the node works without', async () => {
    machine.program('podman', 'case "$*" in *fluent*) exit 125;; esac; exit 0');
    const { code, errors } = await images();
    expect(code).toBe(0);
    expect(errors).toContain('goes without its logs being sent');
  });

  test.each(['ethereum/client-go:latest', 'ethereum/client-go@sha256:abc', `a b@${digest}`, ''])(
    'are refused without a digest: %s',
    async (image) => {
      machine.program('podman', 'exit 0');
      expect(await images({ EXECUTION_IMAGE: image })).toMatchObject({ code: 1 });
      expect(machine.note()).toMatch(/^failed: EXECUTION_IMAGE is /);
      expect(machine.calls()).toEqual([]);
    },
  );
});

test.skipIf(python)('a step that is none is a wrong call', async () => {
  expect(await machine.run('standby-boot', ['everything'])).toMatchObject({ code: 2 });
});
