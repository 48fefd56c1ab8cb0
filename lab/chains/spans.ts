// Stretches of time made out of others. Pure.

/** From a time to before another, which may be never. */
export type Span = { readonly from: number; readonly until: number };

/** The times in which something is so that can change only where one of the given spans begins or ends; in order, and none touches the next. */
export function spansWhere(spans: readonly Span[], isSo: (at: number) => boolean): Span[] {
  const edges = [...new Set(spans.flatMap(({ from, until }) => [from, until]))].toSorted((a, b) => a - b);
  const found: Span[] = [];
  for (const [place, from] of edges.entries()) {
    const until = edges[place + 1] ?? Number.POSITIVE_INFINITY;
    if (from === until || !isSo(from)) continue;
    const last = found.at(-1);
    if (last?.until === from) found[found.length - 1] = { from: last.from, until };
    else found.push({ from, until });
  }
  return found;
}
