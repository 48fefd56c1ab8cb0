// The READMEs of the charts, by helm-docs from README.md.gotmpl and values.yaml of each: `node test/helm/readmes.ts --write` writes them.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { tool } from '../support/tools.ts';
import { applications } from './charts.ts';
import { ended } from './helm.ts';

export type Readme = { readonly path: string; readonly text: string; readonly isFresh: boolean };

const read = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
};

/** What each README is to be; one of a library is written by hand. */
export async function readmes(): Promise<Readme[]> {
  const copy = mkdtempSync(join(tmpdir(), 'watchdog-readmes-'));
  try {
    for (const { name, folder } of applications) {
      for (const file of ['Chart.yaml', 'values.yaml', 'README.md.gotmpl']) {
        cpSync(join(folder, file), join(copy, name, file));
      }
    }
    const { code, stderr } = await ended(tool('helm-docs').path, [`--chart-search-root=${copy}`]);
    if (code !== 0) throw new Error(stderr);
    return applications.map(({ name, folder }) => {
      const path = join(folder, 'README.md');
      const text = readFileSync(join(copy, name, 'README.md'), 'utf8');
      return { path, text, isFresh: read(path) === text };
    });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename && process.argv.includes('--write')) {
  for (const { path, text, isFresh } of await readmes()) {
    if (isFresh) continue;
    writeFileSync(path, text);
    process.stdout.write(`wrote ${relative(process.cwd(), path)}\n`);
  }
}
