// A machine of systemd-nspawn on a bridge: a copy of a root that is written on top of, with its own network, its own clock of the boot, and an end that leaves nothing.
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tool } from '../../support/tools.ts';
import type { Site } from './net.ts';
import { until } from './wait.ts';

export type Ran = { readonly code: number; readonly text: string };

export type Bootable = {
  readonly name: string;
  /** Where its root is mounted, seen by nobody but itself. */
  readonly root: string;
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
  /** Gives back what no process holds. Everything in it has been killed before. */
  readonly release: () => void;
};

export type MachineOptions = {
  readonly name: string;
  /** The root that it begins with. */
  readonly base: string;
  /** A process in the network namespace that has the bridge. */
  readonly networkPid: number;
  readonly bridge: string;
  /** More arguments of systemd-nspawn. */
  readonly args?: readonly string[];
};

const cgroups = '/sys/fs/cgroup';
const libraries = 'usr/lib/x86_64-linux-gnu';

/** The machine's boot begins now, also by its own clock; its mounts are nobody else's; and it ends with the process that holds it, however that ends. */
const launcher = `set -e
# What was killed is not gone at once, and its cable is only gone a moment after it.
is_there() {
  [ -n "$(find ${cgroups} -path "*/$1/*" -name cgroup.procs -exec cat {} + 2>/dev/null)" ] || ip link show dev "vb-$1" >/dev/null 2>&1
}
for _ in $(seq 300); do
  is_there "$2" || break
  sleep 0.1
done
root=$1 name=$2 base=$3 tools=$4 bridge=$5; shift 5
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
  "$tools/lib64/ld-linux-x86-64.so.2" --library-path "$tools/${libraries}:$tools/${libraries}/systemd" "$tools/usr/bin/systemd-nspawn" \\
  --directory="$root" --machine="$name" --boot --register=no --keep-unit --console=pipe --system-call-filter=@keyring --kill-signal=SIGRTMIN+3 --resolv-conf=off --timezone=off \\
  --network-bridge="$bridge" "$@"`;

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

/** What was killed is not gone at once, and a group with somebody in it stays: for five seconds at most. */
const emptied = `for _ in $(seq 50); do
  find ${cgroups} -depth -type d -path "*/$1*" -exec rmdir {} + 2>/dev/null
  [ -n "$(find ${cgroups} -maxdepth 2 -name "$1")" ] || exit 0
  sleep 0.1
done`;

/** It is off until `boot`. */
export function bootable(site: Site, options: MachineOptions): Bootable {
  const { name, base, networkPid, bridge, args = [] } = options;
  const root = join(site.folder, name);
  for (const each of ['', '.upper', '.work']) mkdirSync(`${root}${each}`);
  let isHeld = true;
  const release = (): void => {
    if (!isHeld) return;
    isHeld = false;
    execFileSync('sh', ['-c', emptied, 'sh', name]);
  };
  process.once('exit', release);

  const put: Bootable['put'] = (path, content, mode = 0o644) => {
    mkdirSync(dirname(join(`${root}.upper`, path)), { recursive: true });
    writeFileSync(join(`${root}.upper`, path), content, { mode });
  };
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
    name,
    root,
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
            `--net=/proc/${networkPid}/ns/net`,
            'unshare',
            '--mount',
            'sh',
            '-c',
            launcher,
            'sh',
            root,
            name,
            base,
            join(tool('machine').folder, 'root'),
            bridge,
            ...args,
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
        limitMs: 90_000,
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
    release,
  };
}
