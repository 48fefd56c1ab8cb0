// What runs in a basement or in the gate as a shell script is clean by shellcheck's rules.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { lacks, tool } from '../support/tools.ts';

const execute = promisify(execFile);
const root = new URL('../../', import.meta.url).pathname;
const places = ['basement', '.ci'];

function isScript(path: string): boolean {
  return /^#!.*\b(ba|da)?sh\b/.test(readFileSync(path, 'utf8').split('\n', 1)[0] ?? '');
}

const scripts = places.flatMap((place) =>
  readdirSync(join(root, place), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => path.endsWith('.sh') || isScript(path)),
);

describe.skipIf(lacks('shellcheck'))('shell scripts', () => {
  test('every one of the basement and of the gate passes shellcheck, hints included', async () => {
    expect(scripts.map((path) => path.slice(root.length))).toEqual(
      expect.arrayContaining(['.ci/tools/install', 'basement/ansible/roles/ups/files/notify-watchdog']),
    );
    await execute(tool('shellcheck').path, ['--severity=style', ...scripts]).catch((error: unknown) => {
      throw new Error(error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error));
    });
  });
});
