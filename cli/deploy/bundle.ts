// The source bundle that the platform builds: a zip of what runs in the cloud and nothing else, the same bytes on every machine.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';

const root = fileURLToPath(new URL('../..', import.meta.url));

export type Bundle = { readonly zip: Uint8Array; readonly sha256: string; readonly files: readonly string[] };

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0;

function sources(): [string, Uint8Array][] {
  return readdirSync(join(root, 'functions'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(root, path).replaceAll(sep, '/'), readFileSync(path)];
    });
}

export async function makeBundle(): Promise<Bundle> {
  const files = sources().toSorted(byName);
  // A zip has times of its own; local ones, so that this one means the same nowhere, but its bytes are the same everywhere.
  const zip = zipSync(Object.fromEntries(files), {
    level: 9,
    mtime: new Date(1980, 0, 1),
    os: 3,
    attrs: 0o100644 << 16,
  });
  return {
    zip,
    sha256: createHash('sha256').update(zip).digest('hex'),
    files: files.map(([name]) => name),
  };
}
