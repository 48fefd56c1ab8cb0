// What standbys have cost, from the price that was written down when each was made.
import type { Seen } from '../domain/standby/standby.ts';

export type StandbyCost = { readonly perHour: number; readonly soFar: number; readonly currency: string };

const hourMs = 3_600_000;

/** Since when what is there now costs money; null when nothing is there. */
function runsSince({ phase, node, attempt }: Seen): number | null {
  if (phase === 'gone') return null;
  const accepted = attempt === null || attempt.refused !== null ? null : attempt.acceptedAt;
  return node === null ? accepted : (node.createdAt ?? accepted);
}

/** What the node that is there has cost between two times. */
export function running(seen: Seen, from: number, until: number): number {
  const since = runsSince(seen);
  if (since === null || seen.cost === null) return 0;
  return (seen.cost.perHour * Math.max(0, until - Math.max(from, since))) / hourMs;
}

/** What one standby has cost; null when its price is not known. */
export function costOf(seen: Seen | null, at: number): StandbyCost | null {
  if (seen === null || seen.cost === null) return null;
  const { perHour, spent, currency } = seen.cost;
  return { perHour, soFar: spent + running(seen, 0, at), currency };
}
