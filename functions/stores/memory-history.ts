// History in the store in memory.
import type { DayRollup } from '../domain/history/history.ts';
import type { SiteState } from '../domain/memory.ts';
import { paths } from './documents.ts';
import {
  type CalendarChange,
  calendarChange,
  calendarPath,
  dayFields,
  dayPath,
  expiresAt,
  firstOf,
  idsBetween,
  readCalendars,
  readDays,
  readStates,
} from './history.ts';
import type { Documents } from './memory.ts';
import type { ReadStore } from './store.ts';

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Puts texts into the calendar of a site, and takes others out. */
export function changeDays(documents: Documents, site: string, { put, gone }: CalendarChange): void {
  const path = calendarPath(site);
  const before = documents.field(path, 'days');
  const kept = Object.entries(isMap(before) ? before : {}).filter(([key]) => !gone.includes(key));
  documents.merge(path, { days: { ...Object.fromEntries(kept), ...put } });
}

/** Files days of a site, as part of the commit of that. */
export function fileIn(
  documents: Documents,
  { site, history }: Pick<SiteState, 'site' | 'history'>,
  filed: readonly DayRollup[],
): void {
  if (filed.length === 0) return;
  for (const rollup of filed) {
    const path = dayPath(site, rollup);
    documents.put(path, { ...dayFields(path, rollup), expiresAt: new Date(expiresAt(rollup.day)) });
  }
  changeDays(documents, site, calendarChange(filed, history.today.day));
}

/** See `ReadStore`. */
export function historyIn(
  documents: Documents,
): Pick<ReadStore, 'readStates' | 'readCalendars' | 'readDays'> {
  return {
    readStates: async (ids) => readStates(documents.contents([...new Set(ids)].map(paths.site))),
    readCalendars: async (ids) =>
      readCalendars(
        [...new Set(ids)].map((site) => ({
          site,
          fields: documents.contents([calendarPath(site)])[0]?.fields,
        })),
      ),
    readDays: async (site, from, to) => {
      const [first, last] = idsBetween(site, firstOf(from, to), to).map((id) => `history/${id}`);
      const found = documents
        .under('history')
        .filter((path) => first !== undefined && last !== undefined && path >= first && path <= last);
      return readDays(documents.contents(found));
    },
  };
}
