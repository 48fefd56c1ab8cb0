// Writes the configuration's JSON Schema for editors, and its reference page for people.
import { z } from 'zod';
import { fileSchema } from '../../functions/config/schema.ts';

type Schema = z.core.JSONSchema.BaseSchema;
type Field = { readonly name: string; readonly schema: Schema; readonly isRequired: boolean };
/** A table of fields with its heading. */
type Section = { readonly title: string; readonly text: string; readonly fields: readonly Field[] };

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

function jsonSchema(): Schema {
  return { title: 'basement-watchdog', ...z.toJSONSchema(fileSchema, { io: 'input' }) };
}

/** What editors complete and check a configuration by. */
export function configSchemaFile(): { readonly path: string; readonly text: string } {
  return { path: 'docs/reference/config.schema.json', text: `${JSON.stringify(jsonSchema(), null, 2)}\n` };
}

/** The schema that a `$ref` leads to, with the words of the place that refers to it. */
function resolve(schema: Schema, root: Schema): Schema {
  const name = schema.$ref?.replace('#/$defs/', '');
  const found = name === undefined ? undefined : root.$defs?.[name];
  return isSchema(found) ? { ...found, ...schema } : schema;
}

/** A mapping of one field is told together with that field. */
function fieldsOf(schema: Schema): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]): Field[] => {
    if (!isSchema(field)) return [];
    const isRequired = schema.required?.includes(name) ?? false;
    const [only, ...more] = fieldsOf(field);
    if (only === undefined || more.length > 0) return [{ name, schema: field, isRequired }];
    const description = [field.description, only.schema.description].filter((text) => text !== undefined);
    return [
      {
        name: `${name}.${only.name}`,
        schema: { ...only.schema, description: description.join(' ') },
        isRequired: isRequired && only.isRequired,
      },
    ];
  });
}

const alternatives = (schema: Schema): Schema[] => [...(schema.oneOf ?? schema.anyOf ?? [])].filter(isSchema);
const isSecret = (schema: Schema): boolean => {
  const ways = alternatives(schema).flatMap((way) => Object.keys(way.properties ?? {}));
  return ways.length === 2 && ways.includes('env') && ways.includes('file');
};

const listed = (values: readonly unknown[]): string =>
  values.map((value) => `\`${String(value)}\``).join(', ');

/** The type in a few words. */
function typeOf(given: Schema, root: Schema): string {
  const schema = resolve(given, root);
  if (schema.$ref === '#/$defs/Id') return 'id';
  if (schema.enum !== undefined) return listed(schema.enum);
  if (schema.const !== undefined) return listed([schema.const]);
  if (isSecret(schema)) return 'secret reference';
  if (schema.oneOf !== undefined) return 'mapping';
  if (schema.anyOf !== undefined) {
    return [...new Set(alternatives(schema).map((way) => typeOf(way, root)))].join(' or ');
  }
  if (schema.type === 'array') {
    const { items } = schema;
    const inner = isSchema(items) && !Array.isArray(items) ? typeOf(items, root) : 'anything';
    return `list of ${inner}`;
  }
  if (schema.type === 'object') return 'mapping';
  const range: unknown = schema['x-range'];
  if (typeof range === 'string') return `duration ${range}`;
  const types = [schema.type ?? 'anything'].flat().map((type) => (type === 'string' ? 'text' : type));
  return `${types.join(' or ')}${rangeOf(schema)}`;
}

function rangeOf({ type, minimum, maximum }: Schema): string {
  const isNumber = type === 'integer' || type === 'number';
  return isNumber && minimum !== undefined && maximum !== undefined ? ` ${minimum}–${maximum}` : '';
}

function defaultOf({ schema, isRequired }: Field): string {
  if (isRequired) return 'required';
  const value: unknown = schema.default;
  if (value === undefined || JSON.stringify(value) === '{}' || JSON.stringify(value) === '[]') return '';
  return `\`${JSON.stringify(value)}\``;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function table(fields: readonly Field[], root: Schema): string {
  const rows = fields.map((field) => {
    const words = resolve(field.schema, root).description ?? '';
    return `| \`${field.name}\` | ${cell(typeOf(field.schema, root))} | ${cell(defaultOf(field))} | ${cell(words)} |`;
  });
  return ['| field | type | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** Sections of a schema and of everything inside it, outermost first. */
function sectionsOf(given: Schema, title: string, root: Schema): Section[] {
  const schema = resolve(given, root);
  const { items, additionalProperties: values } = schema;
  const text = schema.description ?? '';
  if (isSecret(schema)) return [];
  if (isSchema(items) && !Array.isArray(items)) return sectionsOf(items, `${title}[]`, root);
  if (schema.oneOf !== undefined) return kindsOf(schema, title, root);
  if (schema.properties !== undefined) {
    const fields = fieldsOf(schema);
    const inner = fields.flatMap((field) => sectionsOf(field.schema, inside(title, field.name), root));
    return [{ title, text, fields }, ...inner];
  }
  const ways = alternatives(schema).flatMap((way) => sectionsOf(way, title, root));
  return isSchema(values) ? [...ways, ...sectionsOf(values, `${title}.NAME`, root)] : ways;
}

const inside = (title: string, name: string): string => (title === 'The file' ? name : `${title}.${name}`);

/** A union told apart by one field: what all kinds share, then what each adds. */
function kindsOf(schema: Schema, title: string, root: Schema): Section[] {
  const kinds = alternatives(schema).map(fieldsOf);
  const [first = []] = kinds;
  const isShared = ({ name, schema: own }: Field): boolean =>
    kinds.every((kind) =>
      kind.some((each) => each.name === name && JSON.stringify(each.schema) === JSON.stringify(own)),
    );
  const shared = first.filter(isShared);
  const isTold = (tag: Field): boolean =>
    kinds.every((kind) => kind.some(({ schema: own }) => own.description === tag.schema.description));
  const own = kinds.flatMap((kind): Section[] => {
    const tag = kind.find((field) => field.schema.const !== undefined);
    const fields = kind.filter((field) => field !== tag && !isShared(field));
    const name = `${title} with ${tag?.name ?? 'kind'}: ${String(tag?.schema.const ?? '')}`;
    const inner = fields.flatMap((field) => sectionsOf(field.schema, `${name}, ${field.name}`, root));
    return [
      { title: name, text: tag === undefined || isTold(tag) ? '' : (tag.schema.description ?? ''), fields },
      ...inner,
    ];
  });
  const inner = shared.flatMap((field) => sectionsOf(field.schema, inside(title, field.name), root));
  return [{ title, text: schema.description ?? '', fields: shared }, ...inner, ...own];
}

const head = `<!-- Written by docs/generate/config.ts; the words stand in the schemas under functions/config, functions/probes and functions/channels. -->

# Configuration

One YAML file. Check it with \`watchdog config check FILE\`, which tells of all problems at once. Editors complete and check it by
[config.schema.json](config.schema.json). Start from one of the [examples](../../examples).

- **id**: 1 to 20 of \`a-z\`, \`0-9\` and \`-\`, beginning with a letter. \`self\` is taken.
- **duration**: a whole number with one of \`ms\`, \`s\`, \`m\`, \`h\`, \`d\`, such as \`30s\`.
- **secret reference**: \`{env: NAME}\` or \`{file: PATH}\`, never the secret itself.
`;

/** The reference page: one table for each mapping; what was told already is only pointed to. */
export function configPage(): { readonly path: string; readonly text: string } {
  const root = jsonSchema();
  const told = new Map<string, string>();
  const parts = sectionsOf(root, 'The file', root).flatMap(({ title, text, fields }) => {
    const body = fields.length === 0 ? '' : table(fields, root);
    const earlier = told.get(body);
    // What lies inside of something told already needs no pointer of its own.
    if (earlier !== undefined && title.includes(', ')) return [];
    if (fields.length > 0 && earlier === undefined) told.set(body, title);
    const shown = earlier === undefined ? body : `The same fields as \`${earlier}\`.`;
    const heading = `## ${title === 'The file' ? title : `\`${title}\``}`;
    return [[heading, text, shown].filter((part) => part !== '').join('\n\n')];
  });
  return { path: 'docs/reference/config.md', text: `${[head.trimEnd(), ...parts].join('\n\n')}\n` };
}
