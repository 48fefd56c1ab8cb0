// What people and the house have said since the last tick: kept in the inbox until a tick has taken it in. Untrusted.
import type { DrillMode } from './drill/drill.ts';
import type { Severity } from './severity.ts';

type Common = {
  readonly id: string;
  readonly site: string;
  /** When it was received, epoch ms. */
  readonly at: number;
  /** Who said it, as far as that is known: a name, or the channel that it came by. */
  readonly by: string;
};

/** Somebody has taken an incident on; `severity` is what it was when they were told. */
export type AckEvent = Common & {
  readonly kind: 'ack';
  readonly incident: string;
  readonly severity: Severity;
};

/** Nobody is to be told of a site, or of one part of it, for a while. */
export type MuteEvent = Common & {
  readonly kind: 'mute';
  readonly subject: string | null;
  readonly from: number;
  readonly until: number;
  readonly why: string;
};

/** Ends what a mute began; `mute` is its id. */
export type UnmuteEvent = Common & { readonly kind: 'unmute'; readonly mute: string };

/** Somebody states the cause of an incident that only a person can end. */
export type ClearEvent = Common & {
  readonly kind: 'clear';
  readonly incident: string;
  readonly why: string;
};

export const standbyWishes = ['create', 'keep', 'release'] as const;

/** Somebody wants a standby made, kept, or not any more. */
export type StandbyEvent = Common & {
  readonly kind: 'standby';
  readonly signer: string;
  readonly wish: (typeof standbyWishes)[number];
  readonly why: string;
};

/** Somebody, or the week, wants to see that a node can be made. */
export type DrillEvent = Common & {
  readonly kind: 'drill';
  readonly signer: string;
  readonly mode: DrillMode;
  readonly isWeekly: boolean;
  readonly why: string;
};

export type SiteEvent = AckEvent | MuteEvent | UnmuteEvent | ClearEvent | StandbyEvent | DrillEvent;
