// When the week asks for a drill: for each signer that can have one, seven days after the last that showed something.
import type { SiteRules } from '../policy.ts';
import type { Drill, Drilled, DrillMode } from './drill.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Whoever asks comes once a day, and not always to the minute. */
const weekMs = 7 * dayMs - 2 * hourMs;
/** One that gave way is tried again with the next day, and not within the hour. */
const restMs = 20 * hourMs;

/** The earliest time at which the week asks for the next one; 0 when there was none yet. */
export function weeklyFrom(drilled: Drilled | null): number {
  if (drilled === null) return 0;
  const { last, told } = drilled;
  return Math.max(told === null ? 0 : told.endedAt + weekMs, last.endedAt + restMs);
}

export type WeeklyDrill = { readonly site: string; readonly signer: string; readonly mode: DrillMode };

/** Those that are due now and neither asked for nor under way. */
export function weeklyDrills(
  sites: readonly SiteRules[],
  known: {
    readonly drilled: Readonly<Record<string, Drilled>>;
    readonly drills: readonly Pick<Drill, 'signer'>[];
  },
  at: number,
): WeeklyDrill[] {
  const busy = new Set(known.drills.map(({ signer }) => signer));
  return sites.flatMap(({ id: site, signers, drills }) => {
    if (drills === null || drills.mode === 'off') return [];
    const { mode, chains } = drills;
    return signers
      .filter(({ id, chain }) => chains.includes(chain) && !busy.has(id))
      .filter(({ id }) => at >= weeklyFrom(known.drilled[id] ?? null))
      .map(({ id: signer }) => ({ site, signer, mode }));
  });
}
