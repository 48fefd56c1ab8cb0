// History in Firestore: filed without a look, in the batch of its site, and read by names.
import { FieldPath, FieldValue, type Firestore, Timestamp, type WriteBatch } from '@google-cloud/firestore';
import type { Day, DayRollup } from '../domain/history/history.ts';
import type { SiteState } from '../domain/memory.ts';
import { ask } from './ask.ts';
import { paths } from './documents.ts';
import { contentOf } from './firestore-document.ts';
import {
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
import type { Calendars, FiledDays, ReadStore, States } from './store.ts';

/**
 * Adds to `batch` that days are filed: one write each, and one for all of them in the calendar, of which nothing else is touched. Without
 * preconditions of their own: the site's is enough.
 */
export function fileDays(
  batch: WriteBatch,
  db: Firestore,
  { site, history }: Pick<SiteState, 'site' | 'history'>,
  filed: readonly DayRollup[],
): void {
  if (filed.length === 0) return;
  for (const rollup of filed) {
    const path = dayPath(site, rollup);
    const fields = dayFields(path, rollup);
    batch.set(db.doc(path), { ...fields, expiresAt: Timestamp.fromMillis(expiresAt(rollup.day)) });
  }
  const { put, gone } = calendarChange(filed, history.today.day);
  const days = { ...put, ...Object.fromEntries(gone.map((key) => [key, FieldValue.delete()])) };
  batch.set(
    db.doc(calendarPath(site)),
    { days },
    {
      mergeFields: Object.keys(days).map((key) => new FieldPath('days', key)),
    },
  );
}

async function statesOf(db: Firestore, ids: readonly string[]): Promise<States> {
  if (ids.length === 0) return readStates([]);
  const found = await db.getAll(...ids.map((id) => db.doc(paths.site(id))));
  return readStates(found.filter(({ exists }) => exists).map(contentOf));
}

async function calendarsOf(db: Firestore, sites: readonly string[]): Promise<Calendars> {
  if (sites.length === 0) return { calendars: new Map(), broken: [] };
  const found = await db.getAll(...sites.map((site) => db.doc(calendarPath(site))));
  return readCalendars(found.map((snapshot) => ({ site: snapshot.id, fields: snapshot.data() })));
}

async function daysOf(db: Firestore, site: string, { from, to }: { from: Day; to: Day }): Promise<FiledDays> {
  const [first, last] = idsBetween(site, firstOf(from, to), to);
  const byName = db.collection('history').orderBy(FieldPath.documentId());
  const { docs } = await byName.startAt(first).endAt(last).get();
  return readDays(docs.map(contentOf));
}

/** See `ReadStore`. */
export function openFirestoreHistory(
  db: Firestore,
  deadlineMs: number,
): Pick<ReadStore, 'readStates' | 'readCalendars' | 'readDays'> {
  return {
    readStates: (ids) => ask('sites', () => statesOf(db, [...new Set(ids)]), { deadlineMs }),
    readCalendars: (ids) => ask('history', () => calendarsOf(db, [...new Set(ids)]), { deadlineMs }),
    readDays: (site, from, to) =>
      ask(`history of ${site}`, () => daysOf(db, site, { from, to }), { deadlineMs }),
  };
}
