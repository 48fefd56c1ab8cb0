// The policy modules of SELinux that roles bring along: they compile. Whether they are enforced can be seen only on a machine that enforces.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { lacks, tool } from '../support/tools.ts';

const roles = fileURLToPath(new URL('../../basement/ansible/roles', import.meta.url));
const sources = readdirSync(roles, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.te'),
);
const work = mkdtempSync(join(tmpdir(), 'selinux-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const compile = async (source: string, to: string): Promise<string> =>
  new Promise((resolve) => {
    execFile(
      'sh',
      [join(roles, 'selinux/files/basement-selinux-module'), source],
      {
        env: {
          PATH: `${join(tool('checkpolicy').folder, 'bin')}:${process.env['PATH'] ?? ''}`,
          COMPILE_ONLY: to,
        },
      },
      (error, stdout, stderr) => resolve(error === null ? '' : `${stdout}${stderr}`),
    );
  });

describe.skipIf(lacks('checkpolicy'))('policy modules', () => {
  test('there are some', () => {
    expect(sources).toContain('keepalived/files/basement_keepalived.te');
  });

  test.each(sources)('%s compiles into a package, under the name of its file', async (path) => {
    const to = join(work, 'module.pp');
    expect(await compile(join(roles, path), to)).toBe('');
    expect(statSync(to).size).toBeGreaterThan(100);
    const name = path.split('/').at(-1)?.replace('.te', '');
    expect(readFileSync(join(roles, path), 'utf8')).toMatch(new RegExp(`^module ${name} `, 'm'));
  });

  test('one that opens what nothing names does not', async () => {
    const source = join(work, 'bad.te');
    writeFileSync(
      source,
      'module bad 1.0;\nrequire { type here_t; class file read; }\nallow here_t nobody_t:file read;\n',
    );
    expect(await compile(source, join(work, 'bad.pp'))).toContain('unknown type nobody_t');
  });
});
