// Machines that have run for longer than anybody is likely to want: each is told of, for it costs as long as nobody looks.
import type { Drill } from '../drill/drill.ts';
import { isLive } from './phase.ts';
import type { Orphan, Seen, Standby } from './standby.ts';

export type OldMachine = {
  readonly name: string;
  readonly zone: string;
  /** Whole hours since it was accepted, or since it was first seen. */
  readonly hours: number;
  /** What it is there for. */
  readonly purpose: 'standby' | 'drill' | 'orphan';
};

const hourMs = 3_600_000;

type Machine = Pick<OldMachine, 'name' | 'zone' | 'purpose'> & { readonly since: number };

function machineOf(seen: Seen | null, purpose: 'standby' | 'drill'): Machine[] {
  const attempt = seen?.attempt ?? null;
  const since = seen?.node?.createdAt ?? attempt?.acceptedAt ?? null;
  if (seen === null || attempt === null || since === null || !isLive(seen.phase)) return [];
  return [{ name: attempt.name, zone: attempt.zone, purpose, since }];
}

export type Machines = {
  readonly standbys: readonly Standby[];
  readonly drills: readonly Drill[];
  readonly orphans: readonly Orphan[];
};

/** The oldest first. One that holds keys is among them: somebody should know what it costs. */
export function oldMachines(
  { standbys, drills, orphans }: Machines,
  { at, afterMs }: { readonly at: number; readonly afterMs: number },
): readonly OldMachine[] {
  const all: Machine[] = [
    ...standbys.flatMap(({ seen }) => machineOf(seen, 'standby')),
    ...drills.flatMap(({ run }) => machineOf(run?.seen ?? null, 'drill')),
    ...orphans
      .filter(({ kind }) => kind === 'instance')
      .map(({ name, zone, firstSeenAt }) => ({ name, zone, purpose: 'orphan' as const, since: firstSeenAt })),
  ];
  return all
    .filter(({ since }) => at - since > afterMs)
    .toSorted((left, right) => left.since - right.since)
    .map(({ name, zone, purpose, since }) => ({
      name,
      zone,
      hours: Math.floor((at - since) / hourMs),
      purpose,
    }));
}
