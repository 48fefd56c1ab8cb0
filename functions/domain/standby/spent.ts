// What a standby has cost so far, in words.
import type { Seen } from './standby.ts';

const hourMs = 3_600_000;

/** In the currency of the price table; null when there is no price, or nothing was ever made. */
export function spentOn({ cost, attempt, phase }: Seen, at: number): number | null {
  if (cost === null) return null;
  const since = phase === 'gone' ? null : (attempt?.acceptedAt ?? null);
  if (since === null) return cost.spent === 0 && phase !== 'gone' ? null : cost.spent;
  return cost.spent + (Math.max(0, at - since) / hourMs) * cost.perHour;
}

const money = (amount: number, currency: string): string => `${amount.toFixed(2)} ${currency}`;

/** E.g. `it has cost 0.43 USD`; null when that is not known. */
export function spentWords(seen: Seen, at: number): string | null {
  const spent = spentOn(seen, at);
  return spent === null || seen.cost === null ? null : `it has cost ${money(spent, seen.cost.currency)}`;
}

/** E.g. `0.52 USD an hour`. */
export const rateWords = ({ cost }: Seen): string | null =>
  cost === null ? null : `${money(cost.perHour, cost.currency)} an hour`;
