// The image of the charts' own tools: its programs are static for both kinds of machines, and what is asked of podman or docker is what the README says. No registry is asked.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lacksFence } from '../support/fence-program.ts';
import { pathWith, runDash, writeProgram, type Ran } from './dash.ts';

const image = fileURLToPath(new URL('../../basement/tools-image/', import.meta.url));
const programs = ['fence', 'start', 'synced'];

type Place = {
  readonly at: (name: string) => string;
  readonly build: (...args: readonly string[]) => Promise<Ran>;
  /** What podman and docker were called with, each with its name. */
  readonly calls: () => readonly string[];
};

/** A machine with Go, and with a podman or docker that keeps what it is given instead of building it. */
function place(...engines: readonly ('podman' | 'docker')[]): Place {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-tools-image-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string): string => join(folder, name);
  writeFileSync(at('calls'), '');
  for (const engine of engines) {
    writeProgram(
      at(engine),
      `echo ${engine} "$@" >>${at('calls')}`,
      `[ ! -e ${at('fails')} ] || exit 125`,
      'case $1 in',
      `  build) for context in "$@"; do :; done; cp -r "$context" ${at('context')} ;;`,
      '  save) for each in "$@"; do [ "$last" != --output ] || echo archive >"$each"; last=$each; done ;;',
      'esac',
    );
  }
  return {
    at,
    build: async (...args) =>
      runDash([join(image, 'build'), ...args], {
        PATH: pathWith(folder),
        HOME: process.env['HOME'],
        GOCACHE: process.env['GOCACHE'],
        TMPDIR: folder,
      }),
    calls: () => readFileSync(at('calls'), 'utf8').split('\n').slice(0, -1),
  };
}

type Elf = { readonly machine: number; readonly isStatic: boolean };

/** Of a 64-bit ELF file: for which machine, and that nothing has to load it. */
function elf(path: string): Elf {
  const bytes = readFileSync(path);
  expect(bytes.subarray(0, 6).toString('hex')).toBe('7f454c460201');
  const first = Number(bytes.readBigUInt64LE(0x20));
  const size = bytes.readUInt16LE(0x36);
  const count = bytes.readUInt16LE(0x38);
  const kinds = Array.from({ length: count }, (_, index) => bytes.readUInt32LE(first + index * size));
  const [dynamic, interpreter] = [2, 3];
  return {
    machine: bytes.readUInt16LE(0x12),
    isStatic: !kinds.includes(dynamic) && !kinds.includes(interpreter),
  };
}

// Go compiles its whole library for the other kind of machine once.
const patient = { timeout: 300_000 };

describe.skipIf(lacksFence())('the programs', patient, () => {
  test('are static, for both kinds of machines, and say which version they are', async () => {
    const { at, build } = place();
    for (const [arch, machine] of [
      ['amd64', 0x3e],
      ['arm64', 0xb7],
    ] as const) {
      const built = await build('--binaries', at(arch), '--arch', arch);
      expect(built).toMatchObject({ code: 0, stdout: '' });
      expect(readdirSync(at(arch)).toSorted()).toEqual(programs);
      for (const program of programs) {
        expect([program, elf(join(at(arch), program))]).toEqual([program, { machine, isStatic: true }]);
        expect((statSync(join(at(arch), program)).mode & 0o777).toString(8)).toBe('755');
      }
    }
    const here = process.arch === 'arm64' ? 'arm64' : 'amd64';
    for (const program of programs) {
      const { stdout } = await runDash(['-c', `"$0" --version`, join(at(here), program)], {});
      expect(stdout).toBe(`${program} 0.1.0\n`);
    }
  });

  test('are the same bytes from the same sources', async () => {
    const { at, build } = place();
    for (const folder of ['one', 'two']) await build('--binaries', at(folder));
    const [one, two] = ['one', 'two'].map((folder) => readFileSync(join(at(folder), 'start')));
    expect(one?.equals(two ?? Buffer.alloc(0))).toBe(true);
  });
});

describe.skipIf(lacksFence())('the image', patient, () => {
  test('is built by podman from a folder with the Containerfile and the programs, and nothing else', async () => {
    const { at, build, calls } = place('podman', 'docker');
    const { code } = await build('--arch', 'amd64');
    expect(code).toBe(0);
    expect(calls()).toEqual([
      expect.stringMatching(
        /^podman build --platform linux\/amd64 --tag localhost\/basement-tools:0\.1\.0 --file \S+\/Containerfile \S+$/,
      ),
    ]);
    expect(readdirSync(at('context')).toSorted()).toEqual(['Containerfile', 'bin']);
    expect(readdirSync(at('context/bin')).toSorted()).toEqual(programs);
    expect(elf(at('context/bin/fence'))).toEqual({ machine: 0x3e, isStatic: true });
    // Its own folder is gone.
    expect(readdirSync(at('.')).toSorted()).toEqual(['calls', 'context', 'docker', 'podman']);
  });

  test('is built on the base that is named, by docker where that is asked for, and saved as a whole', async () => {
    const { at, build, calls } = place('docker');
    const base = `docker.io/library/debian@sha256:${'a'.repeat(64)}`;
    const name = 'registry.home:5000/tools:1';
    writeFileSync(at('tools.tar'), 'an old one');
    const args = ['--arch', 'arm64', '--base', base, '--name', name, '--save', at('tools.tar')];
    const { code, stdout } = await build(...args);
    expect(code).toBe(0);
    expect(stdout).toContain('/var/lib/rancher/rke2/agent/images/');
    expect(calls()).toEqual([
      expect.stringMatching(
        `^docker build --platform linux/arm64 --tag ${name} --file .* --build-arg BASE=${base} `,
      ),
      `docker save --output ${at('tools.tar.new')} ${name}`,
    ]);
    expect(elf(at('context/bin/synced'))).toEqual({ machine: 0xb7, isStatic: true });
    expect(readFileSync(at('tools.tar'), 'utf8')).toBe('archive\n');
    expect(existsSync(at('tools.tar.new'))).toBe(false);
  });

  test('that cannot be built leaves the archive of before', async () => {
    const { at, build } = place('podman');
    writeFileSync(at('tools.tar'), 'an old one');
    writeFileSync(at('fails'), '');
    const { code, stderr } = await build('--save', at('tools.tar'));
    expect([code, stderr]).toEqual([1, 'build: podman has not built it: see above\n']);
    expect(readFileSync(at('tools.tar'), 'utf8')).toBe('an old one');
  });

  test.each([
    [['--arch', 'riscv64'], '--arch can be amd64 or arm64, and not riscv64'],
    [['--arch'], '--arch needs a word behind it'],
    [['--save', ''], '--save needs a word behind it'],
    [['--save', 'tools.tgz'], '--save must end with .tar'],
    [['--name', 'localhost/tools'], '--name must have a tag'],
    [['--name', 'registry.home:5000/tools'], '--name must have a tag'],
    [['--name', 'localhost/tools:latest'], '--name must have a tag that stays what it is'],
    [['--name', 'localhost/tools:1 --privileged'], '--name must be like'],
    [['--name', 'Tools:1'], '--name must be like'],
    [['--base', '--privileged'], '--base must be the name of an image'],
    [['--with', 'kaniko'], '--with can be podman or docker'],
    [['--binaries', 'x', '--save', 'y.tar'], '--binaries makes no image'],
    [['--push'], 'there is no --push'],
    [['amd64'], 'there is no amd64'],
  ])('is not built with %j', async (args, why) => {
    const { build, calls } = place('podman');
    const { code, stdout, stderr } = await build(...args);
    expect({ code, stdout, stderr, calls: calls() }).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(`build: ${why}`),
      calls: [],
    });
  });

  test('has everything that the scripts of the charts use, and says so itself while it is built', () => {
    const lines = readFileSync(join(image, 'Containerfile'), 'utf8');
    const packages = /--no-install-recommends ([^\\]+)/.exec(lines)?.[1]?.trim().split(' ') ?? [];
    expect(packages).toEqual(
      expect.arrayContaining([
        'ca-certificates',
        'coreutils',
        'curl',
        'findutils',
        'jq',
        'lz4',
        'mawk',
        'tar',
      ]),
    );
    const checked = /for each in ([a-z0-9 ]+); do command -v/.exec(lines)?.[1]?.split(' ') ?? [];
    expect(checked).toEqual(
      expect.arrayContaining([
        'awk',
        'curl',
        'df',
        'find',
        'jq',
        'lz4',
        'md5sum',
        'mkfifo',
        'sha256sum',
        'tar',
      ]),
    );
    for (const program of programs) expect(lines).toContain(`${program} --version`);
    expect(lines).toMatch(/^USER 10001:10001$/m);
    // A tag with a date stays what it is, and whoever wants a digest gives it as BASE.
    expect(lines).toMatch(/^ARG BASE=docker\.io\/library\/debian:bookworm-\d{8}-slim$/m);
  });
});
