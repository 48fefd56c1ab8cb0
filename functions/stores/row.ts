// What becomes of an outbox row: the same rules for every member behind the door, which only make them atomic.
import type { OutboxRow } from '../domain/outbox.ts';
import type { Claim, RowEnd } from './store.ts';

/** `changed` is to be written, if anything is; `claimed` says that the caller now holds the row. */
export type RowChange = { readonly changed: OutboxRow | null; readonly claimed: OutboxRow | null };

const nothing: RowChange = { changed: null, claimed: null };

/** True for a row whose time has come. */
export const isDue = (row: OutboxRow, at: number): boolean =>
  row.state === 'waiting' && row.dueAt !== null && row.dueAt <= at;

/** See `OutboxStore.claimRow`. `earlier` are the rows named in `after`, as far as they exist and can be read. */
export function claim(row: OutboxRow, earlier: readonly OutboxRow[], wanted: Claim): RowChange {
  // A client that retries a commit whose answer was lost finds its own lease.
  if (row.state === 'waiting' && row.lease === wanted.lease) return { changed: null, claimed: row };
  if (!isDue(row, wanted.at)) return nothing;
  const times = earlier.flatMap((other) => (other.state === 'waiting' ? (other.dueAt ?? []) : []));
  if (times.length > 0) {
    const dueAt = Math.max(...times);
    return dueAt > wanted.at ? { changed: { ...row, dueAt }, claimed: null } : nothing;
  }
  const claimed: OutboxRow = {
    ...row,
    lease: wanted.lease,
    attempts: row.attempts + 1,
    dueAt: wanted.at + wanted.leaseMs,
  };
  return { changed: claimed, claimed };
}

/** The row after an attempt, or null when the lease is not (any more) the caller's. */
export function settle(row: OutboxRow, lease: string, end: RowEnd): OutboxRow | null {
  if (row.state !== 'waiting' || row.lease !== lease) return null;
  const { outcome } = end;
  return end.state === 'waiting'
    ? { ...row, lease: null, dueAt: end.dueAt, outcome }
    : { ...row, state: end.state, lease: null, dueAt: null, outcome, settledAt: end.at };
}

/** True for a row that somebody began to send and whose lease ended before this time. */
export const isDead = (row: OutboxRow, endedBefore: number): boolean =>
  row.lease !== null && isDue(row, endedBefore);

/** The row without its dead lease, due at once; null when it has none. */
export const release = (
  row: OutboxRow,
  { endedBefore, at }: { readonly endedBefore: number; readonly at: number },
): OutboxRow | null => (isDead(row, endedBefore) ? { ...row, lease: null, dueAt: at } : null);
