// The door of the cloud: what the flows want of other functions, of a service outside, and of Compute.
import type { ComputeAnswer, ComputeFailure, OperationState } from '../domain/standby/answer.ts';
import type { NodeAddress, NodeOrder } from '../domain/standby/plan.ts';
import type { SnapshotSeen } from '../domain/drill/snapshots.ts';
import type { NodeSeen } from '../domain/standby/standby.ts';
import type { Testimony } from '../domain/witness.ts';

/**
 * Wakes another function and waits only until it has accepted. A lost poke is harmless: the next tick makes up for it. `body` says what
 * for, where that function asks; an empty object by default.
 */
export type Poke = (signal: AbortSignal, body?: object) => Promise<PokeResult>;

/** Tells a service outside, which knows when it is not told, how it went; `text` is one line without secrets. Never rejects. */
export type Ping = (
  signal: AbortSignal,
  told: { readonly isGood: boolean; readonly text: string },
) => Promise<PokeResult>;

export type PokeResult =
  | { readonly accepted: true }
  | {
      readonly accepted: false;
      readonly reason: 'timeout' | 'refused' | 'status' | 'aborted';
      readonly detail: string;
    };

/**
 * Asks another pair of eyes how targets are, by their ids and, where it is leased, their port. `timeoutMs` is real time until the whole answer must be there. It never rejects;
 * of an answer only what was asked for means anything.
 */
export type AskWitness = (
  targets: readonly { readonly site: string; readonly target: string; readonly port?: number }[],
  needs: { readonly signal: AbortSignal; readonly timeoutMs: number },
) => Promise<WitnessAnswer>;

export type WitnessAnswer =
  | ({ readonly answered: true } & Testimony)
  | {
      readonly answered: false;
      readonly reason: 'timeout' | 'refused' | 'status' | 'aborted' | 'malformed';
      readonly detail: string;
    };

export type { ComputeAnswer, ComputeFailure, NodeAddress, NodeOrder, OperationState, SnapshotSeen };

/** A snapshot of the data disk of a node: the one of the device name `chain`. */
export type SnapshotOrder = NodeAddress & {
  readonly snapshot: string;
  readonly requestId: string;
  readonly labels: Readonly<Record<string, string>>;
};

export type DiskSeen = {
  readonly zone: string;
  readonly name: string;
  readonly gib: number;
  readonly isAttached: boolean;
  readonly labels: Readonly<Record<string, string>>;
};

/**
 * Compute Engine, as far as the watchdog goes: it makes nodes from a template, looks at them and deletes them, and keeps the disk
 * of a drill's node as a snapshot. It has no way to clear a protection, to change a disk or to start what is stopped. Nothing rejects for what Compute or the network can do.
 */
export type Compute = {
  /** Accepted means that an operation has begun, and no more. */
  readonly insert: (
    order: NodeOrder,
    signal: AbortSignal,
  ) => Promise<ComputeAnswer<{ readonly operation: string }>>;
  readonly operation: (
    zone: string,
    name: string,
    signal: AbortSignal,
  ) => Promise<ComputeAnswer<OperationState>>;
  /** All of the project that carry our label with this value. `isWhole` is false when some zones did not answer: then absence proves nothing. */
  readonly list: (
    prefix: string,
    signal: AbortSignal,
  ) => Promise<ComputeAnswer<{ readonly nodes: readonly NodeSeen[]; readonly isWhole: boolean }>>;
  /** One node, whatever labels it carries; null only when Compute itself says that there is none. */
  readonly node: (node: NodeAddress, signal: AbortSignal) => Promise<ComputeAnswer<NodeSeen | null>>;
  /** Disks whose name begins with the prefix or that carry our label. */
  readonly disks: (
    prefix: string,
    signal: AbortSignal,
  ) => Promise<ComputeAnswer<{ readonly disks: readonly DiskSeen[]; readonly isWhole: boolean }>>;
  /** What the node's agent has published, as it stands there and at most 16 KB of it; null when there is nothing. */
  readonly report: (node: NodeAddress, signal: AbortSignal) => Promise<ComputeAnswer<string | null>>;
  /** The last lines of the serial console, oldest first, without control characters. */
  readonly console: (
    node: NodeAddress & { readonly lines: number },
    signal: AbortSignal,
  ) => Promise<ComputeAnswer<readonly string[]>>;
  readonly remove: (
    node: NodeAddress & { readonly requestId: string },
    signal: AbortSignal,
  ) => Promise<ComputeAnswer<{ readonly operation: string }>>;
  /** Accepted means that an operation has begun, which is one of the whole project. */
  readonly save: (
    order: SnapshotOrder,
    signal: AbortSignal,
  ) => Promise<ComputeAnswer<{ readonly operation: string }>>;
  readonly globalOperation: (name: string, signal: AbortSignal) => Promise<ComputeAnswer<OperationState>>;
  /** Snapshots that carry our label with this value. */
  readonly snapshots: (
    prefix: string,
    signal: AbortSignal,
  ) => Promise<ComputeAnswer<{ readonly snapshots: readonly SnapshotSeen[]; readonly isWhole: boolean }>>;
  readonly dropSnapshot: (
    given: { readonly name: string; readonly requestId: string },
    signal: AbortSignal,
  ) => Promise<ComputeAnswer<{ readonly operation: string }>>;
};

/** A machine, as Google says. */
export type MachineIdentity = {
  readonly project: string;
  readonly zone: string;
  readonly name: string;
  /** Compute gives it to no other machine, not even to one of the same name. */
  readonly id: string;
};

/** `unproven`: the token proves nothing. `unknown`: it could not be checked now. */
export type Identified =
  | { readonly ok: true; readonly machine: MachineIdentity }
  | { readonly ok: false; readonly reason: 'unproven' | 'unknown'; readonly detail: string };
