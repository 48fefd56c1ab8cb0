// In which order a deliverer takes the messages that are due.
import type { OutboxRow } from '../domain/outbox.ts';

/** Rows whose predecessors are due as well wait for the next round: claiming them now would only put them off. */
function firstInLine(rows: readonly OutboxRow[]): OutboxRow[] {
  const waiting = new Set(rows.map((row) => row.id));
  return rows.filter((row) => !row.after.some((id) => waiting.has(id)));
}

/** In a long line each deliverer begins somewhere else, so that two of them do not run into each other at every row. */
function fromSomewhere(
  rows: readonly OutboxRow[],
  deliverer: { readonly name: string; readonly concurrency: number },
): readonly OutboxRow[] {
  if (rows.length <= 2 * deliverer.concurrency) return rows;
  const place = Buffer.from(deliverer.name).reduce((sum, byte) => (sum * 31 + byte) % 1_000_003, 7);
  const start = place % rows.length;
  return [...rows.slice(start), ...rows.slice(0, start)];
}

/** The rows that may go out now, in the order of a deliverer of this name that sends so many at once. */
export const lineOf = (
  rows: readonly OutboxRow[],
  deliverer: { readonly name: string; readonly concurrency: number },
): readonly OutboxRow[] => fromSomewhere(firstInLine(rows), deliverer);
