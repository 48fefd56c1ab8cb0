// The inbox in Firestore: events are written together with the count of those that wait, so that no query is needed when there are none.
//
// Index of the collection `events`: the single field `site` ascending.
import type { Firestore } from '@google-cloud/firestore';
import type { SiteEvent } from '../domain/event.ts';
import { WatchdogError } from '../kit/error.ts';
import { ask, isConflict } from './ask.ts';
import { readAll } from './codec.ts';
import { eventCodec, heardCodec, paths } from './documents.ts';
import { contentOf, read, replace, versionOf } from './firestore-document.ts';
import { counted, nothingHeard } from './heard.ts';
import { type EventStore, mostEvents, type WaitingEvents, type WatchStore } from './store.ts';

const tries = 20;

/** Events that are there, or are not there, and the count beside them, as they were read: `isDone` when nothing is left to write. */
type Attempt = { readonly isDone: boolean; readonly commit: () => Promise<unknown> };

/** Reads and writes all over again while others write. */
async function persist(document: string, prepare: () => Promise<Attempt>): Promise<void> {
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    // oxlint-disable-next-line no-await-in-loop -- each try depends on what the one before met
    const { isDone, commit } = await prepare();
    if (isDone) return;
    try {
      // oxlint-disable-next-line no-await-in-loop -- as above
      await commit();
      return;
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
  throw new WatchdogError('ERR_STORE', `${document} was written by others ${tries} times in a row`, {
    meta: { document },
  });
}

function append(inbox: Firestore, event: SiteEvent): Promise<void> {
  const path = paths.event(event.id);
  return persist(path, async () => {
    const [own, heard] = await inbox.getAll(inbox.doc(path), inbox.doc(paths.heard(event.site)));
    if (own === undefined || heard === undefined || own.exists)
      return { isDone: true, commit: async () => null };
    const batch = inbox.batch();
    batch.create(own.ref, eventCodec.write(path, event));
    replace(
      batch,
      { reference: heard.ref, version: versionOf(heard) },
      { codec: heardCodec, value: counted(read(heardCodec, heard) ?? nothingHeard, 1) },
    );
    return { isDone: false, commit: () => batch.commit() };
  });
}

function forget(inbox: Firestore, site: string, ids: readonly string[]): Promise<void> {
  const path = paths.heard(site);
  return persist(path, async () => {
    const [heard, ...events] = await inbox.getAll(
      inbox.doc(path),
      ...ids.map((id) => inbox.doc(paths.event(id))),
    );
    const there = events.filter((event) => event.exists);
    if (heard === undefined || there.length === 0) return { isDone: true, commit: async () => null };
    const batch = inbox.batch();
    for (const event of there) batch.delete(event.ref, { exists: true });
    replace(
      batch,
      { reference: heard.ref, version: versionOf(heard) },
      { codec: heardCodec, value: counted(read(heardCodec, heard) ?? nothingHeard, -there.length) },
    );
    return { isDone: false, commit: () => batch.commit() };
  });
}

async function load(inbox: Firestore, site: string): Promise<WaitingEvents> {
  const found = await inbox.collection('events').where('site', '==', site).limit(mostEvents).get();
  const { values, broken } = readAll(eventCodec, found.docs.map(contentOf));
  return { events: values.toSorted((a, b) => a.at - b.at), broken };
}

/** See `EventStore` and `WatchStore`. */
export function openFirestoreEvents(
  inbox: Firestore,
  deadlineMs: number,
): EventStore & Pick<WatchStore, 'loadEvents' | 'forgetEvents'> {
  return {
    appendEvent: (event) => ask(paths.event(event.id), () => append(inbox, event), { deadlineMs }),
    loadEvents: (site) => ask('events', () => load(inbox, site), { deadlineMs }),
    forgetEvents: (site, ids) =>
      ids.length === 0
        ? Promise.resolve()
        : ask(paths.heard(site), () => forget(inbox, site, ids), { deadlineMs }),
  };
}
