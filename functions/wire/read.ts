// Reads what a chain client answered, strictly: a value of the expected shape, or a few words about where it is not.
import type { z } from 'zod';

export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly detail: string };

type Issue = z.core.$ZodIssue;

/** Where an issue is. Of the ways in which a union could have been met the one that came furthest is meant. */
function pathOf(issue: Issue | undefined): readonly PropertyKey[] {
  if (issue === undefined) return [];
  const within = issue.code === 'invalid_union' ? issue.errors.map(([first]) => pathOf(first)) : [];
  const furthest = within.reduce((best, path) => (path.length >= best.length ? path : best), []);
  return [...issue.path, ...furthest];
}

function place(error: z.ZodError): string {
  const path = pathOf(error.issues[0]).map(String).join('.').slice(0, 80);
  return path === '' ? 'the answer' : path;
}

/** `detail` names a field and never repeats what stood there. */
export function readValue<Value>(schema: z.ZodType<Value>, value: unknown): Read<Value> {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, detail: `${place(result.error)} is not as the API defines it` };
}

/** `readValue` of a JSON text. */
export function readJson<Value>(schema: z.ZodType<Value>, text: string): Read<Value> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, detail: text === '' ? 'the answer is empty' : 'the answer is not JSON' };
  }
  return readValue(schema, value);
}
