// The outbox: messages that are written together with the state that caused them, and sent afterwards at least once.
import type { Notice } from './notice.ts';

/**
 * waiting: to be sent when `dueAt` has come. sent: a channel accepted it. failed: given up, with the last reason.
 */
export const rowStates = ['waiting', 'sent', 'failed'] as const;
export type RowState = (typeof rowStates)[number];

export type OutboxRow = {
  /** Derived from incident, round and channel: writing the same message twice is one message. */
  readonly id: string;
  readonly site: string;
  readonly channel: string;
  readonly notice: Notice;
  /** Earlier messages about the same incidents to the same channel; this one waits until they are settled. */
  readonly after: readonly string[];
  readonly createdAt: number;
  readonly state: RowState;
  /** When it may be claimed next: first try, retry, or end of a lease. Null once it is settled. */
  readonly dueAt: number | null;
  /** Who is sending it; null when nobody is. */
  readonly lease: string | null;
  readonly attempts: number;
  /** What the last attempt came to, in a few words without secrets. */
  readonly outcome: string | null;
  readonly settledAt: number | null;
};

/** A message as it is written: to be sent at once, and not tried yet. */
export const newRow = (row: Pick<OutboxRow, 'id' | 'channel' | 'notice' | 'after'>): OutboxRow => ({
  ...row,
  site: row.notice.site,
  createdAt: row.notice.at,
  state: 'waiting',
  dueAt: row.notice.at,
  lease: null,
  attempts: 0,
  outcome: null,
  settledAt: null,
});

export function messageId(incident: string, round: number, channel: string): string {
  return `${incident}.${round}.${channel}`;
}
