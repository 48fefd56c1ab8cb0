// What a reader is shown at a glance beside the facts: written with each tick, so that looking costs one read.
import type { Incident, TimelineEntry } from './incident.ts';
import type { Phase, KeyWord } from './standby/standby.ts';

/** An open incident, in short. */
export type OpenGlance = Pick<
  Incident,
  'id' | 'subject' | 'kind' | 'severity' | 'summary' | 'evidence' | 'since' | 'openedAt' | 'held' | 'told'
> & {
  /** Who has taken it on; null when nobody has, or it is not in force any more. */
  readonly ack: { readonly by: string; readonly at: number; readonly until: number | null } | null;
  /** What is being done about it, a line each. */
  readonly doing: readonly string[];
  /** The last entries, oldest first. */
  readonly timeline: readonly TimelineEntry[];
  /** How many earlier ones there are. */
  readonly earlier: number;
};

/** One that is over. */
export type PastGlance = Pick<Incident, 'id' | 'subject' | 'kind' | 'severity' | 'summary' | 'since'> & {
  readonly resolvedAt: number;
};

/** Who may sign, as the last tick read it. */
export type KeysGlance =
  | {
      readonly isReadable: true;
      /** `none`, `basement/home`, `node/…`; null when nothing was ever written. */
      readonly holder: string | null;
      readonly generation: number | null;
      readonly since: number | null;
      readonly by: string | null;
      /** Who held them before; null unless nobody holds them now. */
      readonly former: string | null;
      /** While nobody holds them: the guard cannot allow it earlier. It may take longer; the guard itself is asked by hand. */
      readonly notBefore: number | null;
    }
  | { readonly isReadable: false; readonly why: string };

export type StandbyGlance = {
  /** When its document was read; the rest is as of then. */
  readonly readAt: number;
  readonly phase: Phase | 'wanted';
  readonly phaseSince: number | null;
  /** When it was asked for, and why. */
  readonly since: number | null;
  readonly why: string | null;
  readonly zone: string | null;
  readonly instance: string | null;
  /** What its agent said, and when. */
  readonly reportAt: number | null;
  readonly percent: number | null;
  readonly etaMs: number | null;
  readonly peers: number | null;
  readonly head: number | null;
  readonly keys: KeyWord | null;
  /** Why nothing is done, what is wrong, what is doubtful: a sentence each. */
  readonly problems: readonly string[];
  readonly hasHeldKeys: boolean;
  readonly isProtected: boolean;
  readonly cost: { readonly perHour: number; readonly soFar: number; readonly currency: string } | null;
};

/** What became of messages, as far as it was last looked at. */
export type OutboxGlance = {
  readonly at: number | null;
  /** By channel, when the oldest message was written that still waits. */
  readonly waiting: Readonly<Record<string, number>>;
  /** Channels that do not accept messages, since when, and what they said. */
  readonly failing: Readonly<
    Record<string, { readonly since: number; readonly times: number; readonly outcome: string }>
  >;
};

export type Glance = {
  /** The gravest first, at most `mostOpen`. */
  readonly open: readonly OpenGlance[];
  readonly moreOpen: number;
  /** The latest first, at most `mostPast`. */
  readonly past: readonly PastGlance[];
  /** By signer. */
  readonly keys: Readonly<Record<string, KeysGlance>>;
  /** By signer, those that are wanted or may still be there. */
  readonly standbys: Readonly<Record<string, StandbyGlance>>;
  readonly outbox: OutboxGlance;
};

export const mostOpen = 20;
export const mostPast = 5;
/** Of so many of the gravest open incidents all is kept that people need, of the others an outline. */
export const mostDetailed = 3;
/** Entries of a timeline that are kept of the gravest open incidents. */
export const mostEntries = 12;
/** Each text is at most so long, in bytes of UTF-8; an outline's are shorter. */
export const mostTextBytes = 300;

export const emptyGlance: Glance = {
  open: [],
  moreOpen: 0,
  past: [],
  keys: {},
  standbys: {},
  outbox: { at: null, waiting: {}, failing: {} },
};
