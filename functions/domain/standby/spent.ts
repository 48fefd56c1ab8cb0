// What a standby has cost so far, in words.
import { costSoFar } from './cost.ts';
import type { Seen } from './standby.ts';

/** Null when there is no price, or nothing was ever made. */
function spentOn(seen: Seen, at: number): number | null {
  if (seen.cost === null) return null;
  const spent = costSoFar(seen, at);
  return spent === 0 && seen.phase !== 'gone' && (seen.attempt?.acceptedAt ?? null) === null ? null : spent;
}

/** E.g. `0.17 USD`; the bare amount where the currency is not known. */
export const money = (amount: number, currency: string | null): string =>
  `${amount.toFixed(2)}${currency === null ? '' : ` ${currency}`}`;

/** E.g. `it has cost 0.43 USD`; null when that is not known. */
export function spentWords(seen: Seen, at: number): string | null {
  const spent = spentOn(seen, at);
  return spent === null || seen.cost === null ? null : `it has cost ${money(spent, seen.cost.currency)}`;
}

/** E.g. `0.52 USD an hour`. */
export const rateWords = ({ cost }: Seen): string | null =>
  cost === null ? null : `${money(cost.perHour, cost.currency)} an hour`;
