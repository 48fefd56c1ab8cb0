// Reads what a chain client answered, strictly: a value of the expected shape, or a few words about where it is not.
import type { z } from 'zod';

export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly detail: string };

function place(error: z.ZodError): string {
  const [issue] = error.issues;
  const path = (issue?.path ?? []).map(String).join('.').slice(0, 80);
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
