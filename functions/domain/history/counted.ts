// Which time was counted: a clock that goes back shows the same time twice, and it is counted once.
import { mostSpans, type Span } from './history.ts';

/** What of a span was not counted yet, in order. `counted` is in order and does not overlap. */
export function uncounted(counted: readonly Span[], span: Span): Span[] {
  const left: Span[] = [];
  let from = span.from;
  for (const each of counted) {
    if (each.until <= from) continue;
    if (each.from >= span.until) break;
    if (each.from > from) left.push({ from, until: each.from });
    from = each.until;
  }
  return from < span.until ? [...left, { from, until: span.until }] : left;
}

/** The first moment from this one on that was not counted yet. */
export const firstUncounted = (counted: readonly Span[], at: number): number =>
  counted.reduce((moment, { from, until }) => (from <= moment && moment < until ? until : moment), at);

/** Where two spans lie closest, the time between them is given up: it can never be counted any more. */
function joined(spans: readonly Span[]): readonly Span[] {
  if (spans.length <= mostSpans) return spans;
  const gaps = spans.map(({ from }, place) => from - (spans[place - 1]?.until ?? Number.NEGATIVE_INFINITY));
  const place = gaps.indexOf(Math.min(...gaps));
  const [before, after] = [spans[place - 1], spans[place]];
  if (before === undefined || after === undefined) return spans;
  const both = { from: before.from, until: after.until };
  return joined([...spans.slice(0, place - 1), both, ...spans.slice(place + 1)]);
}

/** With a span that was not counted before. */
export function withCounted(counted: readonly Span[], span: Span): readonly Span[] {
  const spans: Span[] = [];
  for (const each of [...counted, span].toSorted((a, b) => a.from - b.from)) {
    const before = spans.at(-1);
    if (before !== undefined && before.until >= each.from) {
      spans[spans.length - 1] = { from: before.from, until: Math.max(before.until, each.until) };
    } else spans.push(each);
  }
  return joined(spans);
}
