// Secrets by reference: configuration names where a secret is, and it is read when it is used.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { WatchdogError } from './error.ts';

const advice = 'write a secret as {env: NAME} or {file: PATH}, never as plain text';

const byEnvironment = z.strictObject({
  env: z
    .string()
    .regex(/^[A-Z_][A-Z0-9_]*$/, 'must be the name of an environment variable, such as PAGER_TOKEN')
    .describe('Name of the environment variable that holds the secret.'),
});
const byFile = z.strictObject({
  file: z
    .string()
    .min(1)
    .describe('Path of the file that holds the secret; one line break at its end is ignored.'),
});

/** Where a secret is. Plain text is refused with a sentence that does not repeat it. */
export const secretReference = z
  .union([byEnvironment, byFile], { error: advice })
  .describe('A secret by reference: {env: NAME} or {file: PATH}.');
export type SecretReference = z.infer<typeof secretReference>;

/** Reads a secret now. Throws ERR_SECRET that names where it should be, never what it is. */
export type SecretReader = (reference: SecretReference) => string;

/** A reader over the given environment and the file system. An empty secret counts as missing. */
export function secretReader(environment: Readonly<Record<string, string | undefined>>): SecretReader {
  return (reference) => {
    const place = 'env' in reference ? `environment variable ${reference.env}` : `file ${reference.file}`;
    const value = 'env' in reference ? environment[reference.env] : readSecretFile(reference.file);
    const secret = value?.replace(/\r?\n$/, '');
    if (secret === undefined || secret === '') {
      throw new WatchdogError('ERR_SECRET', `the secret in ${place} is missing or empty`, {
        meta: { place },
      });
    }
    return secret;
  };
}

function readSecretFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
