// Secrets that the platform gives a function all at once: one variable that holds a JSON object, name → text.
import { z } from 'zod';
import { WatchdogError } from './error.ts';

type Variables = Readonly<Record<string, string | undefined>>;

const variable = 'WATCHDOG_SECRETS';
const names = /^[A-Za-z_][A-Za-z0-9_]*$/;
const secrets = z.record(z.string(), z.string());

// What is wrong is said without a word of what stands there: the parser's own message would quote it.
function read(text: string): Variables {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unusable('is not JSON');
  }
  const parsed = secrets.safeParse(value);
  if (!parsed.success) throw unusable('is no JSON object whose values are all text');
  if (!Object.keys(parsed.data).every((name) => names.test(name))) {
    throw unusable('has a name in it that no environment variable can have');
  }
  return parsed.data;
}

function unusable(what: string): WatchdogError {
  return new WatchdogError('ERR_SECRET', `the secret in environment variable ${variable} ${what}`, {
    meta: { place: variable },
  });
}

/**
 * Takes `WATCHDOG_SECRETS` out of the environment, where every child and every report of a crash would have it, and gives the
 * environment with each of its secrets as a variable of its own. What it gives throws ERR_SECRET when the variable is malformed.
 */
export function takeSecrets(environment: Record<string, string | undefined>): () => Variables {
  const text = environment[variable];
  delete environment[variable];
  const rest = { ...environment };
  return () => (text === undefined ? rest : { ...rest, ...read(text) });
}
