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

/** How long one run may take, how long nobody else may act, and from when on a machine is told of. */
export const provisionLimits = (
  variables: Readonly<Record<string, string | undefined>>,
): { budgetMs: number; leaseMs: number; oldAfterMs: number } => ({
  budgetMs: readLimit(variables, 'PROVISION_BUDGET_MS', 50_000),
  leaseMs: readLimit(variables, 'PROVISION_LEASE_MS', 70_000),
  oldAfterMs: readLimit(variables, 'PROVISION_OLD_AFTER_HOURS', 72) * 3_600_000,
});

/** How often a view in a browser asks for a newer one, in seconds of that browser. */
export const viewLimits = (
  variables: Readonly<Record<string, string | undefined>>,
): { refreshSeconds: number } => ({
  refreshSeconds: readLimit(variables, 'STATUS_REFRESH_SECONDS', 15),
});
