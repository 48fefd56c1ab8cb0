// Sends what the outbox holds: claims each row, sends it, and records the end only afterwards, so that nothing is lost on the way.
import type { Delivery } from '../channels/channel.ts';
import type { ChannelAttempt } from '../domain/delivery.ts';
import type { OutboxRow } from '../domain/outbox.ts';
import { retryDelayMs } from '../domain/retry.ts';
import { takeTurns } from '../kit/take-turns.ts';
import type { OutboxStore, RowEnd } from '../stores/store.ts';
import { attempt, type AttemptWorld, describeBug } from './attempt.ts';
import { lineOf } from './outbox-line.ts';

export type DeliverWorld = AttemptWorld & {
  readonly store: OutboxStore;
  /** A new random name for each claim. */
  readonly newLease: () => string;
  /** How long a claim lasts by the clock; it must outlast an attempt. 60 s by default. */
  readonly leaseMs?: number;
  /** How many messages may be on their way at once; 16 by default. */
  readonly concurrency?: number;
  /** A retry that is due within this time is waited for; 15 s by default. */
  readonly patienceMs?: number;
};

/** What one run came to, in numbers of attempts. */
export type DeliverSummary = {
  readonly sent: number;
  /** Given up for good. */
  readonly failed: number;
  /** To be tried again later. */
  readonly postponed: number;
  /** Due, but somebody else has it, or an earlier message must go first, or the run had no time. */
  readonly left: number;
  /** Rows that cannot be read: one sentence each. */
  readonly broken: readonly string[];
  /** What the store or a bug did: one sentence each. */
  readonly errors: readonly string[];
};

type Progress = {
  sent: number;
  failed: number;
  postponed: number;
  left: number;
  /** When what this run has put off is due again. */
  retries: number[];
  /** What the last round found due. */
  seen: string;
  /** What attempts showed of the channels and is not kept yet. */
  attempts: ChannelAttempt[];
  readonly broken: Set<string>;
  readonly errors: Set<string>;
};

type Run = {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly leftMs: () => number;
  readonly hasTime: () => boolean;
};

const batch = 100;

/** That the run ended first, or that nobody configured the channel any more, is nothing that it did. */
function shownOf(world: DeliverWorld, row: OutboxRow, delivery: Delivery): ChannelAttempt[] {
  const isOfChannel = world.channels.has(row.channel) && (delivery.sent || delivery.reason !== 'aborted');
  if (!isOfChannel) return [];
  const outcome = delivery.sent ? delivery.detail : `${delivery.reason}: ${delivery.detail}`;
  return [{ channel: row.channel, at: world.clock.now(), isSent: delivery.sent, outcome }];
}

/** One write for a whole round, and none when all went well; what a deliverer that dies has seen the next one sees again. */
async function keepAttempts(world: DeliverWorld, { progress }: Run): Promise<void> {
  const attempts = progress.attempts.splice(0);
  try {
    await world.store.noteAttempts(attempts);
  } catch (error) {
    progress.errors.add(describeBug(error));
  }
}

function endOf(row: OutboxRow, delivery: Delivery, at: number): RowEnd {
  if (delivery.sent) return { state: 'sent', at, outcome: delivery.detail };
  const outcome = `${delivery.reason}: ${delivery.detail}`;
  const delayMs = retryDelayMs(delivery, row.attempts, at - row.createdAt);
  return delayMs === null
    ? { state: 'failed', at, outcome }
    : { state: 'waiting', dueAt: at + delayMs, outcome };
}

/** False when somebody else has the row, or something must go first. */
async function deliverRow(world: DeliverWorld, due: OutboxRow, run: Run): Promise<boolean> {
  const { store, clock } = world;
  const { progress } = run;
  const lease = world.newLease();
  const row = await store.claimRow(due.id, { at: clock.now(), leaseMs: world.leaseMs ?? 60_000, lease });
  if (row === null) return false;
  const delivery = await attempt(world, row, {
    signal: run.signal,
    note: (each) => progress.errors.add(each),
  });
  progress.attempts.push(...shownOf(world, row, delivery));
  const end = endOf(row, delivery, clock.now());
  if (!(await store.settleRow(row.id, lease, end))) {
    progress.errors.add(`outbox/${row.id}: the attempt outlasted its lease`);
    return true;
  }
  if (end.state === 'sent') progress.sent += 1;
  if (end.state === 'failed') progress.failed += 1;
  if (end.state === 'waiting') {
    progress.postponed += 1;
    progress.retries.push(end.dueAt);
  }
  return true;
}

/** One round over what is due. False when a further round would find the same again. */
async function round(world: DeliverWorld, run: Run): Promise<boolean> {
  const { progress, hasTime } = run;
  const due = await world.store.dueRows(world.clock.now(), batch);
  for (const sentence of due.broken) progress.broken.add(sentence);
  const finished = (): number => progress.sent + progress.failed + progress.postponed;
  const before = finished();
  const concurrency = world.concurrency ?? 16;
  const inTurn = takeTurns(concurrency);
  let misses = 0;
  // What is left of this line somebody else is at: a new look finds what nobody has.
  const hasMetSomebody = (): boolean => misses >= concurrency && finished() > before;
  const line = lineOf(due.rows, { name: world.newLease(), concurrency });
  await Promise.all(
    line.map((row) =>
      inTurn(async () => {
        if (!hasTime() || hasMetSomebody()) return;
        try {
          misses = (await deliverRow(world, row, run)) ? 0 : misses + 1;
        } catch (error) {
          progress.errors.add(`outbox/${row.id}: ${describeBug(error)}`);
        }
      }),
    ),
  );
  await keepAttempts(world, run);
  const moved = finished() - before;
  progress.left = due.rows.length - moved;
  const list = due.rows.map((row) => row.id).join(' ');
  const isSame = list === progress.seen;
  progress.seen = list;
  return moved > 0 || !isSame;
}

/** Waits for a retry of this run that comes soon. False when there is none. */
async function awaitRetry(world: DeliverWorld, run: Run): Promise<boolean> {
  const { progress } = run;
  const at = Math.min(...progress.retries);
  const waitMs = at - world.clock.now();
  if (waitMs > Math.min(world.patienceMs ?? 15_000, run.leftMs())) return false;
  progress.retries = progress.retries.filter((other) => other > at);
  progress.seen = '';
  try {
    await world.clock.sleep(Math.max(0, waitMs), run.signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * Sends what is due until nothing is, or until `budgetMs` by the clock are over; then no further row is begun. Never rejects: a row, a
 * channel or a store in trouble is in the summary, and what was not recorded as sent is sent again.
 */
export async function deliver(
  world: DeliverWorld,
  options: { readonly signal: AbortSignal; readonly budgetMs: number },
): Promise<DeliverSummary> {
  const { clock } = world;
  const until = clock.now() + options.budgetMs;
  const leftMs = (): number => until - clock.now();
  const progress: Progress = {
    sent: 0,
    failed: 0,
    postponed: 0,
    left: 0,
    retries: [],
    seen: '',
    attempts: [],
    broken: new Set(),
    errors: new Set(),
  };
  const hasTime = (): boolean => !options.signal.aborted && leftMs() > 0;
  const run: Run = { progress, signal: options.signal, leftMs, hasTime };
  try {
    // oxlint-disable-next-line no-await-in-loop -- a round depends on what the one before sent
    while (hasTime() && ((await round(world, run)) || (await awaitRetry(world, run))));
  } catch (error) {
    progress.errors.add(describeBug(error));
  }
  const { sent, failed, postponed, left, broken, errors } = progress;
  return { sent, failed, postponed, left, broken: [...broken], errors: [...errors] };
}
