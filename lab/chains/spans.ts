// Stretches of time made out of others. Pure.

/** From a time to before another, which may be never. */
export type Span = { readonly from: number; readonly until: number };

/** The times in which something is so that can change only where one of the given spans begins or ends; in order. */
export function spansWhere(spans: readonly Span[], isSo: (at: number) => boolean): Span[] {
  const edges = [...new Set(spans.flatMap(({ from, until }) => [from, until]))].toSorted((a, b) => a - b);
  return edges
    .map((from, place) => ({ from, until: edges[place + 1] ?? Number.POSITIVE_INFINITY }))
    .filter(({ from, until }) => from < until && isSo(from));
}
