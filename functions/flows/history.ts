// Days of a site as they are asked for, from what was filed and what is counted of today. A day that is over is read once.
import { dayAfter, dayOf, daysBetween, startOf } from '../domain/history/day.ts';
import { type Day, type DayRollup, keptDays } from '../domain/history/history.ts';
import { mergeDays } from '../domain/history/rollup.ts';
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
import { type Kept, type Shelf, shelfOfDays } from './day-shelf.ts';

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
/** What is remembered of days in short, of all sites together, as `weightOf` counts it. */
const mostBytes = 64 * 1024 * 1024;
/** Whole days that are remembered, as they are counted the same way. */
const mostWholeBytes = 16 * 1024 * 1024;
/** Answers that are remembered for ten seconds. */
const mostAnswers = 16;

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

/** What rows and totals are made of, for whoever asks: without the hours and the names of incidents, of which the number stays. */
const inShort = (rollup: DayRollup): DayRollup => ({
  ...rollup,
  targets: Object.fromEntries(
    Object.entries(rollup.targets).map(([id, tally]) => [id, { ...tally, hours: '' }]),
  ),
  incidents: [],
  moreIncidents: rollup.moreIncidents + rollup.incidents.length,
});

type Portion = { readonly days: readonly DayRollup[]; readonly broken: readonly string[] };

/** What is counted of today, and why it cannot be read. */
type Counting = { readonly today: DayRollup | null; readonly broken: readonly string[] };

/** Changes when a day was filed. */
const besideOf = ({ today }: Counting): string => (today === null ? '' : `${today.day} ${today.from}`);

/** The day that a sentence of the store is about. */
const dayNamed = (text: string): string => /_(\d{4}-\d{2}-\d{2})/.exec(text)?.[1] ?? '';

/** One for each instance: it remembers days that are over. */
export function openHistory({ rules, store, clock }: HistoryWorld): HistoryReader {
  const short = shelfOfDays(mostBytes);
  const whole = shelfOfDays(mostWholeBytes);
  const countings = new Map<string, { readonly at: number; readonly counting: Promise<Counting> }>();
  const reading = new Map<string, Promise<Portion>>();
  const answers = new Map<string, { readonly at: number; readonly answer: Promise<HistoryAnswer> }>();

  const isYoung = (at: number): boolean => {
    const age = clock.now() - at;
    return age >= 0 && age < todayFreshMs;
  };

  /** A document that cannot be read keeps no other day back. */
  const countAgain = (site: string): Promise<Counting> => {
    const counting = store.readStates([site]).then(({ states, broken }) => ({
      today: states.get(site)?.history.today ?? null,
      broken,
    }));
    countings.set(site, { at: clock.now(), counting });
    counting.catch(() => countings.delete(site));
    return counting;
  };

  const countingOf = (site: string): Promise<Counting> => {
    const known = countings.get(site);
    return known !== undefined && isYoung(known.at) ? known.counting : countAgain(site);
  };

  type Wanted = { readonly site: string; readonly from: Day; readonly to: Day; readonly counting: Counting };

  const read = async (shelf: Shelf, { site, from, to, counting }: Wanted): Promise<Portion> => {
    const at = clock.now();
    const beside = besideOf(counting);
    // Of a site of which nothing is counted, the last day may still be filed.
    const openFrom = counting.today?.day ?? dayAfter(dayOf(at), -1);
    const keyOf = (day: Day): string => `${site} ${day}`;
    const asked = daysBetween(from, to);
    const found = new Map<Day, Kept>();
    for (const day of asked) {
      const kept = shelf.get(keyOf(day), at, beside);
      if (kept !== null) found.set(day, kept);
    }
    const missing = asked.filter((day) => !found.has(day));
    const [first, last] = [missing[0], missing.at(-1)];
    if (first !== undefined && last !== undefined) {
      const { days, broken } = await store.readDays(site, first, last);
      const byDay = new Map(days.map((rollup) => [rollup.day, shelf === short ? inShort(rollup) : rollup]));
      for (const day of daysBetween(first, last)) {
        const isOver = day < openFrom;
        const kept: Kept = {
          at,
          freshMs: isOver ? dayFreshMs : todayFreshMs,
          beside: isOver ? null : beside,
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
  const portion = (shelf: Shelf, wanted: Wanted): Promise<Portion> => {
    const { site, from, to, counting } = wanted;
    const key = `${shelf === short ? 'short' : 'whole'} ${site} ${from} ${to} ${besideOf(counting)}`;
    const known = reading.get(key);
    if (known !== undefined) return known;
    const begun = read(shelf, wanted).finally(() => reading.delete(key));
    reading.set(key, begun);
    return begun;
  };

  /**
   * What is counted now, for `days` that were read after `counting`. A day of both is either filed in parts, or was filed between the two
   * reads, and then it is no part of its own: a day is filed in the same commit that counts the next, so a second look tells which.
   */
  const countedBeside = async (
    site: string,
    counting: Counting,
    days: readonly DayRollup[],
  ): Promise<Counting> => (days.some(({ day }) => day === counting.today?.day) ? countAgain(site) : counting);

  /** With what is counted now, where that is of one of these days. */
  const withToday = (
    days: readonly DayRollup[],
    today: DayRollup | null,
    { from, to }: { readonly from: Day; readonly to: Day },
  ): DayRollup[] => {
    if (today === null || today.ticks === 0 || today.day < from || today.day > to) return [...days];
    const filed = days.find(({ day }) => day === today.day);
    const others = days.filter(({ day }) => day !== today.day);
    const all = filed === undefined ? today : mergeDays(filed, today);
    return [...others, all].toSorted((a, b) => (a.day < b.day ? -1 : 1));
  };

  const rulesOf = (site: string): SiteRules | undefined => rules.find(({ id }) => id === site);

  const dayPart: HistoryReader['dayPart'] = async (site, day, show) => {
    const about = rulesOf(site);
    if (about === undefined) return null;
    if (!isDay(day)) throw refuse('that is not a day of the calendar; write one such as 2026-12-01');
    const at = clock.now();
    const counting = await countingOf(site);
    const { days, broken } = await portion(whole, { site, from: day, to: day, counting });
    const counted = await countedBeside(site, counting, days);
    const [found] = withToday(days, counted.today, { from: day, to: day });
    return {
      site,
      name: about.name,
      timezone: about.timezone,
      at,
      day,
      isOver: day < dayOf(at),
      rollup: found === undefined ? null : shownRollup(found, site, show),
      isPublic: show !== null,
      broken: show === null ? [...counted.broken, ...broken] : [],
    };
  };

  type Range = { readonly from: Day; readonly to: Day; readonly at: number };

  const answerFor = async (about: SiteRules, { from, to, at }: Range, show: Show): Promise<HistoryAnswer> => {
    const site = about.id;
    const counting = await countingOf(site);
    const found: DayRollup[] = [];
    const broken: string[] = [];
    for (const part of portions(from, to)) {
      // oxlint-disable-next-line no-await-in-loop -- no more of them are held whole at once
      const { days, broken: unread } = await portion(short, { site, ...part, counting });
      found.push(...days);
      broken.push(...unread);
    }
    const counted = await countedBeside(site, counting, found);
    const rows = [];
    let sum: Sum = null;
    for (const rollup of withToday(found, counted.today, { from, to })) {
      const shown = shownRollup(rollup, site, show);
      rows.push(dayRow(shown));
      sum = withDay(sum, shown);
    }
    return historyAnswer(
      about,
      { from, to, rows, sum, broken: [...counted.broken, ...broken] },
      { show, at },
    );
  };

  return {
    days: async ({ site, ...asked }, show) => {
      const about = rulesOf(site);
      if (about === undefined) return null;
      const at = clock.now();
      const { from, to } = readRange(asked, dayOf(at));
      const key = JSON.stringify([site, from, to, show]);
      const known = answers.get(key);
      if (known !== undefined && isYoung(known.at)) return known.answer;
      const answer = answerFor(about, { from, to, at }, show);
      answers.delete(key);
      answers.set(key, { at, answer });
      for (const oldest of answers.keys()) {
        if (answers.size <= mostAnswers) break;
        answers.delete(oldest);
      }
      answer.catch(() => {
        if (answers.get(key)?.answer === answer) answers.delete(key);
      });
      return answer;
    },
    dayPart,
    day: async (site, day, show) => {
      const part = await dayPart(site, day, show);
      return part === null ? null : dayAnswer(part, show);
    },
  };
}
