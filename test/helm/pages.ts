// What is generated of the charts: their READMEs, by helm-docs from README.md.gotmpl and values.yaml of each, and docs/reference/charts.md.
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from '../support/tools.ts';
import { chartsPage } from './charts-page.ts';
import { applications } from './charts.ts';
import { ended } from './helm.ts';

export type Page = { readonly path: string; readonly text: string };

const read = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
};

/** What each README is to be; one of a library is written by hand. */
export async function readmes(): Promise<Page[]> {
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
      const text = readFileSync(join(copy, name, 'README.md'), 'utf8');
      return { path: join(folder, 'README.md'), text };
    });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** All pages that are not as they are to be. */
export async function stalePages(): Promise<Page[]> {
  const pages = [...(await readmes()), await chartsPage()];
  return pages.filter(({ path, text }) => read(path) !== text);
}
