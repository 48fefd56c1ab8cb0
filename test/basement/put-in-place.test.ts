// When a release of rke2 is taken for good: the script that puts it in place, up to its first change of the machine.
import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const script = fileURLToPath(
  new URL('../../basement/ansible/roles/rke2/files/put-in-place', import.meta.url),
);
const archive = 'rke2.linux-amd64.tar.gz';
const sums = 'sha256sum-amd64.txt';
const right = createHash('sha256').update('a release').digest('hex');
const wrong = createHash('sha256').update('another').digest('hex');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'put-in-place-'));
  mkdirSync(join(folder, 'bin'));
  // The first program that would change the machine.
  writeFileSync(join(folder, 'bin/mkdir'), '#!/bin/sh\necho taken\nexit 9\n');
  chmodSync(join(folder, 'bin/mkdir'), 0o755);
  writeFileSync(join(folder, archive), 'a release');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Release = { readonly from: string; readonly pinned?: string; readonly sums?: string };

const said = async ({ from, pinned = '', sums: text }: Release): Promise<string> => {
  if (text !== undefined) writeFileSync(join(folder, sums), text);
  const env = { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` };
  return new Promise((resolve) => {
    execFile('sh', [script, folder, archive, sums, pinned, from], { env }, (_error, stdout, stderr) =>
      resolve(`${stdout}${stderr}`.trim()),
    );
  });
};

describe('a release', () => {
  test.each<[string, Release]>([
    ['from a folder with its sums', { from: 'airgap', sums: `${right}  ${archive}\n` }],
    ['from a folder, with a digest of yours', { from: 'airgap', pinned: right }],
    ['that was compared when it was fetched', { from: 'online' }],
  ])('%s is taken', async (_, release) => {
    expect(await said(release)).toBe('taken');
  });

  test.each<[string, Release, string]>([
    ['from a folder with neither', { from: 'airgap' }, `nothing says what ${archive} has to be`],
    [
      'from a folder whose sums are of other files',
      { from: 'airgap', sums: `${wrong}  bin/mkdir\n` },
      'bin/mkdir: FAILED',
    ],
    [
      'from a folder whose sums do not name it',
      {
        from: 'airgap',
        sums: `${createHash('sha256').update('#!/bin/sh\necho taken\nexit 9\n').digest('hex')}  bin/mkdir\n`,
      },
      `put ${sums} of the same release beside it`,
    ],
    ['that is not what its sums say', { from: 'airgap', sums: `${wrong}  ${archive}\n` }, 'FAILED'],
    ['that is not what you say', { from: 'airgap', pinned: wrong }, 'FAILED'],
  ])('%s is refused', async (_, release, words) => {
    const refused = await said(release);
    expect(refused).toContain(words);
    expect(refused).not.toContain('taken');
  });
});
