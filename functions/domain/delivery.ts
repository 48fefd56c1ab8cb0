// What became of messages lately: so that the watchdog notices when nobody is told.

/** A channel as whoever delivers has found it. */
export type ChannelHealth = {
  /** Attempts that failed since it last accepted one. */
  readonly failures: number;
  /** When the first of those was; null when there is none. */
  readonly failingSince: number | null;
  /** What the last attempt came to, in a few words without secrets. */
  readonly outcome: string;
};

export type Delivery = {
  /** By the id of the channel; one that was never tried is missing. */
  readonly channels: Readonly<Record<string, ChannelHealth>>;
  /** When the oldest message was written that still waits; null when none does. */
  readonly waitingSince: number | null;
};
