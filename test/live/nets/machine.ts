// A machine that boots: a whole Debian under systemd-nspawn with a blank data disk, its own network, its own clock of the boot, and containers.
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tool } from '../../support/tools.ts';
import type { Site } from './net.ts';
import { bridge, machineAddress, outsideAddress, type Network } from './network.ts';
import { until } from './wait.ts';

export type Ran = { readonly code: number; readonly text: string };

export type BootedMachine = {
  /** What a command in it printed on both ways, and how it ended. */
  readonly attempt: (...command: readonly string[]) => Promise<Ran>;
  /** The same, or an error with all that was printed when it ends badly. */
  readonly run: (...command: readonly string[]) => Promise<string>;
  /** Writes a file into its root while it is off. */
  readonly put: (path: string, content: string | Buffer, mode?: number) => void;
  /** Resolves when its first process runs; what it starts is for the caller to wait for. */
  readonly boot: () => Promise<void>;
  readonly shutDown: () => Promise<void>;
  /** All of it is gone at once, as without electricity. */
  readonly cutPower: () => Promise<void>;
  /** The path of every file on its data disk, seen from outside while it is off. */
  readonly filesOnDisk: () => readonly string[];
  /** Whether the disk itself has this somewhere, deleted or not. */
  readonly isOnDisk: (text: string) => boolean;
  /** The root that all machines begin with. */
  readonly base: string;
  /** Gives back what no process holds. Everything in it has been killed before. */
  readonly release: () => void;
};

/** Where the machine finds its data disk. */
export const dataDevice = '/dev/disk/by-id/google-chain';
const diskBytes = 40 * 1024 ** 3;
const cgroups = '/sys/fs/cgroup';
const libraries = 'usr/lib/x86_64-linux-gnu';

/** The machine's boot begins now, also by its own clock; its mounts are nobody else's; and it ends with the process that holds it, however that ends. */
const launcher = `set -e
root=$1 name=$2 base=$3 disk=$4; shift 4
mount -t overlay overlay -o "lowerdir=$base,upperdir=$root.upper,workdir=$root.work" "$root"
for hierarchy in ${cgroups} ${cgroups}/*/; do
  [ -e "$hierarchy/cgroup.procs" ] && mkdir -p "$hierarchy/$name" 2>/dev/null || continue
  if [ -e "$hierarchy/cpuset.mems" ]; then
    cat "$hierarchy/cpuset.cpus" >"$hierarchy/$name/cpuset.cpus"
    cat "$hierarchy/cpuset.mems" >"$hierarchy/$name/cpuset.mems"
  fi
  echo $$ >"$hierarchy/$name/cgroup.procs"
done
since=$(cut -d. -f1 /proc/uptime)
export SYSTEMD_NSPAWN_API_VFS_WRITABLE=network
exec unshare --pid --mount-proc --time --boottime "-$since" --monotonic "-$since" --fork --kill-child \\
  "$base/lib64/ld-linux-x86-64.so.2" --library-path "$base/${libraries}:$base/${libraries}/systemd" "$base/usr/bin/systemd-nspawn" \\
  --directory="$root" --machine="$name" --boot --register=no --keep-unit --console=pipe --system-call-filter=@keyring --kill-signal=SIGRTMIN+3 --resolv-conf=off --timezone=off \\
  --network-bridge=${bridge} --bind="$disk:${dataDevice}" --bind="$root.containers:/var/lib/containers" "$@"`;

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

/** The process below this one that is the first in its own namespace. */
function firstProcess(pid: number): number | null {
  for (const child of childrenOf(pid)) {
    try {
      if (/^NSpid:.*\t1$/m.test(readFileSync(`/proc/${child}/status`, 'utf8'))) return child;
    } catch {
      continue;
    }
    const found = firstProcess(child);
    if (found !== null) return found;
  }
  return null;
}

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

/** What was killed is not gone at once, and a group with somebody in it stays: for five seconds at most. */
const emptied = `for _ in $(seq 50); do
  find ${cgroups} -depth -type d -path "*/$1*" -exec rmdir {} + 2>/dev/null
  [ -n "$(find ${cgroups} -maxdepth 2 -name "$1")" ] || exit 0
  sleep 0.1
done`;

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
  const root = join(site.folder, name);
  for (const each of ['', '.upper', '.work', '.containers']) mkdirSync(`${root}${each}`);
  const image = `${root}.disk`;
  writeFileSync(image, '');
  truncateSync(image, diskBytes);
  const disk = execFileSync('losetup', ['--find', '--show', image], { encoding: 'utf8' }).trim();
  let isHeld = true;
  const release = (): void => {
    if (!isHeld) return;
    isHeld = false;
    execFileSync('losetup', ['--detach', disk]);
    execFileSync('sh', ['-c', emptied, 'sh', name]);
  };
  process.once('exit', release);

  const put: BootedMachine['put'] = (path, content, mode = 0o644) => {
    mkdirSync(dirname(join(`${root}.upper`, path)), { recursive: true });
    writeFileSync(join(`${root}.upper`, path), content, { mode });
  };
  for (const [path, lines] of Object.entries(files)) put(path, `${lines.join('\n')}\n`);

  let leader: number | null = null;
  const run = site.launch;
  let process_: ReturnType<typeof run> | null = null;
  const isUp = (): boolean => process_?.isRunning === true;
  const attempt = (...command: readonly string[]): Promise<Ran> => {
    const first = leader;
    if (first === null) throw new Error(`${name} is off`);
    return new Promise((resolve) => {
      execFile(
        '/usr/bin/nsenter',
        [`--target=${first}`, '--all', '--', ...command],
        {
          env: {
            PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
            HOME: '/root',
            LANG: 'C.UTF-8',
          },
          maxBuffer: 64 * 1024 * 1024,
          timeout: 120_000,
        },
        (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : Number(error.code ?? -1), text: `${stdout}${stderr}`.trim() });
        },
      );
    });
  };
  return {
    attempt,
    run: async (...command) => {
      const { code, text } = await attempt(...command);
      if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${text}`);
      return text;
    },
    put,
    boot: async () => {
      if (process_ === null) {
        process_ = run({
          name,
          path: '/usr/bin/nsenter',
          args: [
            `--net=/proc/${network.pid}/ns/net`,
            'unshare',
            '--mount',
            'sh',
            '-c',
            launcher,
            'sh',
            root,
            name,
            base,
            disk,
          ],
        });
      } else process_.start();
      const started = process_;
      // The first process of the first within: around the machine is a namespace that ends with it.
      const first = async (): Promise<number | null> => {
        const outer = firstProcess(started.pid);
        return outer === null ? null : firstProcess(outer);
      };
      leader = await until('the first process of the machine', first, {
        limitMs: 30_000,
        processes: [started],
      });
      await until(
        'systemd in the machine',
        async () => ((await attempt('systemctl', 'is-system-running')).text === 'offline' ? null : true),
        { limitMs: 60_000, processes: [started] },
      );
    },
    shutDown: async () => {
      await attempt('systemctl', 'poweroff');
      await until('the machine to be off', async () => (isUp() ? null : true), { limitMs: 120_000 });
      leader = null;
    },
    cutPower: async () => {
      await process_?.kill();
      leader = null;
    },
    filesOnDisk: () =>
      execFileSync(
        'unshare',
        ['--mount', 'sh', '-c', 'mount -o ro "$0" "$1" && find "$1" -type f -printf "%P\\n"', disk, root],
        {
          encoding: 'utf8',
        },
      )
        .trim()
        .split('\n'),
    isOnDisk: (text) =>
      execFileSync('python3', ['-c', search, image, text], { encoding: 'utf8' }).trim() === 'found',
    base,
    release,
  };
}
