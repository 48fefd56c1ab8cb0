// What keeps messages from going out, and what keeps the watchdog from starting, in sentences.
import { z } from 'zod';
import { codeOf, describeError } from '../../functions/kit/error.ts';

const delivery = z.object({
  delivery: z.object({
    failed: z.number(),
    postponed: z.number(),
    broken: z.array(z.string()),
    errors: z.array(z.string()),
  }),
});

const row = z.object({ channel: z.string(), state: z.string(), outcome: z.string() });

/**
 * Of a log line of `deliver`: what went wrong, nothing when all went well. `rows` are the documents of the outbox, which know why.
 */
export function deliveryTrouble(fields: object, rows: () => readonly unknown[]): string[] {
  const summary = delivery.safeParse(fields).data?.delivery;
  if (summary === undefined) return [];
  const { failed, postponed, broken, errors } = summary;
  const why = (state: string): string[] => {
    const found = rows().flatMap((each) => row.safeParse(each).data ?? []);
    return [
      ...new Set(
        found.filter((each) => each.state === state).map((each) => `${each.channel}: ${each.outcome}`),
      ),
    ];
  };
  return [
    ...(postponed > 0
      ? [`a message could not be sent yet and is tried again (${why('waiting').join('; ')})`]
      : []),
    ...(failed > 0 ? [`a message was given up (${why('failed').join('; ')})`] : []),
    ...broken,
    ...errors,
  ];
}

const sqliteBusy = 5;
const sqliteCannotOpen = 14;

function sqliteCode(error: unknown): number | null {
  const isSqlite = error instanceof Error && codeOf(error) === 'ERR_SQLITE_ERROR' && 'errcode' in error;
  return isSqlite && typeof error.errcode === 'number' ? error.errcode : null;
}

/** Why it could not start, and what to do. */
/** What listening failed for names its port. */
const isTaken = (error: unknown, port: number): boolean =>
  typeof error === 'object' && error !== null && 'port' in error && error.port === port;

export function startTrouble(
  error: unknown,
  options: { readonly dataDir: string; readonly port: number; readonly heartbeatPort: number },
): string {
  const { dataDir, port, heartbeatPort } = options;
  if (sqliteCode(error) === sqliteBusy) {
    return `another watchdog is using ${dataDir}: stop it first, or give this one a folder of its own with --data`;
  }
  if (
    sqliteCode(error) === sqliteCannotOpen ||
    ['EACCES', 'EEXIST', 'ENOTDIR', 'EROFS'].includes(codeOf(error))
  ) {
    return `${dataDir} cannot be used as a folder for data: check that it is one, and that you may write there`;
  }
  if (codeOf(error) === 'EADDRINUSE') {
    const which = isTaken(error, heartbeatPort) ? '--heartbeat-port' : '--port';
    return `port ${which === '--port' ? port : heartbeatPort} is taken: choose another with ${which}`;
  }
  return describeError(error);
}
