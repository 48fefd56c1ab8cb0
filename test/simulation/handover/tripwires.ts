// What the watchdog would page for: the fence of the house reports where it can, and the domain's own rules look at it once a minute.
import { hear, wellAt } from '../../../functions/domain/hear.ts';
import type { ProblemKind } from '../../../functions/domain/incident.ts';
import { observeHandovers } from '../../../functions/domain/handover/observe-handover.ts';
import { observeFences, observeZombies } from '../../../functions/domain/observe-fences.ts';
import { type FenceReport, type Pulse, silence } from '../../../functions/domain/pulse.ts';
import { siteRules } from '../../support/site.ts';
import { signer } from './cast.ts';
import type { World } from './world.ts';

export type Tripwires = {
  readonly look: (world: World) => void;
  readonly fences: () => readonly FenceReport[];
  /** What was paged so far, and when it was last seen. */
  readonly paged: ReadonlyMap<ProblemKind, number>;
};

const everyMs = 60_000;
const rules = siteRules({ signers: [{ ...signer, chain: 'ethereum' }] });

/** A client that somebody started past its fence is in no report; nor is one that cannot send. */
function listen(pulse: Pulse, { machines, now }: World): Pulse {
  const { fence, isOn, isRunning, link, instance } = machines.house;
  if (!isOn || fence === null || link === 'cut') return pulse;
  return hear(pulse, {
    ...wellAt('fence', now),
    fences: [
      {
        signer: signer.id,
        instance,
        generation: fence.kept.generation,
        isRunning: isRunning && fence.phase === 'running',
        version: '1',
        isolationMs: 600_000,
        breakGlass: fence.usedBreakGlass,
      },
    ],
  });
}

export function openTripwires(): Tripwires {
  const paged = new Map<ProblemKind, number>();
  let pulse: Pulse = silence;
  let lookedAt = Number.NEGATIVE_INFINITY;
  return {
    paged,
    fences: () => pulse.fences,
    look: (world) => {
      const { now, flag, chain, lagMs } = world;
      if (now - lookedAt < everyMs) return;
      lookedAt = now;
      pulse = listen(pulse, world);
      const given = { rules, at: now, clearedAt: () => null };
      const flags = { [signer.id]: { isReadable: true, flag } } as const;
      for (const { observation } of [
        ...observeFences(pulse, given),
        ...observeHandovers({ ...given, signers: rules.signers, flags }),
        ...observeZombies(pulse, flags, given),
      ]) {
        if (observation.status === 'bad') paged.set(observation.problem.kind, now);
      }
      // As the status of the validator says it, which whoever reads the chain sees.
      if (chain.isSlashed(now - lagMs)) paged.set('slashed', now);
    },
  };
}
