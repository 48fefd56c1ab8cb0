// What is swept out of Firestore once a day, page by page.
//
// Indexes of the collection `outbox`: the single fields `settledAt` and `dueAt`, ascending; of `events`: the single field `site` ascending.
import {
  type DocumentReference,
  FieldPath,
  FieldValue,
  type Firestore,
  type Query,
} from '@google-cloud/firestore';
import { ask } from './ask.ts';
import { readAll } from './codec.ts';
import { paths, rowCodec } from './documents.ts';
import { change, contentOf } from './firestore-document.ts';
import { calendarPath, idsBefore, keysBeside } from './history.ts';
import { isDead, release } from './row.ts';
import type { Day } from '../domain/history/history.ts';
import type { DayRange, DeadLeases, SweepStore } from './store.ts';

async function removeAll(db: Firestore, references: readonly DocumentReference[]): Promise<number> {
  if (references.length === 0) return 0;
  const batch = db.batch();
  for (const reference of references) batch.delete(reference);
  await batch.commit();
  return references.length;
}

/** Only the names are read: what goes need not be one that parses. */
async function namesOf(query: Query): Promise<DocumentReference[]> {
  return (await query.select().get()).docs.map(({ ref }) => ref);
}

async function releaseLeases(db: Firestore, dead: DeadLeases): Promise<string[]> {
  const { endedBefore, at, limit } = dead;
  const query = db.collection('outbox').where('dueAt', '<=', endedBefore).orderBy('dueAt').limit(limit);
  const rows = readAll(rowCodec, (await query.get()).docs.map(contentOf)).values;
  const released: string[] = [];
  for (const { id } of rows.filter((row) => isDead(row, endedBefore))) {
    // oxlint-disable-next-line no-await-in-loop -- there are none but after days of trouble
    const isReleased = await change(db.doc(paths.row(id)), rowCodec, (row) => {
      const next = row === null ? null : release(row, { endedBefore, at });
      return { next, result: next !== null };
    });
    if (isReleased) released.push(id);
  }
  return released;
}

type Before = { readonly before: Day; readonly limit: number };

/** Without a precondition: days that are filed meanwhile are others. */
async function trimCalendar(
  db: Firestore,
  site: string,
  { kept, limit }: { readonly kept: DayRange; readonly limit: number },
): Promise<number> {
  const reference = db.doc(calendarPath(site));
  const keys = keysBeside((await reference.get()).data(), kept, limit);
  if (keys.length === 0) return 0;
  const days = Object.fromEntries(keys.map((key) => [key, FieldValue.delete()]));
  await reference.set({ days }, { mergeFields: keys.map((key) => new FieldPath('days', key)) });
  return keys.length;
}

function daysBefore(db: Firestore, site: string, { before, limit }: Before): Query {
  const [first, end] = idsBefore(site, before);
  return db.collection('history').orderBy(FieldPath.documentId()).startAt(first).endBefore(end).limit(limit);
}

/** See `SweepStore`. */
export function openFirestoreSweep(
  databases: { readonly default: Firestore; readonly inbox: Firestore },
  deadlineMs: number,
): SweepStore {
  const { default: db, inbox } = databases;
  const settled = (before: number): Query =>
    db.collection('outbox').where('settledAt', '<', before).orderBy('settledAt');
  return {
    removeSettled: (before, limit) =>
      ask('outbox', async () => removeAll(db, await namesOf(settled(before).limit(limit))), { deadlineMs }),
    releaseLeases: (dead) => ask('outbox', () => releaseLeases(db, dead), { deadlineMs }),
    heardSites: (limit) =>
      ask(
        'heartbeats',
        async () => (await namesOf(inbox.collection('heartbeats').limit(limit))).map(({ id }) => id),
        { deadlineMs },
      ),
    removeEvents: (site, limit) =>
      ask(
        'events',
        async () =>
          removeAll(inbox, await namesOf(inbox.collection('events').where('site', '==', site).limit(limit))),
        { deadlineMs },
      ),
    removeHeard: (site) =>
      ask(paths.heard(site), async () => void (await inbox.doc(paths.heard(site)).delete()), { deadlineMs }),
    trimCalendar: (site, kept, limit) =>
      ask(calendarPath(site), () => trimCalendar(db, site, { kept, limit }), { deadlineMs }),
    removeDays: (site, before, limit) =>
      ask(
        `history of ${site}`,
        async () => removeAll(db, await namesOf(daysBefore(db, site, { before, limit }))),
        { deadlineMs },
      ),
  };
}
