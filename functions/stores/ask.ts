// Asks the database: every question has a deadline, and every failure becomes a code that is safe to log.
import { WatchdogError } from '../kit/error.ts';

const names = new Map<unknown, string>([
  [1, 'CANCELLED'],
  [2, 'UNKNOWN'],
  [3, 'INVALID_ARGUMENT'],
  [4, 'DEADLINE_EXCEEDED'],
  [5, 'NOT_FOUND'],
  [6, 'ALREADY_EXISTS'],
  [7, 'PERMISSION_DENIED'],
  [8, 'RESOURCE_EXHAUSTED'],
  [9, 'FAILED_PRECONDITION'],
  [10, 'ABORTED'],
  [11, 'OUT_OF_RANGE'],
  [12, 'UNIMPLEMENTED'],
  [13, 'INTERNAL'],
  [14, 'UNAVAILABLE'],
  [16, 'UNAUTHENTICATED'],
]);

const conflicts = new Set(['NOT_FOUND', 'ALREADY_EXISTS', 'FAILED_PRECONDITION', 'ABORTED']);

function statusOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return names.get(error.code) ?? null;
}

/** True when a commit was refused because something that it relies on is not (any more) as it was read. */
export const isConflict = (error: unknown): boolean => conflicts.has(statusOf(error) ?? '');

const ambiguous = new Set(['CANCELLED', 'UNKNOWN', 'DEADLINE_EXCEEDED', 'INTERNAL', 'UNAVAILABLE']);

/** True when a write may have been made although it failed. */
export const isAmbiguous = (error: unknown): boolean => ambiguous.has(statusOf(error) ?? '');

/**
 * Runs one question about `what`, e.g. `sites/home`, for at most `deadlineMs` real milliseconds. Rejects with ERR_STORE, which holds a
 * status and never a document's content; a WatchdogError passes
 * through. A conflict answers `onConflict` where that is given.
 */
export async function ask<Answer>(
  what: string,
  question: () => Promise<Answer>,
  options: { readonly deadlineMs: number; readonly onConflict?: Answer },
): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new WatchdogError('ERR_STORE', `the store did not answer about ${what} in ${options.deadlineMs} ms`, {
          meta: { document: what },
        }),
      );
    }, options.deadlineMs);
  });
  try {
    return await Promise.race([question(), silence]);
  } catch (error) {
    if (error instanceof WatchdogError) throw error;
    if (options.onConflict !== undefined && isConflict(error)) return options.onConflict;
    const status = statusOf(error) ?? 'client error';
    throw new WatchdogError('ERR_STORE', `the store failed about ${what}: ${status}`, {
      cause: error,
      meta: { document: what, status },
    });
  } finally {
    clearTimeout(timer);
  }
}
