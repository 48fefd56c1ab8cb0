// Releases of what stands in for rke2, as somebody without a way out keeps them: one that the basement is made with, and the one after it.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const releases = { first: 'v1.36.3+rke2r1', next: 'v1.36.4+rke2r1' } as const;

const build = fileURLToPath(new URL('../stub-rke2/build', import.meta.url));

/** Makes a folder for each release in this one. */
export async function buildReleases(folder: string): Promise<void> {
  await promisify(execFile)('sh', [build, folder, ...Object.values(releases)]);
}
