// What Google's own descriptions of its APIs say of a call: whether there is such a method, and what a body has that it does not allow.
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const file = z.object({ methods: z.array(z.string()), schemas: z.record(z.string(), z.string()) });

export type Method = {
  readonly id: string;
  readonly query: readonly string[];
  /** Names of schemas; null when it takes no body. */
  readonly request: string | null;
  readonly response: string;
};

const read = file.parse(
  JSON.parse(readFileSync(new URL('../fixtures/google/methods.json', import.meta.url), 'utf8')),
);

const methods = read.methods.map((line) => {
  const [id = '', verb = '', path = '', request = '-', response = '', query = '-'] = line.split(' ');
  const pattern = path.replaceAll(/\{\w+\}/g, '([^/]+)').replaceAll('.', '\\.');
  const method: Method = {
    id,
    query: query === '-' ? [] : query.split(','),
    request: request === '-' ? null : request,
    response,
  };
  return {
    verb,
    pattern: new RegExp(`^${pattern}$`),
    literals: path.replaceAll(/\{\w+\}/g, '').length,
    method,
  };
});

/** The method of a path below the pretended hosts, e.g. `/iam.googleapis.com/v1/roles/viewer`. */
export function methodOf(verb: string, path: string): Method | null {
  const found = methods
    .filter((each) => each.verb === verb && each.pattern.test(path))
    .toSorted((a, b) => b.literals - a.literals)[0];
  return found?.method ?? null;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function walk(value: unknown, type: string, at: string): string[] {
  if (type === 'any' || value === undefined) return [];
  if (type.startsWith('@')) return walkFields(value, type.slice(1), at);
  if (type.startsWith('[')) {
    return Array.isArray(value)
      ? value.flatMap((item, index) => walk(item, type.slice(1, -1), `${at}[${index}]`))
      : [`${at}: is no array`];
  }
  if (type.startsWith('{')) {
    return isRecord(value)
      ? Object.entries(value).flatMap(([name, item]) => walk(item, type.slice(1, -1), `${at}.${name}`))
      : [`${at}: is no map`];
  }
  if (type === 'integer' || type === 'number')
    return typeof value === 'number' ? [] : [`${at}: is no number`];
  if (type === 'string' || type === 'boolean') return typeof value === type ? [] : [`${at}: is no ${type}`];
  return type.split('|').some((word) => word === value) ? [] : [`${at}: is none of ${type}`];
}

function walkFields(value: unknown, name: string, at: string): string[] {
  const line = read.schemas[name];
  if (line === undefined) return [];
  if (!isRecord(value)) return [`${at}: is no object`];
  const fields = new Map(
    line.split(' ').flatMap((field) => {
      const [key = '', ...type] = field.split(':');
      return key === '' ? [] : [[key, type.join(':')] as const];
    }),
  );
  return Object.entries(value).flatMap(([key, inner]) => {
    const type = fields.get(key);
    return type === undefined ? [`${at}.${key}: there is no such field`] : walk(inner, type, `${at}.${key}`);
  });
}

/** What a body has that this schema does not allow. */
export const misfits = (value: unknown, schema: string): string[] => walkFields(value, schema, schema);
