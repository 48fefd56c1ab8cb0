// Writes schema.json: of the google provider's whole schema what the files of Terraform use. `npx node test/terraform/provider/trim.ts FULL.json`,
// where FULL.json is what `terraform providers schema -json` prints in a folder that was initialised with the real provider.
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { schemaFile, terraformFolder, typesInUse } from './types-in-use.ts';

const types = z.record(z.string(), z.unknown());
const whole = z.object({
  format_version: z.string(),
  provider_schemas: z.record(
    z.string(),
    z.object({
      provider: z.object({
        version: z.number(),
        block: z.object({ attributes: z.record(z.string(), z.unknown()), block_types: types.optional() }),
      }),
      resource_schemas: types,
      data_source_schemas: types,
    }),
  ),
});

/** Without what people read, which is most of it. */
function stripped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      // A description in a schema is a string; an attribute that is called so is an object.
      .filter(([key, inner]) => !(key.startsWith('description') && typeof inner === 'string'))
      .filter(([key, inner]) => !(key === 'deprecation_message' && typeof inner === 'string'))
      .map(([key, inner]) => [key, stripped(inner)]),
  );
}

function picked(
  all: Readonly<Record<string, unknown>>,
  names: readonly string[],
  kind: string,
): Record<string, unknown> {
  const unknown = names.filter((name) => !Object.hasOwn(all, name));
  if (unknown.length > 0) {
    throw new Error(
      `the given schema has no ${kind} ${unknown.join(', ')}: misspelt, or of another release?`,
    );
  }
  return Object.fromEntries(names.map((name) => [name, stripped(all[name])]));
}

/** One type a line, so that a difference can be read. */
const lines = (entries: Readonly<Record<string, unknown>>): string =>
  Object.entries(entries)
    .map(([name, schema]) => `        ${JSON.stringify(name)}: ${JSON.stringify(schema)}`)
    .join(',\n');

function trim(file: string): void {
  const { format_version: format, provider_schemas: schemas } = whole.parse(
    JSON.parse(readFileSync(file, 'utf8')),
  );
  const google = Object.entries(schemas).find(([source]) => source.endsWith('hashicorp/google'))?.[1];
  if (google === undefined) throw new Error(`${file} has no hashicorp/google among its provider_schemas`);
  const used = typesInUse(terraformFolder);
  const attributes = Object.entries(google.provider.block.attributes).filter(
    ([name]) => !name.endsWith('_custom_endpoint'),
  );
  const provider = {
    ...google.provider,
    block: { ...google.provider.block, attributes: Object.fromEntries(attributes) },
  };
  const text = `{
  "format_version": ${JSON.stringify(format)},
  "provider_schemas": {
    "hashicorp/google": {
      "provider": ${JSON.stringify(stripped(provider))},
      "resource_schemas": {
${lines(picked(google.resource_schemas, used.resources, 'resource'))}
      },
      "data_source_schemas": {
${lines(picked(google.data_source_schemas, used.data, 'data source'))}
      }
    }
  }
}
`;
  writeFileSync(schemaFile, text);
  process.stdout.write(
    `${used.resources.length} resources and ${used.data.length} data sources in ${schemaFile}\n`,
  );
}

const [file] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('name the whole schema: npx node test/terraform/provider/trim.ts FULL.json\n');
  process.exitCode = 2;
} else {
  trim(file);
}
