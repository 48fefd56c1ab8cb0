// A pretend machine on which the real programs of a standby's boot run: its directories in a folder, its programs by scripts, everything else real.
import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folderOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const programs = folderOf('../../terraform/modules/standby/node/root/common/usr/local/sbin');
const wrapper = folderOf('with.py');

export type Ended = { readonly code: number; readonly errors: string };

export type BootMachine = {
  readonly folder: string;
  /** Below the data disk. */
  readonly data: (path: string) => string;
  /** Runs a program of the boot; null settings are left out. */
  readonly run: (
    program: 'standby-boot' | 'standby-wipe',
    args: readonly string[],
    given?: {
      readonly settings?: Readonly<Record<string, string>>;
      readonly changes?: Readonly<Record<string, unknown>>;
    },
  ) => Promise<Ended>;
  /** What the boot has written for people. */
  readonly note: () => string;
  /** A program of the machine, as a shell script; what it is called with is in `calls`. */
  readonly program: (name: string, script: string) => void;
  readonly calls: () => readonly string[];
  readonly put: (path: string, content: string) => void;
  readonly read: (path: string) => string;
  /** All files below the data disk, and what is in them. */
  readonly files: () => Readonly<Record<string, string>>;
  readonly close: () => void;
};

const uid = process.getuid?.() ?? 0;
const gid = process.getgid?.() ?? 0;

/** As much of a machine as the programs see; without `program` it has none but the real ones. */
export function bootMachine(): BootMachine {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-boot-'));
  const bin = join(folder, 'bin');
  const root = join(folder, 'chain');
  const log = join(folder, 'calls');
  for (const each of [bin, root, join(root, 'execution'), join(root, 'consensus')]) mkdirSync(each);
  const data = (path: string): string => join(root, path);
  const usual = { ROOT: root, RUN: join(folder, 'run') };
  const ofBoot = {
    ...usual,
    USERS: { execution: uid, consensus: uid },
    JWT_GROUP: gid,
    PAUSE_SECONDS: 0.01,
    DEVICE_SECONDS: 0.2,
  };
  const ofWipe = {
    ...usual,
    MARK: join(folder, 'wiped'),
    STATE: join(folder, 'state'),
    AGENT: join(bin, 'watchdog-agent'),
  };
  return {
    folder,
    data,
    run: (program, args, { settings = {}, changes = {} } = {}) =>
      new Promise((resolve) => {
        const all = { ...(program === 'standby-boot' ? ofBoot : ofWipe), ...changes };
        const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HTTP_ON_LOOPBACK: 'yes', ...settings };
        const command = [wrapper, join(programs, program), JSON.stringify(all), '1', ...args];
        execFile('python3', command, { env, timeout: 120_000 }, (error, _stdout, errors) => {
          resolve({ code: error === null ? 0 : Number(error.code ?? -1), errors });
        });
      }),
    note: () => {
      const path = join(folder, 'run', 'note');
      return existsSync(path) ? readFileSync(path, 'utf8').trimEnd() : '';
    },
    program: (name, script) => {
      const path = join(bin, name);
      writeFileSync(path, `#!/bin/sh\necho "${name} $*" >>"${log}"\n${script}\n`);
      chmodSync(path, 0o755);
    },
    calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []),
    put: (path, content) => {
      mkdirSync(dirname(data(path)), { recursive: true });
      writeFileSync(data(path), content);
    },
    read: (path) => readFileSync(data(path), 'utf8'),
    files: () =>
      Object.fromEntries(
        readdirSync(root, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
          .map((path) => [path.slice(root.length + 1), readFileSync(path, 'utf8')] as const)
          .toSorted(([a], [b]) => (a < b ? -1 : 1)),
      ),
    close: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
