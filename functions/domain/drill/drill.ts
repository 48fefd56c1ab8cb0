// A drill: a node that is made only to see that one can be made, timed, and deleted. It never becomes a standby, and never holds keys.
import type { ChainName } from '../chain.ts';
import type { Seen } from '../standby/standby.ts';

/** `boot`: until its agent reports; `sync`: until it is synced, over as many runs as that takes. */
export const drillModes = ['boot', 'sync'] as const;
export type DrillMode = (typeof drillModes)[number];

/** That somebody, or the week, wants one. Written by `watch` alone. */
export type DrillWish = {
  /** The id of the event that it came by; each drill has its own. */
  readonly id: string;
  readonly signer: string;
  readonly site: string;
  readonly chain: ChainName;
  readonly mode: DrillMode;
  /** Null when it is the weekly one. */
  readonly by: string | null;
  readonly why: string;
  /** When it was asked for, epoch ms. */
  readonly at: number;
};

/**
 * When a drill came so far, epoch ms by the clock of `provision`; null while it has not. `begun`: its first attempt was written down; `running`:
 * Compute runs the node; `reported`: its agent was first heard; `syncing`: both clients answer; `synced`; `wiped`: no identity is left on it;
 * `saved`: the snapshot is there; `gone`: the node is proven gone.
 */
export type Marks = {
  readonly begun: number | null;
  readonly running: number | null;
  readonly reported: number | null;
  readonly syncing: number | null;
  readonly synced: number | null;
  readonly wiped: number | null;
  readonly saved: number | null;
  readonly gone: number | null;
};

/** `gave-way`: somebody needed the room, or the moment was not one for a drill; it says nothing about whether the failover works. */
export const drillOutcomes = ['passed', 'failed', 'gave-way'] as const;
export type DrillOutcome = (typeof drillOutcomes)[number];

/** One snapshot in the making: written down before Compute is asked. */
export type Saving = {
  readonly name: string;
  /** A UUID: Compute ignores a repeated request that carries it. */
  readonly requestId: string;
  readonly at: number;
  /** Name of the global operation, once Compute has accepted. */
  readonly operation: string | null;
};

/** A drill under way, as `provision` alone writes it down. */
export type DrillRun = {
  /** Of the wish that it runs for; a newer one waits until it has ended. */
  readonly wish: DrillWish;
  readonly marks: Marks;
  /** Set once it is decided; then the node goes, and when it is gone the drill has ended. */
  readonly verdict: { readonly outcome: DrillOutcome; readonly text: string; readonly at: number } | null;
  readonly saving: Saving | null;
  /** Since when its agent has said without a break that something fails; null while it does not. */
  readonly failingSince: number | null;
  /** GiB in use on the data disk, as the agent last said. */
  readonly usedGib: number | null;
  /** The node, by the same rules as that of any standby. */
  readonly seen: Seen;
};

/** `standbys/_drill.{signer}` of the default database: each half has one writer. There is none in peace. */
export type Drill = {
  readonly signer: string;
  readonly wish: DrillWish | null;
  readonly run: DrillRun | null;
};

/** A drill that has ended. */
export type DrillRecord = {
  readonly id: string;
  readonly mode: DrillMode;
  readonly by: string | null;
  /** When it was asked for, and when it was over. */
  readonly at: number;
  readonly endedAt: number;
  readonly outcome: DrillOutcome;
  /** One line. */
  readonly text: string;
  readonly marks: Marks;
  readonly usedGib: number | null;
  /** In the currency of the prices. */
  readonly cost: number;
  /** Whether its node began from a snapshot. */
  readonly isWarm: boolean;
};

/** What is remembered of the drills of one signer. */
export type Drilled = {
  readonly last: DrillRecord;
  /** The latest that passed or failed; null when none did. */
  readonly told: DrillRecord | null;
  /** The latest that was synced: its marks are the time to recover. */
  readonly synced: DrillRecord | null;
};

/** A disk of a drill's node, wiped of every identity, from which a node may begin. */
export type Snapshot = {
  readonly name: string;
  readonly at: number;
  /** What Compute charges for, in GiB; null while it has not said so. */
  readonly gib: number | null;
  /** Of whose drill. */
  readonly signer: string;
};

export const noMarks: Marks = {
  begun: null,
  running: null,
  reported: null,
  syncing: null,
  synced: null,
  wiped: null,
  saved: null,
  gone: null,
};
