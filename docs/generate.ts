// Writes the pages under docs/reference, and what Terraform reads of it, from the code, or says with --check which of them are stale.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { apiPage, overviewSchemaFile } from './generate/api.ts';
import { configPage, configSchemaFile } from './generate/config.ts';
import { costPage } from './generate/cost.ts';
import { deploymentFiles } from './generate/deployments.ts';
import { productFile } from './generate/product.ts';
import { rolePages } from './generate/roles.ts';
import { verdictsPage } from './generate/verdicts.ts';

/** Each gives the path of a file from the top of the repository, and its text. */
const generators = [
  apiPage,
  overviewSchemaFile,
  configPage,
  configSchemaFile,
  costPage,
  verdictsPage,
  productFile,
];

const top = join(import.meta.dirname, '..');

function read(path: string): string | null {
  try {
    return readFileSync(join(top, path), 'utf8');
  } catch {
    return null;
  }
}

const stale = [...generators.map((generate) => generate()), ...deploymentFiles(), ...rolePages()].filter(
  ({ path, text }) => read(path) !== text,
);

if (process.argv.includes('--check')) {
  for (const { path } of stale) console.error(`${path} is stale: run npm run docs`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const { path, text } of stale) {
    mkdirSync(dirname(join(top, path)), { recursive: true });
    writeFileSync(join(top, path), text);
    console.log(`wrote ${path}`);
  }
}
