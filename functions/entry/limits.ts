// Limits of a function come from its own configuration, never from the store.
import { WatchdogError } from '../kit/error.ts';

/** A whole number above 0 from the environment, or the default when it is not set; ERR_CONFIG when it is anything else. */
export function readLimit(
  variables: Readonly<Record<string, string | undefined>>,
  name: string,
  otherwise: number,
): number {
  const text = variables[name];
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new WatchdogError('ERR_CONFIG', `${name} must be a whole number above 0`);
}

/** How much one tick does at once, and how long it may take. */
export const watchLimits = (
  variables: Readonly<Record<string, string | undefined>>,
): { concurrency: number; deadlineMs: number } => ({
  concurrency: readLimit(variables, 'WATCHDOG_CONCURRENCY', 1000),
  deadlineMs: readLimit(variables, 'WATCHDOG_DEADLINE_MS', 25_000),
});
