// Writes what is generated of the charts and is not fresh: `npm run docs:charts`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { stalePages } from './pages.ts';

for (const { path, text } of await stalePages()) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  process.stdout.write(`wrote ${relative(process.cwd(), path)}\n`);
}
