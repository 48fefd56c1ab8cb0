// A machine that boots: a whole Debian under systemd-nspawn with a blank data disk, its own network, its own clock of the boot, and containers.
import { execFileSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tool } from '../../support/tools.ts';
import type { Site } from './net.ts';
import { bridge, machineAddress, outsideAddress, type Network } from './network.ts';
import { bootable, type Bootable } from './nspawn.ts';

export type BootedMachine = Omit<Bootable, 'name' | 'root'> & {
  /** The path of every file on its data disk, seen from outside while it is off. */
  readonly filesOnDisk: () => readonly string[];
  /** Whether the disk itself has this somewhere, deleted or not. */
  readonly isOnDisk: (text: string) => boolean;
  /** The root that all machines begin with. */
  readonly base: string;
};

/** Where the machine finds its data disk. */
export const dataDevice = '/dev/disk/by-id/google-chain';
const diskBytes = 40 * 1024 ** 3;

const files = {
  '/etc/systemd/network/10-host0.network': [
    '[Match]',
    'Name=host0',
    '[Network]',
    `Address=${machineAddress}/24`,
    `Gateway=${outsideAddress}`,
    'LinkLocalAddressing=no',
    'IPv6AcceptRA=no',
  ],
};

/** Holes are left out: nearly all of the disk is one. */
const search = `
import os, sys
name, text = sys.argv[1], sys.argv[2].encode()
with open(name, 'rb') as file:
    end, at, size = os.fstat(file.fileno()).st_size, 0, 16 << 20
    while at < end:
        try:
            at = os.lseek(file.fileno(), at, os.SEEK_DATA)
        except OSError:
            break
        hole = os.lseek(file.fileno(), at, os.SEEK_HOLE)
        while at < hole:
            if text in os.pread(file.fileno(), min(size + len(text), hole - at), at):
                sys.exit(print('found'))
            at = min(hole, at + size)
print('not there')
`;

let made = 0;

/** It is off until `boot`. */
export function prepareMachine(site: Site, network: Network): BootedMachine {
  const base = join(tool('machine').folder, 'root');
  const name = `watchdog-${process.pid}-${++made}`;
  const image = join(site.folder, `${name}.disk`);
  const containers = join(site.folder, `${name}.containers`);
  mkdirSync(containers);
  writeFileSync(image, '');
  truncateSync(image, diskBytes);
  const disk = execFileSync('losetup', ['--find', '--show', image], { encoding: 'utf8' }).trim();
  let isHeld = true;
  const detach = (): void => {
    if (!isHeld) return;
    isHeld = false;
    execFileSync('losetup', ['--detach', disk]);
  };
  process.once('exit', detach);
  const machine = bootable(site, {
    name,
    base,
    networkPid: network.pid,
    bridge,
    args: [`--bind=${disk}:${dataDevice}`, `--bind=${containers}:/var/lib/containers`],
  });
  for (const [path, lines] of Object.entries(files)) machine.put(path, `${lines.join('\n')}\n`);
  return {
    ...machine,
    release: () => {
      detach();
      machine.release();
    },
    filesOnDisk: () =>
      execFileSync(
        'unshare',
        [
          '--mount',
          'sh',
          '-c',
          'mount -o ro "$0" "$1" && find "$1" -type f -printf "%P\\n"',
          disk,
          machine.root,
        ],
        {
          encoding: 'utf8',
        },
      )
        .trim()
        .split('\n'),
    isOnDisk: (text) =>
      execFileSync('python3', ['-c', search, image, text], { encoding: 'utf8' }).trim() === 'found',
    base,
  };
}
