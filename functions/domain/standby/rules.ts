// What `provision` may do: limits, places and prices, from its own configuration and never from a store.
import type { ChainName } from '../chain.ts';
import type { DrillMode } from '../drill/drill.ts';

export type Place = {
  readonly region: string;
  /** In the order in which they are tried. */
  readonly zones: readonly string[];
  /** Name of the regional instance template. */
  readonly template: string;
  /** Name of the regional instance template of drills, whose machines end by themselves; null where there are none. */
  readonly drillTemplate: string | null;
};

export type NodeRules = {
  readonly machine: string;
  readonly disk: { readonly type: string; readonly gib: number };
  readonly egressGibPerDay: number;
  readonly snapshotGib: number;
  readonly places: readonly Place[];
};

/** In one currency, as somebody wrote them down on `asOf` (`2026-11-20`). */
export type Prices = {
  readonly asOf: string;
  readonly currency: string;
  /** By machine type. */
  readonly machineHour: Readonly<Record<string, number>>;
  /** By disk type. */
  readonly diskGibMonth: Readonly<Record<string, number>>;
  readonly addressHour: number;
  readonly egressGib: number;
  readonly snapshotGibMonth: number;
};

export type DrillRules = {
  /** What the weekly drill does. */
  readonly mode: DrillMode | 'off';
  /** A drill that is not synced after so long has failed. */
  readonly syncWithinMs: number;
  /** Null when no disk is kept. */
  readonly snapshots: {
    /** So many of the newest are kept, of each chain. */
    readonly keep: number;
    /** What they may cost in a month, in the currency of the prices, and who has said so. */
    readonly monthlyCost: number;
    readonly acceptedBy: string;
  } | null;
};

export type StandbyRules = {
  readonly project: string;
  /** Names of nodes begin with it, and their label `basement-watchdog` holds it. */
  readonly prefix: string;
  readonly isDryRun: boolean;
  readonly maxStandbys: number;
  /** In the currency of the prices. */
  readonly monthlyCap: number;
  /** `required`: with fewer than three sites the witness must have answered and agreed. */
  readonly witness: 'required' | 'none';
  readonly expireAfterMs: number;
  readonly orphanGraceMs: number;
  /** A node that has reported nothing for so long, or makes no progress, is stuck. */
  readonly stuckAfterMs: number;
  readonly nodes: Readonly<Partial<Record<ChainName, NodeRules>>>;
  readonly drill: DrillRules;
  readonly prices: Prices;
};

/** The label by which our machines are found; its value is the prefix. */
export const labels = {
  ours: 'basement-watchdog',
  signer: 'watchdog-signer',
  wanted: 'watchdog-wanted',
  attempt: 'watchdog-attempt',
  expires: 'watchdog-expires',
  /** A person has put it on: the node is not to be touched. */
  hold: 'watchdog-hold',
  /** Of a node that the weekly drill made. */
  drill: 'watchdog-drill',
  /** Of a snapshot: when its node said that no identity is left on the disk, in seconds since 1970. */
  wiped: 'watchdog-wiped',
  /** Of a snapshot: the chain that lies on it. */
  chain: 'watchdog-chain',
} as const;
