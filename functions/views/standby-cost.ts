// What standbys have cost, from the price that was written down when each was made.
import type { Phase, Seen } from '../domain/standby/standby.ts';

export type StandbyCost = { readonly perHour: number; readonly soFar: number; readonly currency: string };

const hourMs = 3_600_000;

/** In every other phase it is proven that nothing is there. */
const livePhases: readonly Phase[] = ['creating', 'booting', 'syncing', 'synced', 'releasing'];

/** What the node that is there, or may be, has cost between two times: from when Compute accepted it until it is proven gone. */
export function running(seen: Seen, from: number, until: number): number {
  const since = seen.attempt?.acceptedAt ?? null;
  if (since === null || seen.cost === null || !livePhases.includes(seen.phase)) return 0;
  return (seen.cost.perHour * Math.max(0, until - Math.max(from, since))) / hourMs;
}

/** What one standby has cost; null when its price is not known. */
export function costOf(seen: Seen | null, at: number): StandbyCost | null {
  if (seen === null || seen.cost === null) return null;
  const { perHour, spent, currency } = seen.cost;
  return { perHour, soFar: spent + running(seen, 0, at), currency };
}
