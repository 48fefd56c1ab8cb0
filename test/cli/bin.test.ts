// `watchdog.js`: the command works whatever Node starts it and wherever it is called, or says in one sentence what to do.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { delimiter, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { listen } from '../support/server.ts';
import { findTool } from '../support/tools.ts';
import { folder, repository, watchdog } from './command.ts';

const bin = join(repository, 'watchdog.js');
const temporary = folder();
afterAll(temporary.remove);

/** A Node older than 24: the machine's own, which is the first on PATH that is not in a node_modules, or the one of `.ci/tools/install`. */
function olderNode(): string | null {
  const folders = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((path) => !path.includes('node_modules'));
  const installed = findTool('node')?.path ?? [];
  const candidates = folders
    .map((folder) => join(folder, 'node'))
    .concat(installed)
    .filter((path) => existsSync(path));
  const isOlder = (path: string): boolean =>
    Number.parseInt(execFileSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' }), 10) < 24;
  return candidates.find(isOlder) ?? null;
}

const older = olderNode();
const isOlder = older !== null;
const why = 'there is no Node older than 24 on this machine: run .ci/tools/install, or put one on PATH';
// Where the tools are required a missing one is a failure: then nothing is skipped, and the tests say what is not there.
const mayRun = isOlder || process.env['REQUIRE_TOOLS'] === '1';

test('is at most 20 lines of plain JavaScript', () => {
  expect(readFileSync(bin, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(20);
});

const nodes: readonly (readonly [name: string, path: string, isThere: boolean])[] = [
  ['an older Node', older ?? '', mayRun],
  ['Node 24', process.execPath, true],
];

describe.each(nodes)('started by %s', (_name, node, isThere) => {
  beforeEach(({ skip }) => {
    skip(!isThere, why);
  });

  test('works from a subfolder', async () => {
    const ended = await watchdog(['--version'], {
      program: [node, '../watchdog.js'],
      cwd: join(repository, 'docs'),
    });
    expect(ended).toEqual({ code: 0, out: '0.1.0\n', err: '' });
  });

  test('works through a link, as in node_modules/.bin', async () => {
    const link = join(temporary.path, `link-${isOlder && node === older ? 'older' : 'new'}`);
    symlinkSync(bin, link);
    const ended = await watchdog(['--version'], { program: [node, link], cwd: temporary.path });
    expect(ended).toEqual({ code: 0, out: '0.1.0\n', err: '' });
  });

  test('passes arguments as they are, and the exit code', async () => {
    const ended = await watchdog(['config', 'check', 'no such "file".yaml'], { program: [node, bin] });
    expect(ended.err).toContain('no such "file".yaml: does not exist');
    expect(ended.code).toBe(2);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('hands %s on and leaves nobody behind', async (signal) => {
    const server = await listen(createServer());
    try {
      const child = spawn(node, [bin, 'status', '--url', `http://${server.address}/`], { stdio: 'ignore' });
      const ended = once(child, 'close');
      await expect.poll(() => server.open(), { timeout: 60_000 }).toBe(1);
      child.kill(signal);
      expect(await ended).toEqual([signal === 'SIGTERM' ? 143 : 130, null]);
      await expect.poll(() => server.open(), { timeout: 60_000 }).toBe(0);
    } finally {
      await server.close();
    }
  });
});

describe('without its packages', () => {
  function copy(name: string, ...packages: readonly string[]): string {
    const path = join(temporary.path, name);
    mkdirSync(path);
    copyFileSync(bin, join(path, 'watchdog.js'));
    writeFileSync(join(path, 'package.json'), '{"type":"module"}');
    for (const each of packages) mkdirSync(join(path, 'node_modules', each), { recursive: true });
    return path;
  }

  test('says in one sentence what to do', async () => {
    const path = copy('bare');
    const { code, out, err } = await watchdog(['--version'], {
      program: [process.execPath, join(path, 'watchdog.js')],
    });
    expect(err).toMatch(
      /^watchdog needs its packages and Node 24 \(this is v\d+\.\d+\.\d+\): run `npm ci` in .*bare\/\n$/,
    );
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  test('the same when an older Node finds everything but Node 24', async ({ skip }) => {
    skip(!mayRun, why);
    const path = copy('no-node', 'commander');
    const { code, out, err } = await watchdog(['--version'], {
      program: [older ?? '', 'watchdog.js'],
      cwd: path,
    });
    expect(err).toBe(
      `watchdog needs its packages and Node 24 (this is v${err.split(' v')[1]?.split(')')[0]}): run \`npm ci\` in ${path}/\n`,
    );
    expect(err).toMatch(/this is v2[0-3]\./);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });
});
