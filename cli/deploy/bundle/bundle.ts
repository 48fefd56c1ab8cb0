// The source bundle that the platform builds: what runs in the cloud and nothing else, the same bytes on every machine.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cutPackages } from './packages.ts';
import { makeProgram, type Program } from './program.ts';
import { zipOf } from './zip.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

export type Bundle = Pick<Program, 'packages' | 'modulesOf'> & {
  readonly zip: Uint8Array;
  readonly sha256: string;
  readonly files: ReadonlyMap<string, string>;
};

// The platform's build runs `npm ci` with nothing that would keep it from running the scripts of packages.
const settings = 'ignore-scripts=true\nfund=false\naudit=false\n';

/** `root` is the folder of this repository, with a slash at its end. */
export async function makeBundle(root = repository): Promise<Bundle> {
  const { files: program, main, packages, modulesOf } = await makeProgram(root);
  const read = (name: string): string => readFileSync(join(root, name), 'utf8');
  const { manifest, lock } = cutPackages(
    { manifest: read('package.json'), lock: read('package-lock.json') },
    { names: packages, main },
  );
  const files = new Map([
    ...program,
    ['package.json', manifest],
    ['package-lock.json', lock],
    ['.npmrc', settings],
    ['LICENSE', read('LICENSE')],
  ]);
  const zip = zipOf(files);
  return { zip, sha256: createHash('sha256').update(zip).digest('hex'), files, packages, modulesOf };
}
