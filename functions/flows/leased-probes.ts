// Probes whose port the house tells: each look goes to the port that is known at that moment, and says nothing while none is.
import { believed, qualityOf } from '../domain/confirm.ts';
import {
  doubtOfBad,
  type LeaseFact,
  leasedIn,
  leaseFact,
  type LeasedTarget,
  portAt,
} from '../domain/lease.ts';
import type { SiteState } from '../domain/memory.ts';
import type { SiteRules } from '../domain/policy.ts';
import type { Pulse } from '../domain/pulse.ts';
import type { Sample } from '../domain/sample.ts';
import type { Clock } from '../kit/clock.ts';
import type { BoundProbe, ProbeRun } from '../probes/probe.ts';

/** What the house says, as it was read last; null when it could not be read. */
export type Ears = {
  readonly heard: () => Promise<Pulse | null>;
  /** Reads it once more, once for all who ask; null as well when the first reading failed. */
  readonly again: () => Promise<Pulse | null>;
};

/** Ears that read again at most once, and whose newest word counts. `read` rejects when it cannot be read. */
export function createEars(first: Promise<Pulse | null>, read: () => Promise<Pulse | null>): Ears {
  let newest = first;
  let second: Promise<Pulse | null> | null = null;
  const readAgain = async (): Promise<Pulse | null> => {
    const before = await first;
    // Whoever waited in vain for the first would wait as long again.
    if (before === null) return null;
    try {
      return (await read()) ?? before;
    } catch {
      return before;
    }
  };
  return {
    heard: () => newest,
    again: () => {
      if (second === null) {
        second = readAgain();
        newest = second;
      }
      return second;
    },
  };
}

/** For whoever cannot hear the house. */
export const deaf: Ears = { heard: () => Promise.resolve(null), again: () => Promise.resolve(null) };

const unplaced = (detail: string, totalMs = 0): Sample => ({
  ok: false,
  reason: 'lease',
  detail,
  latencyMs: { total: totalMs },
});

async function lookAt(probe: BoundProbe, lease: LeaseFact, look: ProbeRun, clock: Clock): Promise<Sample> {
  const now = portAt(lease, clock.now());
  if (!now.isKnown) return unplaced(now.why);
  const sample = await probe.run({ ...look, port: now.port });
  if (qualityOf(sample) !== 'bad') return sample;
  // It may have ended while we waited for an answer.
  const doubt = doubtOfBad(lease, clock.now());
  return doubt === null ? sample : unplaced(doubt, sample.latencyMs.total);
}

type Leased = LeasedTarget & { readonly ears: Ears; readonly state: SiteState | null; readonly clock: Clock };

const leaseIn = ({ state, ...leased }: Leased, pulse: Pulse | null): LeaseFact =>
  leaseFact(leased, pulse, state?.facts.targets.find(({ id }) => id === leased.target)?.lease ?? null);

/** Before bad news is believed, it is asked whether the house has told another port meanwhile. */
async function look(probe: BoundProbe, leased: Leased, given: ProbeRun): Promise<Sample> {
  const { ears, state, clock } = leased;
  const lease = leaseIn(leased, await ears.heard());
  const sample = await lookAt(probe, lease, given, clock);
  if (qualityOf(sample) !== 'bad' || believed(state, probe.id) === 'bad') return sample;
  const newer = leaseIn(leased, await ears.again());
  return newer.port === lease.port ? sample : lookAt(probe, newer, { ...given, at: clock.now() }, clock);
}

export type LeasedProbes = {
  readonly probes: readonly BoundProbe[];
  /** The port at which a target is to be looked at now: undefined when it is not leased, null while it is not known. */
  readonly portOf: (id: string) => Promise<number | null | undefined>;
};

/** The probes of a site, those of leased ports bound to what is known of these. */
export function leasedProbes(
  probes: readonly BoundProbe[],
  given: {
    readonly rules: Pick<SiteRules, 'targets'>;
    readonly ears: Ears;
    readonly state: SiteState | null;
    readonly clock: Clock;
  },
): LeasedProbes {
  const { rules, ...common } = given;
  const leased = new Map(leasedIn(rules.targets).map((each) => [each.target, { ...each, ...common }]));
  return {
    probes: probes.map((probe) => {
      const lease = leased.get(probe.id);
      return lease === undefined ? probe : { id: probe.id, run: (run) => look(probe, lease, run) };
    }),
    portOf: async (id) => {
      const lease = leased.get(id);
      if (lease === undefined) return undefined;
      const now = portAt(leaseIn(lease, await common.ears.heard()), common.clock.now());
      return now.isKnown ? now.port : null;
    },
  };
}
