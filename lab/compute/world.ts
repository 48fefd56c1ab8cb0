// The state of the pretend Compute Engine and its course: what is due by the lab's clock happens when somebody looks.
import { createHash } from 'node:crypto';
import { noFaults, type FaultState } from './faults.ts';
import { invalid } from './refusal.ts';
import type { Disk, Instance, Operation, Snapshot, Template } from './resource.ts';

/** In milliseconds of the lab's clock. */
export type Timing = {
  /** Until an operation that was accepted begins. */
  readonly pendingMs: number;
  /** Until a machine runs, and is gone. */
  readonly insertMs: number;
  readonly deleteMs: number;
  readonly snapshotMs: number;
  /** Everything else that takes time: start, stop, disks, labels. */
  readonly otherMs: number;
};
const usual: Timing = {
  pendingMs: 1_000,
  insertMs: 20_000,
  deleteMs: 30_000,
  snapshotMs: 40_000,
  otherMs: 5_000,
};

export type WorldOptions = {
  readonly project: string;
  readonly now: () => number;
  /** Region → its zones. */
  readonly zones: Readonly<Record<string, readonly string[]>>;
  readonly timing?: Partial<Timing>;
};

type Due = { readonly at: number; readonly happen: (at: number) => void };

/** Resources of one kind by `zone/name`, in the order in which they were made. */
export type Shelf<Resource> = Map<string, Resource>;
export const keyOf = ({ zone, name }: { readonly zone: string; readonly name: string }): string =>
  `${zone}/${name}`;

export type World = ReturnType<typeof makeWorld>;

export function makeWorld({ project, now, zones, timing = {} }: WorldOptions) {
  const faults: FaultState = noFaults();
  const dues: Due[] = [];
  let made = 0;
  let settledAt = -Infinity;

  const settle = (): number => {
    const until = now();
    for (;;) {
      let next: Due | null = null;
      for (const due of dues) {
        // Of two at the same time the one that was planned first.
        if (due.at <= until && (next === null || due.at < next.at)) next = due;
      }
      if (next === null) break;
      dues.splice(dues.indexOf(next), 1);
      settledAt = Math.max(settledAt, next.at);
      next.happen(next.at);
    }
    settledAt = Math.max(settledAt, until);
    return settledAt;
  };

  const regionOf = (zone: string): string => {
    const region = Object.keys(zones).find((each) => zones[each]?.includes(zone) === true);
    if (region === undefined) throw invalid('zone', zone, 'Unknown zone.');
    return region;
  };

  return {
    project,
    projectNumber: '123456789012',
    zones,
    timing: { ...usual, ...timing },
    faults,
    instances: new Map() as Shelf<Instance>,
    disks: new Map() as Shelf<Disk>,
    snapshots: new Map<string, Snapshot>(),
    templates: new Map<string, Template>(),
    operations: new Map<string, Operation>(),
    /** `requestId` → the operation it began. */
    requests: new Map<string, Operation>(),
    /** Called before somebody reads what a machine has published or written. */
    publishers: [] as ((instance: Instance, at: number) => void)[],
    /** Lets all happen that is due, and says what time it is. */
    settle,
    later: (at: number, happen: (at: number) => void) => {
      dues.push({ at, happen });
    },
    /** A numeric id of 19 digits that nothing else ever gets. */
    newId: (): string => String(1_000_000_000_000_000_000n + BigInt(++made) * 1_000_003n),
    /** The name of an operation, as Google's look. */
    newOperationName: (at: number): string => {
      const hash = createHash('sha256').update(`${project} ${++made}`).digest('hex');
      return `operation-${at}-${hash.slice(0, 13)}-${hash.slice(13, 21)}-${hash.slice(21, 29)}`;
    },
    regionOf,
    zonePath: (zone: string): string => `projects/${project}/zones/${zone}`,
  };
}
