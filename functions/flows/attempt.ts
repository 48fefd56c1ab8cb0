// One attempt to send one message by its channel.
import type { Delivery, Message, Send } from '../channels/channel.ts';
import type { OutboxRow } from '../domain/outbox.ts';
import type { Clock } from '../kit/clock.ts';
import { describeError, WatchdogError } from '../kit/error.ts';
import { redactText } from '../kit/redact.ts';
import type { SecretReader } from '../kit/secret.ts';
import { renderNotice } from '../views/message.ts';
import type { Leading, LinksOf } from './message-links.ts';

export type AttemptWorld = {
  readonly clock: Clock;
  /** By the id that rows carry. */
  readonly channels: ReadonlyMap<string, Send>;
  readonly secret: SecretReader;
  /** Where a message leads to. */
  readonly linksOf: LinksOf;
  readonly print: (text: string) => void;
  /** Deadline of one attempt in real milliseconds; 10 s by default. */
  readonly timeoutMs?: number;
};

function messageOf(row: OutboxRow, { links, code }: Leading): Message {
  const { notice } = row;
  return {
    id: row.id,
    kind: notice.kind,
    severity: notice.severity,
    site: notice.site,
    incidents: notice.items.map((item) => item.incident),
    thread: notice.thread,
    isThreadOver: notice.isThreadOver,
    links,
    code,
    ...renderNotice(notice, code),
    at: notice.at,
  };
}

/** A message of an unexpected error may hold anything, so only its kind is told. */
export const describeBug = (error: unknown): string =>
  error instanceof WatchdogError
    ? redactText(describeError(error))
    : error instanceof Error
      ? error.name
      : 'unknown';

/** One attempt. `note` is told what is wrong with the message although it goes out. Never rejects. */
export async function attempt(
  world: AttemptWorld,
  row: OutboxRow,
  run: { readonly signal: AbortSignal; readonly note: (problem: string) => void },
): Promise<Delivery> {
  const send = world.channels.get(row.channel);
  if (send === undefined) {
    return {
      sent: false,
      again: false,
      reason: 'client-error',
      detail: 'the channel is not configured any more',
    };
  }
  try {
    const leading = world.linksOf(row.notice);
    if (leading.problem !== null) run.note(leading.problem);
    return await send(messageOf(row, leading), {
      signal: run.signal,
      timeoutMs: world.timeoutMs ?? 10_000,
      at: world.clock.now(),
      secret: world.secret,
      print: world.print,
    });
  } catch (error) {
    return {
      sent: false,
      again: true,
      reason: 'client-error',
      detail: `the channel threw: ${describeBug(error)}`,
    };
  }
}
