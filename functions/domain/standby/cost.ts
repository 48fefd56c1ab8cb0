// What standbys cost, by the table of prices: an estimate, from the moment at which Compute may have begun until a node is proven gone.
import type { NodeRules, Prices } from './rules.ts';
import type { Seen } from './standby.ts';
import { isLive } from './phase.ts';

const hourMs = 3_600_000;
const hoursPerMonth = 730;
const monthsKept = 13;

/** Machine, disks, address, what it sends and what is kept for it, in the currency of the prices. */
export function costPerHour(
  { machine, disk, egressGibPerDay, snapshotGib }: NodeRules,
  prices: Prices,
): number {
  return (
    (prices.machineHour[machine] ?? 0) +
    (disk.gib * (prices.diskGibMonth[disk.type] ?? 0)) / hoursPerMonth +
    prices.addressHour +
    (egressGibPerDay / 24) * prices.egressGib +
    (snapshotGib * prices.snapshotGibMonth) / hoursPerMonth
  );
}

/** The month of a time as it keys `Fleet.spent`: `2026-12`, UTC. */
export const monthOf = (at: number): string => new Date(at).toISOString().slice(0, 7);

function nextMonth(at: number): number {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

export type Span = { readonly from: number; readonly until: number; readonly perHour: number };

/** What a span costs, by month; a clock that went back costs nothing. */
export function costByMonth({ from, until, perHour }: Span): Readonly<Record<string, number>> {
  const months: Record<string, number> = {};
  for (let begun = from; begun < until; begun = nextMonth(begun)) {
    months[monthOf(begun)] = ((Math.min(until, nextMonth(begun)) - begun) / hourMs) * perHour;
  }
  return months;
}

/** The span that a standby has been paid for and that is not in `spent` yet; null when nothing runs. */
export function runningSpan(seen: Seen, at: number): Span | null {
  const from = seen.attempt?.acceptedAt ?? null;
  if (seen.cost === null || from === null || !isLive(seen.phase)) return null;
  return { from, until: at, perHour: seen.cost.perHour };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** All that a standby has cost until `at`, gone nodes included. */
export function costSoFar(seen: Seen, at: number): number {
  const span = runningSpan(seen, at);
  return (seen.cost?.spent ?? 0) + (span === null ? 0 : sum(Object.values(costByMonth(span))));
}

/** What spans have cost in the month of `at`. */
export const costThisMonth = (spans: readonly Span[], at: number): number =>
  sum(spans.map((span) => costByMonth(span)[monthOf(at)] ?? 0));

/** Adds to what gone nodes have cost by month, and forgets months long past. */
export function addSpent(
  spent: Readonly<Record<string, number>>,
  more: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const months = [...new Set([...Object.keys(spent), ...Object.keys(more)])].toSorted().slice(-monthsKept);
  return Object.fromEntries(months.map((month) => [month, (spent[month] ?? 0) + (more[month] ?? 0)]));
}

/** What ended between two states of a standby and belongs into `Fleet.spent`; null when nothing did. */
export function endedSpan(before: Seen, after: Seen, at: number): Span | null {
  return isLive(before.phase) && !isLive(after.phase) ? runningSpan(before, at) : null;
}
