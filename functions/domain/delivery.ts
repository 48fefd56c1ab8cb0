// What became of messages lately: so that the watchdog notices when nobody is told.

/** A channel as whoever delivers has found it. */
export type ChannelHealth = {
  /** Attempts that failed since it last accepted one. */
  readonly failures: number;
  /** When the first of those was; null when there is none. */
  readonly failingSince: number | null;
  /** What the last attempt that changed anything came to, in a few words without secrets. */
  readonly outcome: string;
};

/** By the id of the channel; one that never failed is missing. */
export type Channels = Readonly<Record<string, ChannelHealth>>;

export type Delivery = {
  readonly channels: Channels;
  /** By the id of the channel, when the oldest message was written that still waits for it; empty when none does. */
  readonly waiting: Readonly<Record<string, number>>;
};

/** One attempt to send by a channel. */
export type ChannelAttempt = {
  readonly channel: string;
  readonly at: number;
  readonly isSent: boolean;
  readonly outcome: string;
};

function after(before: ChannelHealth | undefined, { at, isSent, outcome }: ChannelAttempt): ChannelHealth {
  if (isSent) return { failures: 0, failingSince: null, outcome };
  return { failures: (before?.failures ?? 0) + 1, failingSince: before?.failingSince ?? at, outcome };
}

/** How the channels are after these attempts, in their order. The very argument when that is nothing new: a success after no failure. */
export function noteAttempts(before: Channels, attempts: readonly ChannelAttempt[]): Channels {
  let channels = before;
  for (const attempt of attempts) {
    const known = channels[attempt.channel];
    if (attempt.isSent && (known === undefined || known.failures === 0)) continue;
    channels = { ...channels, [attempt.channel]: after(known, attempt) };
  }
  return channels;
}
