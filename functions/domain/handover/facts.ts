// All that the guard of a handover looks at. Whatever could not be found out is null, and null is never good.
import type { ChainName } from '../chain.ts';
import type { FenceReport } from '../pulse.ts';
import type { FlagRead } from '../standby/key-flag.ts';
import type { SourceRecord, Standpoint } from './record.ts';

export const directions = ['cloud', 'basement'] as const;
/** Where the keys go. */
export type Direction = (typeof directions)[number];

/** `foreign`: run by somebody else. `target`: the node that is to sign. `own`: any other node of ours, which can show life and no silence. */
export type SourceRole = 'foreign' | 'target' | 'own';

/** One source: what it has shown since `begin`, and what it shows now. */
export type SourceFacts = SourceRecord & {
  readonly role: SourceRole;
  readonly now: Standpoint | null;
  readonly nowTrouble: string | null;
};

/** Somebody of ours acted; `at` is the earliest moment at which it can have been, epoch ms; `unit` the epoch or height. */
export type Life = {
  readonly source: string;
  readonly key: number;
  readonly unit: number;
  readonly at: number;
  readonly how: string;
};

/** How the epochs of an Ethereum chain lie in time. */
export type Epochs = { readonly genesisAt: number; readonly slotMs: number; readonly slotsPerEpoch: number };

export const fencings = ['powered-off', 'wiped', 'cut'] as const;
/** What a person says of the other side: off; its disk wiped; or cut off at a place that the house cannot undo. An outage is none of them. */
export type Fencing = {
  readonly how: (typeof fencings)[number];
  /** Since when it is so, epoch ms. */
  readonly at: number;
  readonly by: string;
};

/** A clock held against another one, in ms; positive when it is ahead. */
export type ClockFact = {
  readonly offsetMs: number;
  readonly uncertaintyMs: number;
  readonly askedAt: number;
};

/** What Compute shows of the machine that is to hold keys, as read back from it. */
export type MachineFact = {
  readonly askedAt: number;
  readonly place: { readonly project: string; readonly zone: string; readonly name: string };
  /** Compute's numeric id, as text. */
  readonly id: string;
  readonly status: string;
  /** Not preemptible, no time at which Compute ends it. */
  readonly hasFuse: boolean;
  readonly isProtected: boolean;
  /** Disks that would go with the machine, by name; empty when all stay. */
  readonly disksThatGo: readonly string[];
  /** It is a drill's, which can never hold keys. */
  readonly isOfDrill: boolean;
};

/** The node that is to sign. */
export type TargetFacts = {
  /** Since when its head has been within two slots (or 15 s) without a break, epoch ms. */
  readonly steadySince: number | null;
  readonly clock: ClockFact | null;
  /** What its agent found when it looked for keys; null for a house, which keeps its own. */
  readonly keys: { readonly word: 'absent' | 'present' | 'unknown'; readonly at: number } | null;
  /** Null for a house, or when Compute did not show it. */
  readonly machine: MachineFact | null;
  readonly machineTrouble: string | null;
};

/** What stands in the client that is to sign: its protection, exported from it while it was stopped, held against the floor. */
export type ProtectionFact = {
  /** Null when nothing is wrong: each key stands at or above the floor of the moment at which the other side was fenced. */
  readonly problem: string | null;
  /** CometBFT: the height of the state file. */
  readonly height: number | null;
};

/**
 * Votes for the height that is being made, watched at the target: nothing of ours after `from` and up to `through`, without a gap. `seenAt`: when
 * one was last seen; null when there was none as long as anybody watched.
 */
export type VotesWatched = {
  readonly from: number;
  readonly through: number;
  readonly seenAt: number | null;
};

export type HandoverFacts = {
  /** The clock was read once, epoch ms. */
  readonly at: number;
  readonly signer: {
    readonly id: string;
    readonly site: string;
    readonly chain: ChainName;
    readonly keys: readonly string[];
  };
  readonly to: Direction;
  readonly flag: FlagRead;
  /** Null where a chain has no epochs. */
  readonly epochs: Epochs | null;
  readonly sources: readonly SourceFacts[];
  /** From whatever source, of whatever age: the guard takes what is dated after `begin`. Null when what the watchdog has seen could not be read. */
  readonly life: readonly Life[] | null;
  readonly target: TargetFacts;
  /** The latest report of each fence of this signer; null when they could not be read. */
  readonly fences: readonly FenceReport[] | null;
  /** Our own clock against the database's. */
  readonly clock: ClockFact | null;
  /** CometBFT; null elsewhere, or when nobody watched. */
  readonly votes: VotesWatched | null;
  /** Null until a person has said it. */
  readonly fencing: Fencing | null;
  /** Null until it was checked. */
  readonly protection: ProtectionFact | null;
};
