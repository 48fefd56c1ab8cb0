// Writes the table of variables into the README of each role, from what the role demands of them and its defaults.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const folder = 'basement/ansible/roles';
const top = join(import.meta.dirname, '../..');
const heading = '## Variables\n';
const longest = 70;

type Option = {
  readonly description: string | readonly string[];
  readonly type: string;
  readonly required: boolean;
  readonly default?: unknown;
  readonly choices?: readonly unknown[] | undefined;
  readonly options?: Readonly<Record<string, Option>> | undefined;
};

const option: z.ZodType<Option> = z.object({
  description: z.union([z.string(), z.array(z.string())]),
  type: z.string().default('str'),
  required: z.boolean().default(false),
  default: z.unknown().optional(),
  choices: z.array(z.unknown()).optional(),
  get options() {
    return z.record(z.string(), option).optional();
  },
});
const specifications = z.object({
  argument_specs: z.record(
    z.string(),
    z.object({
      options: z
        .record(z.string(), option)
        .nullish()
        .transform((found) => found ?? {}),
    }),
  ),
});
const values = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((found) => found ?? {});

export type Role = {
  readonly name: string;
  readonly readme: string | null;
  readonly options: Readonly<Record<string, Option>>;
  readonly defaults: Readonly<Record<string, unknown>>;
};

const readYaml = (path: string): unknown =>
  existsSync(path) ? parse(readFileSync(path, 'utf8'), { merge: true }) : null;

/** What each role says of itself. */
export function readRoles(): readonly Role[] {
  return readdirSync(join(top, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const at = (path: string): string => join(top, folder, name, path);
      const found = readYaml(at('meta/argument_specs.yml'));
      const entries = found === null ? {} : specifications.parse(found).argument_specs;
      return {
        name,
        readme: existsSync(at('README.md')) ? readFileSync(at('README.md'), 'utf8') : null,
        options: Object.assign({}, ...Object.values(entries).map(({ options }) => options)),
        defaults: values.parse(readYaml(at('defaults/main.yml'))),
      };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

/** JSON with a space after each comma and colon that is not within a string. */
const spaced = (json: string): string =>
  json.replaceAll(
    /("(?:[^"\\]|\\.)*")|([,:])/g,
    (_, text: string | undefined, mark: string | undefined) => text ?? `${mark ?? ''} `,
  );

function shown(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : spaced(JSON.stringify(value));
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (line === '') return '`""`';
  return line.length > longest ? '[see there](defaults/main.yml)' : code(line);
}

function meaning({ description, choices }: Option): string {
  const text = [description].flat().join(' ').trim().replaceAll(/\s+/g, ' ').replaceAll('|', '\\|');
  return choices === undefined
    ? text
    : `${text} One of ${choices.map((each) => code(String(each))).join(', ')}.`;
}

function rows(
  options: Readonly<Record<string, Option>>,
  defaultOf: (name: string) => unknown,
  prefix = '',
): string[] {
  return Object.entries(options).flatMap(([name, found]) => {
    const preset = found.required ? 'required' : shown(defaultOf(name));
    const own = `| ${code(`${prefix}${name}`)} | ${preset} | ${meaning(found)} |`;
    const within = found.type === 'list' ? `${prefix}${name}[].` : `${prefix}${name}.`;
    return [own, ...rows(found.options ?? {}, () => undefined, within)];
  });
}

/** The README with its section of variables written anew. */
export function withTable({ readme, options, defaults }: Role): string | null {
  const begin = readme?.indexOf(heading) ?? -1;
  if (readme === null || begin < 0) return readme;
  const after = begin + heading.length;
  const next = readme.indexOf('\n## ', after);
  const table = rows(options, (name) => defaults[name]);
  const section =
    table.length === 0 ? 'None.' : ['| variable | default | meaning |', '|---|---|---|', ...table].join('\n');
  return `${readme.slice(0, after)}\n${section}\n${next < 0 ? '' : readme.slice(next)}`;
}

/** Each README of a role, as it should be. */
export const rolePages = (): readonly { readonly path: string; readonly text: string }[] =>
  readRoles().flatMap((role) => {
    const text = withTable(role);
    return text === null ? [] : [{ path: `${folder}/${role.name}/README.md`, text }];
  });
