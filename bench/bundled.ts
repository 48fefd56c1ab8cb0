// The program whose start is measured: the sources as they are, or what is made of them for the cloud.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeProgram } from '../cli/deploy/bundle/program.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const entry = 'bench/process/deployed.ts';
const cache = join(root, 'node_modules/.cache');

/** `source` is the file to serve. */
export type Served = { readonly source: string; readonly remove: () => Promise<void> };

export const sourceWatch: Served = { source: entry, remove: () => Promise.resolve() };

/** Made as the bundle is, in a folder from which the packages of this repository are found. */
export async function bundledWatch(): Promise<Served> {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'bundle-'));
  const { files, main } = await makeProgram(root, entry);
  for (const [name, content] of files) {
    const path = join(folder, name);
    // eslint-disable-next-line no-await-in-loop -- a handful of files
    await mkdir(dirname(path), { recursive: true });
    // eslint-disable-next-line no-await-in-loop -- a handful of files
    await writeFile(path, content);
  }
  return { source: join(folder, main), remove: () => rm(folder, { recursive: true, force: true }) };
}
