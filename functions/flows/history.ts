// Days of a site as they are asked for, from what was filed and what is counted of today. A day that is over is read once.
import { dayAfter, dayOf, startOf } from '../domain/history/day.ts';
import { type Day, type DayRollup, keptDays } from '../domain/history/history.ts';
import { mergeDays } from '../domain/history/rollup.ts';
import type { SiteState } from '../domain/memory.ts';
import type { SiteRules } from '../domain/policy.ts';
import type { Clock } from '../kit/clock.ts';
import { WatchdogError } from '../kit/error.ts';
import type { ReadStore } from '../stores/store.ts';
import {
  type DayAnswer,
  dayAnswer,
  type DayPart,
  dayRow,
  type HistoryAnswer,
  historyAnswer,
  type Show,
  shownRollup,
  type Sum,
  withDay,
} from '../views/history-answer.ts';

export type HistoryWorld = {
  readonly rules: readonly SiteRules[];
  readonly store: Pick<ReadStore, 'readStates' | 'readDays'>;
  readonly clock: Clock;
};

/** `show` null is for the operator; a public reader must be shown `history` to get any. Null when there is no such site. */
export type HistoryReader = {
  /** By default until today, and 30 days. Throws ERR_REQUEST, and ERR_STORE as the store does. */
  readonly days: (
    asked: { readonly site: string; readonly from: Day | null; readonly to: Day | null },
    show: Show,
  ) => Promise<HistoryAnswer | null>;
  readonly day: (site: string, day: Day, show: Show) => Promise<DayAnswer | null>;
  /** The same, as a page is made of it. */
  readonly dayPart: (site: string, day: Day, show: Show) => Promise<DayPart | null>;
};

const usualDays = 30;
/** A day of 500 targets is 300 KB, so no more of them are held at once. */
const daysAtOnce = 31;
/** What is counted of now, and filed later. */
const todayFreshMs = 10_000;
/** What is over does not change, but for a part that is filed late. */
const dayFreshMs = 3_600_000;
/** Parts of days, each some hundred bytes, that are remembered of all sites. */
const mostParts = 20_000;

const refuse = (message: string): WatchdogError => new WatchdogError('ERR_REQUEST', message);

function isDay(text: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? startOf(text) : Number.NaN;
  return Number.isFinite(at) && dayOf(at) === text;
}

/** Throws ERR_REQUEST, which says what would be right. */
function readRange(
  { from, to }: { readonly from: Day | null; readonly to: Day | null },
  today: Day,
): { readonly from: Day; readonly to: Day } {
  for (const [name, day] of [
    ['from', from],
    ['to', to],
  ] as const) {
    if (day !== null && !isDay(day))
      throw refuse(`${name} must be a day of the calendar, such as 2026-12-01`);
  }
  const last = to ?? today;
  const first = from ?? dayAfter(last, 1 - usualDays);
  if (first > last) {
    throw refuse(
      to === null
        ? `from must not be after today, which is ${today} by UTC`
        : 'to is before from; write the earlier day as from',
    );
  }
  if (dayAfter(first, keptDays - 1) < last) {
    throw refuse(`these are more than ${keptDays} days, and no more are kept; ask for fewer`);
  }
  return { from: first, to: last };
}

const earlier = (a: Day, b: Day): Day => (a < b ? a : b);

/** The days from one to another, in portions. */
function portions(from: Day, to: Day): { readonly from: Day; readonly to: Day }[] {
  const all: { readonly from: Day; readonly to: Day }[] = [];
  for (let first = from; first <= to; first = dayAfter(first, daysAtOnce)) {
    all.push({ from: first, to: earlier(to, dayAfter(first, daysAtOnce - 1)) });
  }
  return all;
}

const daysIn = (from: Day, to: Day): Day[] => {
  const all: Day[] = [];
  for (let day = from; day <= to; day = dayAfter(day)) all.push(day);
  return all;
};

type Kept = {
  readonly at: number;
  readonly freshMs: number;
  readonly rollup: DayRollup | null;
  readonly broken: readonly string[];
};

const partsOf = ({ rollup }: Kept): number =>
  rollup === null ? 1 : 1 + Object.keys(rollup.targets).length + Object.keys(rollup.signers).length;

/** Days that are over, the last used last, at most `mostParts` parts of them. */
function shelfOfDays() {
  const kept = new Map<string, Kept>();
  let parts = 0;
  const drop = (key: string): void => {
    const known = kept.get(key);
    if (known === undefined) return;
    parts -= partsOf(known);
    kept.delete(key);
  };
  return {
    get: (key: string, now: number): Kept | null => {
      const known = kept.get(key);
      if (known === undefined || now < known.at || now - known.at >= known.freshMs) return null;
      kept.delete(key);
      kept.set(key, known);
      return known;
    },
    put: (key: string, value: Kept): void => {
      drop(key);
      kept.set(key, value);
      parts += partsOf(value);
      for (const oldest of kept.keys()) {
        if (parts <= mostParts || oldest === key) break;
        drop(oldest);
      }
    },
  };
}

type Portion = { readonly days: readonly DayRollup[]; readonly broken: readonly string[] };

/** The day that a sentence of the store is about. */
const dayNamed = (text: string): string => /_(\d{4}-\d{2}-\d{2})/.exec(text)?.[1] ?? '';

/** One for each instance: it remembers days that are over. */
export function openHistory({ rules, store, clock }: HistoryWorld): HistoryReader {
  const shelf = shelfOfDays();
  const states = new Map<string, { readonly at: number; readonly state: Promise<SiteState | null> }>();
  const reading = new Map<string, Promise<Portion>>();

  /** What is counted of today; a document that cannot be read keeps no other day back. */
  const stateOf = (site: string): Promise<SiteState | null> => {
    const now = clock.now();
    const known = states.get(site);
    if (known !== undefined && now >= known.at && now - known.at < todayFreshMs) return known.state;
    const state = store.readStates([site]).then((read) => read.states.get(site) ?? null);
    states.set(site, { at: now, state });
    state.catch(() => states.delete(site));
    return state;
  };

  const read = async (site: string, from: Day, to: Day, counted: Day | null): Promise<Portion> => {
    const at = clock.now();
    const keyOf = (day: Day): string => `${site} ${day}`;
    const asked = daysIn(from, to);
    // Kept here, for what is put on the shelf may take the place of others.
    const found = new Map<Day, Kept>();
    for (const day of asked) {
      const kept = shelf.get(keyOf(day), at);
      if (kept !== null) found.set(day, kept);
    }
    const missing = asked.filter((day) => !found.has(day));
    const [first, last] = [missing[0], missing.at(-1)];
    if (first !== undefined && last !== undefined) {
      const { days, broken } = await store.readDays(site, first, last);
      const byDay = new Map(days.map((rollup) => [rollup.day, rollup]));
      for (const day of daysIn(first, last)) {
        const kept: Kept = {
          at,
          freshMs: counted !== null && day < counted ? dayFreshMs : todayFreshMs,
          rollup: byDay.get(day) ?? null,
          broken: broken.filter((text) => dayNamed(text) === day),
        };
        found.set(day, kept);
        shelf.put(keyOf(day), kept);
      }
    }
    const all = asked.flatMap((day) => found.get(day) ?? []);
    return {
      days: all.flatMap(({ rollup }) => (rollup === null ? [] : [rollup])),
      broken: all.flatMap(({ broken }) => broken),
    };
  };

  /** Readers of the same days wait for one read. */
  const portion = (site: string, from: Day, to: Day, counted: Day | null): Promise<Portion> => {
    const key = `${site} ${from} ${to} ${counted}`;
    const known = reading.get(key);
    if (known !== undefined) return known;
    const begun = read(site, from, to, counted).finally(() => reading.delete(key));
    reading.set(key, begun);
    return begun;
  };

  /** With what is counted now, where that is of one of these days. */
  const withToday = (days: readonly DayRollup[], today: DayRollup | null): DayRollup[] => {
    if (today === null || today.ticks === 0) return [...days];
    const filed = days.find(({ day }) => day === today.day);
    const others = days.filter(({ day }) => day !== today.day);
    const whole = filed === undefined ? today : mergeDays(filed, today);
    return [...others, whole].toSorted((a, b) => (a.day < b.day ? -1 : 1));
  };

  const rulesOf = (site: string): SiteRules | undefined => rules.find(({ id }) => id === site);

  const dayPart: HistoryReader['dayPart'] = async (site, day, show) => {
    const about = rulesOf(site);
    if (about === undefined) return null;
    if (!isDay(day)) throw refuse('that is not a day of the calendar; write one such as 2026-12-01');
    const at = clock.now();
    const today = (await stateOf(site))?.history.today ?? null;
    const { days, broken } = await portion(site, day, day, today?.day ?? null);
    const [found] = withToday(days, today?.day === day ? today : null);
    return {
      site,
      name: about.name,
      timezone: about.timezone,
      at,
      day,
      isOver: day < dayOf(at),
      rollup: found === undefined ? null : shownRollup(found, site, show),
      isPublic: show !== null,
      broken: show === null ? broken : [],
    };
  };

  return {
    days: async ({ site, ...asked }, show) => {
      const about = rulesOf(site);
      if (about === undefined) return null;
      const at = clock.now();
      const { from, to } = readRange(asked, dayOf(at));
      const today = (await stateOf(site))?.history.today ?? null;
      const rows = [];
      const broken: string[] = [];
      let sum: Sum = null;
      for (const part of portions(from, to)) {
        const found = await portion(site, part.from, part.to, today?.day ?? null);
        broken.push(...found.broken);
        const isIn = today !== null && part.from <= today.day && today.day <= part.to;
        for (const rollup of withToday(found.days, isIn ? today : null)) {
          const shown = shownRollup(rollup, site, show);
          rows.push(dayRow(shown));
          sum = withDay(sum, shown);
        }
      }
      return historyAnswer(about, { from, to, rows, sum, broken }, { show, at });
    },
    dayPart,
    day: async (site, day, show) => {
      const part = await dayPart(site, day, show);
      return part === null ? null : dayAnswer(part, show);
    },
  };
}
