// The store in Firestore: one read and one write for a site whose tick brings no news, preconditions instead of locks.
//
// Index of the collection `incidents`: the composite `site` ascending, `openedAt` descending.
import { isDeepStrictEqual } from 'node:util';
import type { Firestore } from '@google-cloud/firestore';
import type { Incident } from '../domain/incident.ts';
import { type Memory, openIncidentIds, type SiteState } from '../domain/memory.ts';
import type { Pulse } from '../domain/pulse.ts';
import { ask } from './ask.ts';
import {
  type Heard,
  heardCodec,
  incidentCodec,
  missingIncident,
  paths,
  pressureCodec,
  rowCodec,
  siteCodec,
} from './documents.ts';
import {
  change,
  type Decision,
  read,
  replace,
  type Seen as SeenDocument,
  versionOf,
} from './firestore-document.ts';
import { openFirestoreHandovers } from './firestore-handovers.ts';
import { openFirestoreEvents } from './firestore-events.ts';
import { fileDays, openFirestoreHistory } from './firestore-history.ts';
import { openFirestoreHealth } from './firestore-health.ts';
import { openFirestoreOutbox } from './firestore-outbox.ts';
import { openFirestoreSweep } from './firestore-sweep.ts';
import { openFirestoreStandbys } from './firestore-standbys.ts';
import { nothingHeard, pulseOf } from './heard.ts';
import { drillPath, drillWishFields, standbyPath, wantedFields } from './standbys.ts';
import type { IncidentRecord, Loaded, SiteChange, Store } from './store.ts';

/** The databases that functions may write: `inbox` holds what public functions took in, `default` everything else. */
export type Databases = { readonly default: Firestore; readonly inbox: Firestore };

type Seen = { readonly incident: Incident; readonly version: string | null };

/** The open incidents of the sites in one read, and no read when there are none. */
async function openIncidents(db: Firestore, states: readonly SiteState[]): Promise<Map<string, Seen>> {
  const owners = new Map(
    states.flatMap((state) => openIncidentIds(state).map((id) => [id, paths.site(state.site)] as const)),
  );
  if (owners.size === 0) return new Map();
  const found = await db.getAll(...[...owners.keys()].map((id) => db.doc(paths.incident(id))));
  return new Map(
    found.map((snapshot) => {
      const incident = read(incidentCodec, snapshot);
      if (incident === null) throw missingIncident(owners.get(snapshot.id) ?? 'its site', snapshot.id);
      return [snapshot.id, { incident, version: versionOf(snapshot) }];
    }),
  );
}

function memoryOf(state: SiteState, seen: ReadonlyMap<string, Seen>): Memory {
  const incidents = openIncidentIds(state).flatMap((id) => {
    const incident = seen.get(id)?.incident;
    return incident === undefined ? [] : [[id, incident] as const];
  });
  return { state, incidents: Object.fromEntries(incidents) };
}

async function loadSite(db: Firestore, site: string): Promise<Loaded> {
  const snapshot = await db.doc(paths.site(site)).get();
  const state = read(siteCodec, snapshot);
  const seen = state === null ? new Map<string, Seen>() : await openIncidents(db, [state]);
  const versions = new Map([
    [paths.site(site), versionOf(snapshot)],
    ...[...seen].map(([id, { version }]) => [paths.incident(id), version] as const),
  ]);
  return { memory: state === null ? null : memoryOf(state, seen), base: { site, versions } };
}

// An incident that was read and is not touched needs no precondition of its own: whoever writes one writes its site as well.
async function commitSite(
  db: Firestore,
  { base, memory, touched, rows, wanted, drills = [], filed }: SiteChange,
): Promise<'committed'> {
  const batch = db.batch();
  const document = (path: string) => ({ reference: db.doc(path), version: base.versions.get(path) ?? null });
  replace(batch, document(paths.site(base.site)), { codec: siteCodec, value: memory.state });
  for (const value of touched) {
    replace(batch, document(paths.incident(value.id)), { codec: incidentCodec, value });
  }
  for (const value of rows) replace(batch, document(paths.row(value.id)), { codec: rowCodec, value });
  const halves = [
    ...wanted.map((value) => ({ path: standbyPath(value.signer), fields: wantedFields(value) })),
    ...drills.map((value) => ({ path: drillPath(value.signer), fields: drillWishFields(value) })),
  ];
  for (const { path, fields } of halves) {
    batch.set(db.doc(path), { ...fields }, { mergeFields: Object.keys(fields) });
  }
  fileDays(batch, db, memory.state, filed);
  await batch.commit();
  return 'committed';
}

async function readSites(db: Firestore, ids: readonly string[]): Promise<Map<string, Memory>> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return new Map();
  const found = await db.getAll(...wanted.map((id) => db.doc(paths.site(id))));
  const states = found.flatMap((snapshot) => read(siteCodec, snapshot) ?? []);
  const seen = await openIncidents(db, states);
  return new Map(states.map((state) => [state.site, memoryOf(state, seen)]));
}

async function recentIncidents(db: Firestore, site: string, limit: number): Promise<Incident[]> {
  const query = db.collection('incidents').where('site', '==', site).orderBy('openedAt', 'desc');
  const { docs } = await query.limit(limit).get();
  return docs.map((document) => incidentCodec.read(document.ref.path, document.data()));
}

async function readIncident(db: Firestore, id: string): Promise<IncidentRecord | null> {
  const incident = read(incidentCodec, await db.doc(paths.incident(id)).get());
  if (incident === null || incident.messages.length === 0) {
    return incident === null ? null : { incident, rows: [] };
  }
  const found = await db.getAll(...incident.messages.map((each) => db.doc(paths.row(each))));
  return { incident, rows: found.flatMap((snapshot) => read(rowCodec, snapshot) ?? []) };
}

function notePressure(inbox: Firestore, key: string, at: number): Promise<void> {
  return change(inbox.doc(paths.pressure), pressureCodec, (before) => ({
    next: { refused: { ...before?.refused, [key]: at } },
    result: undefined,
  }));
}

type Change = (before: Pulse) => Pulse;
type Changed = { readonly before: Pulse; readonly after: Pulse };

/** What was last written of each site, which saves the read before the next write. */
type LastWritten = Map<string, SeenDocument<Heard>>;

function changePulse(
  inbox: Firestore,
  site: string,
  { alter, lastWritten }: { readonly alter: Change; readonly lastWritten: LastWritten },
): Promise<Changed> {
  const decide = (document: Heard | null): Decision<Heard, Changed> => {
    const heard = document ?? nothingHeard;
    const before = pulseOf(heard);
    const after = alter(before);
    const next: Heard = { ...after, waiting: heard.waiting };
    return { next: isDeepStrictEqual(next, document) ? null : next, result: { before, after } };
  };
  return change(inbox.doc(paths.heard(site)), heardCodec, decide, {
    known: lastWritten.get(site),
    onWritten: (seen) => void lastWritten.set(site, seen),
  });
}

/** Every call ends within `deadlineMs` real milliseconds, by ERR_STORE if need be. The clients stay the caller's to close. */
export function openFirestoreStore(
  databases: Databases,
  options: { readonly deadlineMs?: number } = {},
): Store {
  const { default: db, inbox } = databases;
  const deadlineMs = options.deadlineMs ?? 10_000;
  const lastWritten: LastWritten = new Map();
  return {
    ...openFirestoreOutbox(db, deadlineMs),
    ...openFirestoreEvents(inbox, deadlineMs),
    ...openFirestoreHealth(db, deadlineMs),
    ...openFirestoreSweep(databases, deadlineMs),
    ...openFirestoreStandbys(db, deadlineMs),
    ...openFirestoreHandovers(db, deadlineMs),
    ...openFirestoreHistory(db, deadlineMs),
    loadSite: (site) => ask(paths.site(site), () => loadSite(db, site), { deadlineMs }),
    loadHeard: (site) =>
      ask(paths.heard(site), async () => read(heardCodec, await inbox.doc(paths.heard(site)).get()), {
        deadlineMs,
      }),
    commitSite: (change) =>
      ask<'committed' | 'conflict'>(paths.site(change.base.site), () => commitSite(db, change), {
        deadlineMs,
        onConflict: 'conflict',
      }),
    readSites: (ids) => ask('sites', () => readSites(db, ids), { deadlineMs }),
    recentIncidents: (site, limit) =>
      ask('incidents', () => recentIncidents(db, site, limit), { deadlineMs }),
    readIncident: (id) => ask(paths.incident(id), () => readIncident(db, id), { deadlineMs }),
    loadPressure: () =>
      ask(
        paths.pressure,
        async () => read(pressureCodec, await inbox.doc(paths.pressure).get())?.refused ?? {},
        { deadlineMs },
      ),
    // Whoever is refused waits for this.
    notePressure: (key, at) =>
      ask(paths.pressure, () => notePressure(inbox, key, at), { deadlineMs: Math.min(deadlineMs, 1_500) }),
    changePulse: (site, alter) =>
      ask(paths.heard(site), () => changePulse(inbox, site, { alter, lastWritten }), { deadlineMs }),
  };
}
