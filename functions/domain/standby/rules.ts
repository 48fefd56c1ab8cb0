// What `provision` may do: limits, places and prices, from its own configuration and never from a store.
import type { ChainName } from '../chain.ts';

export type Place = {
  readonly region: string;
  /** In the order in which they are tried. */
  readonly zones: readonly string[];
  /** Name of the regional instance template. */
  readonly template: string;
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
} as const;
