// Which types of the google provider the files of Terraform use.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const terraformFolder = fileURLToPath(new URL('../../../terraform', import.meta.url));
export const schemaFile = fileURLToPath(new URL('schema.json', import.meta.url));

export type TypesInUse = { readonly resources: readonly string[]; readonly data: readonly string[] };

const named = (text: string, kind: 'resource' | 'data'): string[] =>
  [...text.matchAll(new RegExp(`^${kind}\\s+"(google_\\w+)"`, 'gm'))].flatMap(([, type = '']) => [type]);

const sorted = (types: readonly string[]): string[] => [...new Set(types)].toSorted();

export function typesInUse(folder: string): TypesInUse {
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.tf') && !path.split('/').includes('.terraform'))
    .map((path) => readFileSync(join(folder, path), 'utf8'));
  return {
    resources: sorted(texts.flatMap((text) => named(text, 'resource'))),
    data: sorted(texts.flatMap((text) => named(text, 'data'))),
  };
}
