// The written reference is what the code says, and says something of every field.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { configPage, configSchemaFile } from '../../docs/generate/config.ts';
import { fileSchema } from '../../functions/config/schema.ts';

type Schema = z.core.JSONSchema.BaseSchema;
const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

/** Names of all fields anywhere in it, and of those that nothing is said of. */
function fields(schema: Schema, root: Schema): { readonly all: string[]; readonly silent: string[] } {
  const all: string[] = [];
  const silent: string[] = [];
  const walk = (value: unknown): void => {
    if (!isSchema(value)) return;
    for (const [name, field] of Object.entries(value.properties ?? {})) {
      all.push(name);
      const referred = isSchema(field) ? root.$defs?.[field.$ref?.replace('#/$defs/', '') ?? ''] : undefined;
      const isDescribed = isSchema(field) && (field.description ?? referred?.description) !== undefined;
      if (!isDescribed) silent.push(name);
      walk(field);
    }
    for (const inner of [value.items, value.additionalProperties, value.oneOf, value.anyOf].flat())
      walk(inner);
  };
  walk(schema);
  for (const definition of Object.values(root.$defs ?? {})) walk(definition);
  return { all, silent };
}

describe('the reference', () => {
  test.each([configPage(), configSchemaFile()])('$path is fresh', ({ path, text }) => {
    expect(readFileSync(join(import.meta.dirname, '../..', path), 'utf8')).toBe(text);
  });

  test('every field is described', () => {
    const root = z.toJSONSchema(fileSchema, { io: 'input' });
    const { all, silent } = fields(root, root);
    expect(all.length).toBeGreaterThan(60);
    expect(silent).toEqual([]);
  });

  test('the page names every field', () => {
    const root = z.toJSONSchema(fileSchema, { io: 'input' });
    const { text } = configPage();
    const missing = fields(root, root).all.filter(
      (name) => !new RegExp(`[\`.]${name}[\`.]|${name}: `).test(text),
    );
    expect(missing).toEqual([]);
  });
});
