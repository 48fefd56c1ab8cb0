// How history lies in the default database, the same for every member: documents of days, and the calendar of each site.
import { z } from 'zod';
import { calendarDayOf, mergeCalendarDays } from '../domain/history/calendar.ts';
import { dayAfter, dayMs, startOf } from '../domain/history/day.ts';
import {
  type Calendar,
  type CalendarDay,
  calendarDays,
  type Day,
  type DayRollup,
  keptDays,
} from '../domain/history/history.ts';
import { mergeDays } from '../domain/history/rollup.ts';
import { WatchdogError } from '../kit/error.ts';
import { packDay, unpackDay } from './calendar-text.ts';
import { codec, type Codec, type Fields, readAll } from './codec.ts';
import { day, dayRollup } from './history-schemas.ts';
import { siteCodec } from './documents.ts';
import type { Calendars, DayRange, FiledDays, States } from './store.ts';

/** Sites by id, of documents that are there; one that does not parse keeps no other back. */
export function readStates(documents: Iterable<{ readonly path: string; readonly fields: unknown }>): States {
  const { values, broken } = readAll(siteCodec, documents);
  return { states: new Map(values.map((state) => [state.site, state])), broken };
}

/** When a day is deleted, epoch ms: once it is over for `keptDays`. */
export const expiresAt = (named: Day): number => startOf(named) + (1 + keptDays) * dayMs;

/**
 * What a part of a day is filed under. A day is filed in parts when its site was forgotten meanwhile, or a clock went back; no two of them
 * begin at the same moment, so none replaces another.
 */
const keyOf = ({ day: named, from }: DayRollup): string =>
  from === startOf(named) ? named : `${named}_${from}`;

const keyPattern = /^(\d{4}-\d{2}-\d{2})(?:_\d+)?$/;

/** The day of a key; null when it is none. */
function dayOfKey(key: string): Day | null {
  const { success, data } = day.safeParse(keyPattern.exec(key)?.[1]);
  return success ? data : null;
}

/** No id of a site holds an underscore, so the names of one site's days begin with nobody else's. */
export const dayPath = (site: string, rollup: DayRollup): string => `history/${site}_${keyOf(rollup)}`;
export const calendarPath = (site: string): string => `history/${site}`;

/** The ids of the documents of days from `from` to `to`, all parts included, lie between these two, by bytes. */
export const idsBetween = (site: string, from: Day, to: Day): readonly [first: string, last: string] => [
  `${site}_${from}`,
  `${site}_${to}_~`,
];

/** The ids of documents of days before `before` lie from the first of these to before the last, by bytes. */
export const idsBefore = (site: string, before: Day): readonly [first: string, end: string] => [
  `${site}_`,
  `${site}_${before}`,
];

/** `history/{site}_{day}`. A day is kept for `keptDays`: a second version has to read this one for as long. */
const dayCodec: Codec<DayRollup> = codec<DayRollup>(dayRollup, { version: 1 });

/** The fields of a day but for `expiresAt`, which has a type of the database's own. */
export const dayFields = (path: string, rollup: DayRollup): Fields => dayCodec.write(path, rollup);

type Stored = { readonly path: string; readonly fields: unknown };

/** Without the field that is the database's own. */
function withoutExpiry({ path, fields }: Stored): Stored {
  if (typeof fields !== 'object' || fields === null) return { path, fields };
  return {
    path,
    fields: Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'expiresAt')),
  };
}

/** The days that these documents hold, parts put together. */
export function readDays(documents: readonly Stored[]): FiledDays {
  const { values, broken } = readAll(dayCodec, documents.map(withoutExpiry));
  const days = [...Map.groupBy(values, (each) => each.day).values()].flatMap((parts) => {
    const [first, ...others] = parts;
    return first === undefined ? [] : [others.reduce(mergeDays, first)];
  });
  return { days: days.toSorted((a, b) => (a.day < b.day ? -1 : 1)), broken };
}

/** The first day of those that are read when `from` to `to` are asked for. */
export const firstOf = (from: Day, to: Day): Day => {
  const earliest = dayAfter(to, 1 - keptDays);
  return from < earliest ? earliest : from;
};

/** What filing changes in a calendar: texts by key, and keys that go. */
export type CalendarChange = {
  readonly put: Readonly<Record<string, string>>;
  readonly gone: readonly string[];
};

/**
 * Each day that comes takes the place of one that falls out; what is left then is swept. Nothing gives way to a day that is not before
 * `today`, the day that is counted from now on: a clock was ahead.
 */
export function calendarChange(filed: readonly DayRollup[], today: Day): CalendarChange {
  const put = Object.fromEntries(
    filed.map((rollup) => [keyOf(rollup), packDay(calendarDayOf(rollup))] as const),
  );
  const over = filed.filter((rollup) => rollup.day < today);
  const gone = over.map((rollup) => dayAfter(rollup.day, -calendarDays));
  return { put, gone: [...new Set(gone)].filter((key) => put[key] === undefined) };
}

// It has no version of its own: it is written without a look, so an older program would say that it is of its own version.
const calendar = z.object({ days: z.record(z.string(), z.unknown()) });

/** The texts of a calendar by key, null when they cannot be read at all. */
const textsOf = (fields: unknown): Readonly<Record<string, unknown>> | null =>
  calendar.safeParse(fields).data?.days ?? null;

/** Keys of a calendar whose day is not one from `from` to `to`, at most `limit`. What is no key of a day, or no calendar, stays as it is. */
export const keysBeside = (fields: unknown, { from, to }: DayRange, limit: number): string[] =>
  Object.keys(textsOf(fields) ?? {})
    .filter((key) => {
      const named = dayOfKey(key);
      return named !== null && (named < from || named > to);
    })
    .slice(0, limit);

const refuse = (document: string, path: string): WatchdogError =>
  new WatchdogError('ERR_DOCUMENT', `${document} does not parse at ${path}`, { meta: { document, path } });

/** One part of a day. Throws as a codec does. */
function readPart(document: string, [key, text]: readonly [string, unknown]): CalendarDay {
  const named = dayOfKey(key);
  if (named === null) throw refuse(document, `days.${key}`);
  return unpackDay(`${document} days.${key}`, named, text);
}

/** `fields` is undefined where there is no document. A day that cannot be read is told to `onBroken`. Throws as a codec does when none can. */
function readCalendar(document: string, fields: unknown, onBroken: (sentence: string) => void): Calendar {
  const texts = fields === undefined ? {} : textsOf(fields);
  if (texts === null) throw refuse(document, 'days');
  const days = new Map<Day, CalendarDay>();
  for (const each of Object.entries(texts)) {
    orTell(onBroken, () => {
      const part = readPart(document, each);
      const before = days.get(part.day);
      days.set(part.day, before === undefined ? part : mergeCalendarDays(before, part));
    });
  }
  return { days: [...days.values()].toSorted((a, b) => (a.day < b.day ? -1 : 1)) };
}

/** Does `read`; what cannot be read is told, and is in nobody's way. */
function orTell(onBroken: (sentence: string) => void, read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof WatchdogError)) throw error;
    onBroken(error.message);
  }
}

/** `fields` is undefined where there is no document. */
export function readCalendars(
  sites: readonly { readonly site: string; readonly fields: unknown }[],
): Calendars {
  const calendars = new Map<string, Calendar>();
  const broken: string[] = [];
  const tell = (sentence: string): void => void broken.push(sentence);
  for (const { site, fields } of sites) {
    orTell(tell, () => calendars.set(site, readCalendar(calendarPath(site), fields, tell)));
  }
  return { calendars, broken };
}
