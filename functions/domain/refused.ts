// Calls that `heartbeat` refused: whoever is missing meanwhile is unknown, not silent.

/** When calls were last refused, by `senderKey` or `floodKey`. */
export type RefusedAt = Readonly<Record<string, number>>;

/** So many calls are refused that any sender may drown in them. */
export const floodKey = 'all';

export const senderKey = ({ site, source }: { readonly site: string; readonly source: string }): string =>
  `${site}/${source}`;

/** A refused call is no news after this. */
const latelyMs = 3 * 60_000;

/** Of these sources those that we were refusing lately. */
export function refusedLately(
  refusedAt: RefusedAt,
  site: { readonly id: string; readonly sources: readonly string[] },
  at: number,
): string[] {
  const isLately = (key: string): boolean => at - (refusedAt[key] ?? Number.NEGATIVE_INFINITY) < latelyMs;
  if (isLately(floodKey)) return [...site.sources];
  return site.sources.filter((source) => isLately(senderKey({ site: site.id, source })));
}
