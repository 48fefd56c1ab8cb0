// How looks become history: what each look shows is held until the next one, day by day, and no moment is counted twice.
import type { Quality, SignerState } from '../facts.ts';
import type { Incident } from '../incident.ts';
import type { SiteState } from '../memory.ts';
import type { SiteVerdict } from '../verdict.ts';
import { firstUncounted, uncounted, withCounted } from './counted.ts';
import { byDay, dayAfter, dayOf } from './day.ts';
import { mergeListed, withIncidents } from './day-incidents.ts';
import {
  type Day,
  type DayRollup,
  heldMs,
  type SiteHistory,
  type Span,
  type Tally,
  type TargetTally,
} from './history.ts';
import { addToHour, emptyHours, meansOnly } from './hours.ts';
import { addLatency } from './sketch.ts';
import {
  addChange,
  addMs,
  emptyTally,
  emptyTargetTally,
  mergeRecords,
  mergeTallies,
  mergeTargetTallies,
} from './tally.ts';

/** What one look at a site showed, as far as it is counted. */
export type Look = {
  readonly at: number;
  readonly site: SiteVerdict;
  readonly targets: readonly {
    readonly id: string;
    readonly quality: Quality;
    readonly totalMs: number | null;
  }[];
  readonly signers: Readonly<Record<string, SignerState>>;
};

export const lookOf = ({
  tick,
  facts,
  judgement,
}: Pick<SiteState, 'tick' | 'facts' | 'judgement'>): Look => ({
  at: tick.at,
  site: judgement.verdict,
  targets: facts.targets,
  signers: judgement.signers,
});

/** What is to be counted of one look. `open` are the incidents that were open before it, `changed` those that it opened or changed. */
export type Account = {
  /** The look before; null for the first one. */
  readonly before: Look | null;
  readonly now: Look;
  readonly latenessMs: number;
  readonly open: Readonly<Record<string, Incident>>;
  readonly changed: readonly Incident[];
  readonly pages: number;
};

/** `filed` are the days that are over with it, in the order in which they were counted. */
export type Accounted = { readonly history: SiteHistory; readonly filed: readonly DayRollup[] };

const emptyDay = (day: Day, from: number): DayRollup => ({
  day,
  from,
  through: from,
  ticks: 0,
  worstLatenessMs: 0,
  worstGapMs: 0,
  pages: 0,
  site: emptyTally,
  targets: {},
  signers: {},
  incidents: [],
  moreIncidents: 0,
});

/** Before the first look, or before the first one that is counted. */
export const emptyHistory = (at: number): SiteHistory => ({
  today: emptyDay(dayOf(at), at),
  yesterday: {},
  counted: [],
});

const isEmpty = ({ ticks, from, through }: DayRollup): boolean => ticks === 0 && from === through;

/** Ids that come and go within one day must not make its document too large; what comes after these is not counted on that day. */
const mostParts = 1_000;

/** Makes of each part what `add` makes of it; one that is not there yet begins empty. */
function withParts<Value, Part>(
  known: Readonly<Record<string, Value>>,
  parts: Iterable<readonly [string, Part]>,
  { empty, add }: { readonly empty: Value; readonly add: (value: Value, part: Part, id: string) => Value },
): Record<string, Value> {
  const values = new Map(Object.entries(known));
  for (const [id, part] of parts) {
    const before = values.get(id);
    if (before === undefined && values.size >= mostParts) continue;
    values.set(id, add(before ?? empty, part, id));
  }
  return Object.fromEntries(values);
}

const targetsOf = ({ targets }: Look): (readonly [string, Look['targets'][number]])[] =>
  targets.map((target) => [target.id, target]);

/** So much time more, in which everything was as that look showed it. */
function withSpan(day: DayRollup, look: Look, { from, until }: Span): DayRollup {
  const ms = until - from;
  const isFirst = day.from === day.through;
  return {
    ...day,
    from: isFirst ? from : Math.min(day.from, from),
    through: isFirst ? until : Math.max(day.through, until),
    site: addMs(day.site, look.site, ms),
    targets: withParts(day.targets, targetsOf(look), {
      empty: emptyTargetTally,
      add: (tally, { quality }) => addMs(tally, quality, ms),
    }),
    signers: withParts(day.signers, Object.entries(look.signers), {
      empty: emptyTally,
      add: (tally, state) => addMs(tally, state, ms),
    }),
  };
}

type Book = SiteHistory & { readonly filed: readonly DayRollup[]; readonly open: readonly Incident[] };

/** What was counted goes into the books as soon as a moment of another day comes. */
function turnedTo(book: Book, from: number): Book {
  const { today, counted, filed, open } = book;
  const day = dayOf(from);
  if (day === today.day) return book;
  const isNext = dayAfter(today.day) === day;
  const hours = Object.entries(today.targets).map(([id, tally]) => [id, meansOnly(tally.hours)] as const);
  return {
    ...book,
    today: withIncidents(emptyDay(day, from), open, () => true),
    yesterday: isNext ? Object.fromEntries(hours.filter(([, each]) => each !== emptyHours)) : {},
    // A day of which no time was counted takes its first moment all the same, so that no other begins there.
    counted:
      today.through === today.from
        ? withCounted(counted, { from: today.from, until: today.from + 1 })
        : counted,
    filed: isEmpty(today) ? filed : [...filed, today],
  };
}

/** The time since the look before, as far as that one speaks for it and as it was not counted already. */
function withHeld(book: Book, before: Look, at: number): Book {
  const held = { from: before.at, until: Math.min(at, before.at + heldMs) };
  let next = book;
  for (const span of uncounted(book.counted, held).flatMap(byDay)) {
    const turned = turnedTo(next, span.from);
    next = {
      ...turned,
      today: withSpan(turned.today, before, span),
      counted: withCounted(turned.counted, span),
    };
  }
  return next;
}

/** True when the second look was near enough for a difference between the two to be one change. */
const follows = (before: Look, now: Look): boolean => now.at > before.at && now.at - before.at <= heldMs;

const changedTally = <Some extends Tally>(tally: Some, before: string | undefined, now: string): Some =>
  before === undefined || before === now ? tally : addChange(tally);

/** What the look itself brings: that it was, what changed, and the latencies of what was good. `moment` is where it counts. */
function withLook(day: DayRollup, { before, now, latenessMs }: Account, moment: number): DayRollup {
  const earlier = before !== null && follows(before, now) ? before : null;
  const qualities = new Map(earlier?.targets.map(({ id, quality }) => [id, quality]));
  const states = new Map(Object.entries(earlier?.signers ?? {}));
  return {
    ...day,
    ticks: day.ticks + 1,
    worstLatenessMs: Math.max(day.worstLatenessMs, latenessMs),
    worstGapMs: Math.max(day.worstGapMs, before === null ? 0 : now.at - before.at),
    site: changedTally(day.site, earlier?.site, now.site),
    targets: withParts(day.targets, targetsOf(now), {
      empty: emptyTargetTally,
      add: (tally, { quality, totalMs }, id): TargetTally => {
        const changed = changedTally(tally, qualities.get(id), quality);
        if (quality !== 'good' || totalMs === null) return changed;
        return {
          ...changed,
          latency: addLatency(changed.latency, totalMs),
          hours: addToHour(changed.hours, moment, totalMs),
        };
      },
    }),
    signers: withParts(day.signers, Object.entries(now.signers), {
      empty: emptyTally,
      add: (tally, state, id) => changedTally(tally, states.get(id), state),
    }),
  };
}

/**
 * Counts one look, and the time from the look before up to it. A look at a time that was counted already (a clock went back) counts for the
 * first moment after it that was not. Each moment is in one rollup at most, which is one of its own day.
 */
export function account(history: SiteHistory | null, given: Account): Accounted {
  const { before, now, changed, pages } = given;
  const known = history ?? emptyHistory(now.at);
  const open = Object.values(given.open);
  // What was open before anything was counted is part of the first day as well.
  const today = isEmpty(known.today) ? withIncidents(known.today, open, () => true) : known.today;
  const book: Book = { ...known, today, filed: [], open };
  const held = before === null ? book : withHeld(book, before, now.at);
  const moment = firstUncounted(held.counted, now.at);
  const { filed, counted, yesterday, today: running } = turnedTo(held, moment);
  const looked = withLook(running, given, moment);
  return {
    history: {
      today: withIncidents(
        { ...looked, pages: looked.pages + pages },
        changed,
        (id) => !Object.hasOwn(given.open, id),
      ),
      yesterday,
      counted,
    },
    filed,
  };
}

/**
 * What happened between two looks: no time is counted. What is said after midnight and before the first look counts for the day that was
 * looked at last; an incident that opens then comes with that look.
 */
export function withNews(
  history: SiteHistory,
  { at, open, changed, pages }: Pick<Account, 'open' | 'changed' | 'pages'> & { readonly at: number },
): SiteHistory {
  const { today } = history;
  const isNew = (id: string): boolean => dayOf(at) === today.day && !Object.hasOwn(open, id);
  return { ...history, today: withIncidents({ ...today, pages: today.pages + pages }, changed, isNew) };
}

/** Two parts of one day, in any order, as one: the day was filed twice, because a clock went back. */
export function mergeDays(a: DayRollup, b: DayRollup): DayRollup {
  return {
    day: a.day,
    from: Math.min(a.from, b.from),
    through: Math.max(a.through, b.through),
    ticks: a.ticks + b.ticks,
    worstLatenessMs: Math.max(a.worstLatenessMs, b.worstLatenessMs),
    worstGapMs: Math.max(a.worstGapMs, b.worstGapMs),
    pages: a.pages + b.pages,
    site: mergeTallies(a.site, b.site),
    targets: mergeRecords(a.targets, b.targets, mergeTargetTallies),
    signers: mergeRecords(a.signers, b.signers, mergeTallies),
    ...mergeListed(a, b),
  };
}
