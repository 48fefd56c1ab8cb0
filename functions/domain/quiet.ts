// Whether now is a good moment to take a signer down, from what several sources show of its duties ahead. Pure.
import type { ChainName } from './chain.ts';
import type { Standing } from './evidence.ts';
import { agreed, counted, type QuietReading, type Shared } from './lookahead.ts';
import type { Duty, DutyKind, Pace } from './lookahead.ts';

export const quietVerdicts = ['quiet', 'busy', 'unknown'] as const;
export type QuietVerdict = (typeof quietVerdicts)[number];

/** Why; each belongs to one verdict. */
export const quietReasons = {
  'no-duty': 'quiet',
  'nothing-to-lose': 'quiet',
  proposal: 'busy',
  'sync-committee': 'busy',
  'not-finalizing': 'busy',
  'halts-without-us': 'busy',
  stalled: 'busy',
  'too-few-sources': 'unknown',
  'sources-disagree': 'unknown',
  'unknown-key': 'unknown',
  'lookahead-too-short': 'unknown',
} as const satisfies Record<string, QuietVerdict>;
export type QuietReason = keyof typeof quietReasons;

/** A duty with its times, epoch ms: from when it begins to when it is over. */
export type TimedDuty = Duty & { readonly at: number; readonly endsAt: number };

export type Quiet = {
  readonly verdict: QuietVerdict;
  readonly because: QuietReason;
  /** Operators whose sources count. */
  readonly operators: readonly string[];
  /** Of each key, where the sources agree on it; otherwise empty. */
  readonly standings: readonly Standing[];
  /** As `Lookahead`; empty when no source counts. */
  readonly stakes: readonly (number | null)[];
  /** All that any source which counts shows from now on, also what others do not show; in order. */
  readonly duties: readonly TimedDuty[];
  /** The slots or heights of which all duties are known: from the one that is being made to before the last; null when nothing is. */
  readonly known: { readonly from: number; readonly until: number; readonly endsAt: number } | null;
  /** Until when it is quiet as far as anybody knows; null unless it is. */
  readonly quietUntil: number | null;
  /** When it is worth asking again; `isSure` when the time after it is known to be long enough. Null when nobody can tell. */
  readonly better: { readonly at: number; readonly isSure: boolean } | null;
  readonly pace: Pace | null;
};

/** `needMs` is how long the signer will be away; CometBFT, where nobody knows as far ahead, looks at the next few heights only. */
export type QuietAsk = { readonly chain: ChainName; readonly at: number; readonly needMs: number };

/** A proposal that is being made is not to be torn off, and nodes are a height apart. */
export const nextHeights = 3;

const timeOf = ({ unit, at, unitMs }: Pace, wanted: number): number => at + (wanted - unit) * unitMs;

/** How many slots or heights from the one that is being made the signer must be free. */
function lengthOf({ chain, at, needMs }: QuietAsk, { known, pace }: Shared): number {
  const passedMs = at - timeOf(pace, known.from);
  // While a slow source was waited for, heights may have passed; those that are late by their habit may also be still to come.
  if (chain !== 'ethereum') return nextHeights + Math.max(0, Math.floor(passedMs / pace.unitMs));
  return Math.max(1, Math.ceil((passedMs + needMs) / pace.unitMs));
}

const overlaps = (duty: Duty, from: number, until: number): boolean => duty.from < until && duty.until > from;

/** The first slot or height from which on nothing is in the way for as long as is needed. */
function freeFrom(duties: readonly Duty[], from: number, length: number): number {
  let free = from;
  for (const duty of duties.toSorted((a, b) => a.from - b.from)) {
    if (overlaps(duty, free, free + length)) free = Math.max(free, duty.until);
  }
  return free;
}

const idle: ReadonlySet<Standing> = new Set(['pending', 'exited', 'slashed', 'withdrawn', 'not-in-set']);

/** Sync committees go on for long; that is what is said when both are in the way. */
const graver = (kinds: readonly DutyKind[]): DutyKind =>
  kinds.includes('sync-committee') ? 'sync-committee' : 'proposal';

function reasonOf(shared: Shared, length: number): QuietReason {
  const { known, standings, condition } = shared;
  const end = known.from + length;
  if (standings.includes('unknown')) return 'unknown-key';
  const isIdle = standings.every((standing) => idle.has(standing));
  // Of a key that is not active nothing is expected but what it was drawn for before; no lookahead tells more.
  const reach = isIdle ? end : Math.min(end, known.until);
  const inTheWay = shared.duties.filter((duty) => overlaps(duty, known.from, reach));
  if (inTheWay.length > 0) return graver(inTheWay.map(({ kind }) => kind));
  if (isIdle) return 'nothing-to-lose';
  if (condition !== 'well') return condition;
  return known.until < end ? 'lookahead-too-short' : 'no-duty';
}

const nothing = {
  standings: [],
  stakes: [],
  duties: [],
  known: null,
  quietUntil: null,
  better: null,
  pace: null,
} as const;

function withoutAny(readings: readonly QuietReading[]): Quiet {
  const stale = new Set(
    readings.flatMap(({ operator, isOwn, trouble }) =>
      trouble?.reason === 'stale' && !isOwn ? [operator] : [],
    ),
  );
  // As for the alarm: that a chain stands still takes two operators, and nobody who has seen it move.
  const because = stale.size >= 2 ? 'stalled' : 'too-few-sources';
  return { ...nothing, verdict: quietReasons[because], because, operators: [] };
}

/**
 * Quiet only where at least two operators show the same, and all of it: the standing of every key, the duties ahead for as long as the signer
 * will be away, and a chain that is well. Every input has exactly one verdict.
 */
export function judgeQuiet(readings: readonly QuietReading[], ask: QuietAsk): Quiet {
  const { operators, lookaheads } = counted(readings);
  const shared = agreed(lookaheads);
  const [any] = lookaheads;
  if (any === undefined) return withoutAny(readings);
  const pace = shared?.pace ?? any.pace;
  const from = Math.max(...lookaheads.map(({ known }) => known.from));
  const seen = new Map(
    lookaheads.flatMap(({ duties }) => duties.map((duty) => [JSON.stringify(duty), duty] as const)),
  );
  const duties = [...seen.values()]
    .filter(({ until }) => until > from)
    .toSorted((a, b) => a.from - b.from || a.key - b.key)
    .map((duty) => ({ ...duty, at: timeOf(pace, duty.from), endsAt: timeOf(pace, duty.until) }));
  const common = { ...nothing, operators, stakes: any.stakes, duties, pace };
  if (operators.length < 2) return { ...common, verdict: 'unknown', because: 'too-few-sources' };
  if (shared === null) return { ...common, verdict: 'unknown', because: 'sources-disagree' };
  const { known, standings } = shared;
  const length = lengthOf(ask, shared);
  const because = reasonOf(shared, length);
  const verdict = quietReasons[because];
  const free = freeFrom(duties, known.from, length);
  const firstBusy = Math.min(known.until, ...duties.map((duty) => Math.max(duty.from, known.from)));
  const isDuty = because === 'proposal' || because === 'sync-committee';
  return {
    ...common,
    verdict,
    because,
    standings,
    known: { ...known, endsAt: timeOf(pace, known.until) },
    quietUntil: because === 'no-duty' ? timeOf(pace, firstBusy) : null,
    better: isDuty ? { at: timeOf(pace, free), isSure: free + length <= known.until } : null,
  };
}
