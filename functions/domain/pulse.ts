// What the house says of itself, as levels: only what holds now is kept, so that a message that comes twice, late or never does no harm.
import type { PowerState } from './facts.ts';
import type { PortReport, RefusedPort } from './lease.ts';
import type { Severity } from './severity.ts';

/** Something that went wrong with the work of a sender: the exit code of a job, and its last words. */
export type Failure = { readonly at: number; readonly code: number | null; readonly text: string };

/** One sender in the house. */
export type Beat = {
  /** When anything came in its name, from wherever. */
  readonly heardAt: number;
  /**
   * Its newest act: when it sent something, as far as that is known, and never later than it was received. Null when everything came from
   * addresses that prove nothing.
   */
  readonly sentAt: number | null;
  /** When it last said that all is well; null when it never did. */
  readonly okAt: number | null;
  /** When it began a piece of work that it has not ended; null when none is under way. */
  readonly startedAt: number | null;
  /** What went wrong last; null once it said that all is well. */
  readonly failure: Failure | null;
  /** How far its clock is behind ours, below zero when it is ahead; 0 when it does not tell the time. */
  readonly clockBehindMs: number;
};

/** What a UPS says. Times are ours. */
export type UpsPower = {
  readonly state: PowerState;
  /** When this was last said. */
  readonly at: number;
  /** Since when the house has had no power; null while it has. */
  readonly since: number | null;
  /** Percent, 0 to 100. */
  readonly charge: number | null;
  readonly runtimeMs: number | null;
  /** What the clock of the sender said, epoch ms: it puts messages in order that overtook each other. */
  readonly saidAt: number | null;
};

/** An alert of the monitoring in the house that is firing. */
export type Alert = {
  /** The same for the same alert, however often and by whomever it is sent: `Name-fingerprint`. */
  readonly id: string;
  readonly severity: Severity;
  /** One line. */
  readonly summary: string;
  /** Its labels in one line, but for its name and severity. */
  readonly labels: string;
  /** Since when it fires, as its sender dates it; never later than it was received. */
  readonly since: number;
  /** When it was last told, by our clock. */
  readonly toldAt: number;
};

/** A network that messages of the house came from although it is not that of an exit. Never a whole address. */
export type Stranger = {
  readonly network: string;
  /** It belongs to the provider of the exits, so it may be a new exit. */
  readonly isOfProvider: boolean;
  /** The last two times, by our clock. */
  readonly at: number;
  readonly before: number | null;
};

/** The latest word of one instance of the fence of a validator client: which generation it was allowed to run with, and whether its client runs. */
export type FenceReport = {
  readonly signer: string;
  readonly instance: string;
  readonly generation: number;
  readonly isRunning: boolean;
  /** The version of the fence itself; null when it does not say. */
  readonly version: string | null;
  /** A client that is cut off from everything is stopped after so long; null when the fence does not say that it does so. */
  readonly isolationMs: number | null;
  /** A person let it start without an answer of the gate. */
  readonly breakGlass: boolean;
  /** When it was received. */
  readonly at: number;
  /** Since when it has said, by an exit and each time, this version and this isolation time; null while it does not say both. */
  readonly describedAt: number | null;
  /** When it was first heard that a person let it start without an answer, the latest time that one did; null when none ever did. */
  readonly brokeGlassAt: number | null;
};

/** What a fence says; the times are ours. */
export type FenceWord = Omit<FenceReport, 'at' | 'describedAt' | 'brokeGlassAt'>;

/** What the `inbox` knows of a site's house. */
export type Pulse = {
  /** By source. */
  readonly beats: Readonly<Record<string, Beat>>;
  /** By the name of the UPS. */
  readonly power: Readonly<Record<string, UpsPower>>;
  readonly alerts: readonly Alert[];
  /** Alerts that fire beside those, of which there are too many to keep. */
  readonly moreAlerts: number;
  readonly strangers: readonly Stranger[];
  readonly fences: readonly FenceReport[];
  /** One for each target. */
  readonly ports: readonly PortReport[];
  /** What was told of ports lately and is not used: of each target the latest. */
  readonly refusedPorts: readonly RefusedPort[];
};

/** A house that never said anything. */
export const silence: Pulse = {
  beats: {},
  power: {},
  alerts: [],
  moreAlerts: 0,
  strangers: [],
  fences: [],
  ports: [],
  refusedPorts: [],
};
