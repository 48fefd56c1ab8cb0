// Secrets by reference: a configuration names where a secret is, never what it is.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { codeOf, WatchdogError } from './error.ts';

/** A secret by reference: the name of an environment variable, or the path of a file. */
export type SecretReference = { readonly env: string } | { readonly file: string };

/** Reads a secret when it is used; the value is kept nowhere. Throws ERR_SECRET. */
export type SecretReader = (reference: SecretReference) => string;

/** The schema of a `SecretReference`; its one message says how to write it. */
export const secretReference = z
  .union(
    [
      z.strictObject({
        env: z
          .string()
          .regex(
            /^[A-Za-z_][A-Za-z0-9_]*$/,
            'must be the name of an environment variable, such as PAGER_TOKEN',
          )
          .describe('Name of the environment variable that holds the secret.'),
      }),
      z.strictObject({
        file: z
          .string()
          .min(1, 'must be the path of a file')
          .describe('Path of the file that holds the secret; one newline at its end is dropped.'),
      }),
    ],
    {
      error: ({ input }) =>
        input === undefined
          ? 'is missing; write a secret as {env: NAME} or {file: PATH}'
          : 'write a secret as {env: NAME} or {file: PATH}, never as plain text',
    },
  )
  .describe('A secret by reference: {env: NAME} or {file: PATH}.');

/** The variable or file that a reference names, for messages. */
export function describeReference(reference: SecretReference): string {
  return 'env' in reference ? `environment variable ${reference.env}` : `file ${reference.file}`;
}

/** A reader over the given environment and the file system. */
export function secretReader(env: Readonly<Record<string, string | undefined>>): SecretReader {
  return (reference) => readSecret(reference, env);
}

/**
 * The secret's value without one line break at its end. Throws ERR_SECRET, which names the variable or file and never the value,
 * when it is missing, unreadable or empty.
 */
export function readSecret(
  reference: SecretReference,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const value = 'env' in reference ? env[reference.env] : readFile(reference);
  const secret = value?.replace(/\r?\n$/, '');
  if (secret === undefined || secret === '') throw unusable(reference, 'is missing or empty');
  return secret;
}

function readFile(reference: { readonly file: string }): string | undefined {
  try {
    return readFileSync(reference.file, 'utf8');
  } catch (error) {
    const code = codeOf(error) || 'unknown';
    if (code === 'ENOENT') return undefined;
    throw unusable(reference, `cannot be read (${code})`);
  }
}

function unusable(reference: SecretReference, what: string): WatchdogError {
  const place = describeReference(reference);
  return new WatchdogError('ERR_SECRET', `the secret in ${place} ${what}`, { meta: { place } });
}
