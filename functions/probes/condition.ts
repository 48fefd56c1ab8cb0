// What a text must hold: a piece of text, or a regular expression that cannot stop the watchdog.
import { createContext, Script } from 'node:vm';
import type { Context } from 'node:vm';
import { z } from 'zod';

const slashed = /^\/(.+)\/([imsu]*)$/s;
const patternMs = 200;

/** A condition on a text, as an operator writes it. */
export const condition = z
  .string()
  .min(1, 'must not be empty')
  .max(500, 'must have at most 500 characters')
  .superRefine((text, context) => {
    try {
      pattern(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'is not a valid regular expression between slashes' });
    }
  })
  .describe(
    'Text that must occur (case matters), or a regular expression between slashes, e.g. /^ok$/i (flags i, m, s, u).',
  );

function pattern(text: string): RegExp | null {
  const [, source, flags] = slashed.exec(text) ?? [];
  return source === undefined ? null : new RegExp(source, flags);
}

let realm: { readonly context: Context; readonly script: Script } | undefined;

/**
 * Whether `text` meets a condition. A regular expression that takes longer than 200 ms answers `too-slow`: the text comes from a
 * stranger, and one that makes a pattern backtrack for ever would silence all other probes.
 */
export function meets(text: string, wanted: string): boolean | 'too-slow' {
  const expression = pattern(wanted);
  if (expression === null) return text.includes(wanted);
  realm ??= { context: createContext({}), script: new Script('expression.test(text)') };
  Object.assign(realm.context, { expression, text });
  try {
    return Boolean(realm.script.runInContext(realm.context, { timeout: patternMs }));
  } catch {
    return 'too-slow';
  } finally {
    Object.assign(realm.context, { expression: undefined, text: undefined });
  }
}
