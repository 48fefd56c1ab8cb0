// The store in memory, for tests and simulations: the same documents, through the same codecs, without a database.
import { openIncidentIds } from '../domain/memory.ts';
import type { Incident } from '../domain/incident.ts';
import type { OutboxRow } from '../domain/outbox.ts';
import { type Codec, type Fields, readAll } from './codec.ts';
import {
  eventCodec,
  heardCodec,
  incidentCodec,
  missingIncident,
  paths,
  pressureCodec,
  rowCodec,
  siteCodec,
} from './documents.ts';
import { noteAttempts } from '../domain/delivery.ts';
import { handoverCodec, handoverPath } from './handover-schemas.ts';
import { healthCodec, healthPath } from './health.ts';
import { counted, nothingHeard, pulseOf } from './heard.ts';
import { fileIn, historyIn } from './memory-history.ts';
import { standbysIn } from './memory-standbys.ts';
import { sweepIn } from './memory-sweep.ts';
import { claim, isDue, settle } from './row.ts';
import { drillPath, drillWishFields, standbyPath, wantedFields } from './standbys.ts';
import { type Loaded, mostEvents, mostWaiting, type Store, type WaitingEvents } from './store.ts';
import { waitingOf } from './waiting.ts';

/** All documents by path, as they would lie in a database; `version` grows with each write. */
export type Shelf = Map<string, { readonly fields: unknown; readonly version: number }>;

function shelfOf(shelf: Shelf) {
  return {
    versionOf: (path: string): string | null => shelf.get(path)?.version.toString() ?? null,
    read: <Value>(codec: Codec<Value>, path: string): Value | null => {
      const document = shelf.get(path);
      return document === undefined ? null : codec.read(path, structuredClone(document.fields));
    },
    put: (path: string, fields: Fields): void => {
      shelf.set(path, { fields: structuredClone(fields), version: (shelf.get(path)?.version ?? 0) + 1 });
    },
    merge: (path: string, fields: Fields): void => {
      const before = shelf.get(path);
      const there = typeof before?.fields === 'object' ? before.fields : {};
      shelf.set(path, {
        fields: structuredClone({ ...there, ...fields }),
        version: (before?.version ?? 0) + 1,
      });
    },
    remove: (path: string): boolean => shelf.delete(path),
    /** A field as a query would see it, whether the document parses or not. */
    field: (path: string, name: string): unknown => {
      const fields = shelf.get(path)?.fields;
      return typeof fields === 'object' && fields !== null
        ? Object.entries(fields).find(([key]) => key === name)?.[1]
        : undefined;
    },
    /** Of those that are there. */
    contents: (names: readonly string[]): { readonly path: string; readonly fields: unknown }[] =>
      names.flatMap((path) => {
        const document = shelf.get(path);
        return document === undefined ? [] : [{ path, fields: structuredClone(document.fields) }];
      }),
    under: (collection: string): string[] =>
      [...shelf.keys()].filter((path) => path.startsWith(`${collection}/`)),
  };
}

export type Documents = ReturnType<typeof shelfOf>;

function load(documents: Documents, site: string): Loaded {
  const path = paths.site(site);
  const versions = new Map([[path, documents.versionOf(path)]]);
  const state = documents.read(siteCodec, path);
  if (state === null) return { memory: null, base: { site, versions } };
  const incidents: Record<string, Incident> = {};
  for (const id of openIncidentIds(state)) {
    const incident = documents.read(incidentCodec, paths.incident(id));
    if (incident === null) throw missingIncident(path, id);
    incidents[id] = incident;
    versions.set(paths.incident(id), documents.versionOf(paths.incident(id)));
  }
  return { memory: { state, incidents }, base: { site, versions } };
}

function dueIn(documents: Documents, at: number): { rows: OutboxRow[]; broken: string[] } {
  const due = documents.under('outbox').filter((path) => {
    const dueAt = documents.field(path, 'dueAt');
    return typeof dueAt === 'number' && dueAt <= at;
  });
  const { values, broken } = readAll(rowCodec, documents.contents(due));
  const rows = values.filter((row) => isDue(row, at));
  return { rows: rows.sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0)), broken };
}

function eventsOf(documents: Documents, site: string): WaitingEvents {
  const ofSite = documents.under('events').filter((path) => documents.field(path, 'site') === site);
  const { values, broken } = readAll(eventCodec, documents.contents(ofSite));
  return { events: values.toSorted((a, b) => a.at - b.at).slice(0, mostEvents), broken };
}

/** A store over `shelf`, which the caller may look into; two stores over one shelf see each other's writes. */
export function openMemoryStore(shelf: Shelf = new Map()): Store {
  const documents = shelfOf(shelf);
  return {
    ...standbysIn(documents),
    ...historyIn(documents),
    loadSite: async (site) => load(documents, site),
    loadHeard: async (site) => documents.read(heardCodec, paths.heard(site)),
    loadEvents: async (site) => eventsOf(documents, site),
    forgetEvents: async (site, ids) => {
      const gone = ids.filter((id) => documents.remove(paths.event(id)));
      const path = paths.heard(site);
      const before = documents.read(heardCodec, path) ?? nothingHeard;
      documents.put(path, heardCodec.write(path, counted(before, -gone.length)));
    },
    appendEvent: async (event) => {
      const path = paths.event(event.id);
      if (documents.versionOf(path) !== null) return;
      documents.put(path, eventCodec.write(path, event));
      const heard = paths.heard(event.site);
      const before = documents.read(heardCodec, heard) ?? nothingHeard;
      documents.put(heard, heardCodec.write(heard, counted(before, 1)));
    },
    commitSite: async ({ base, memory, touched, rows, wanted, drills = [], filed }) => {
      const site = paths.site(base.site);
      const writes: [string, Fields][] = [
        [site, siteCodec.write(site, memory.state)],
        ...touched.map((each): [string, Fields] => {
          const path = paths.incident(each.id);
          return [path, incidentCodec.write(path, each)];
        }),
        ...rows.map((each): [string, Fields] => [
          paths.row(each.id),
          rowCodec.write(paths.row(each.id), each),
        ]),
      ];
      const hasChanged = ([path]: [string, Fields]): boolean =>
        documents.versionOf(path) !== (base.versions.get(path) ?? null);
      if (writes.some(hasChanged)) return 'conflict';
      for (const [path, fields] of writes) documents.put(path, fields);
      for (const each of wanted) documents.merge(standbyPath(each.signer), wantedFields(each));
      for (const each of drills) documents.merge(drillPath(each.signer), drillWishFields(each));
      fileIn(documents, memory.state, filed);
      return 'committed';
    },
    loadWaiting: async (site) => {
      const dueAt = (path: string): number => Number(documents.field(path, 'dueAt') ?? Number.NaN);
      const found = documents
        .under('outbox')
        .filter((path) => documents.field(path, 'site') === site && dueAt(path) > 0)
        .toSorted((a, b) => dueAt(a) - dueAt(b));
      return waitingOf(documents.contents(found.slice(0, mostWaiting)).map(({ fields }) => fields));
    },
    loadChannels: async () => documents.read(healthCodec, healthPath)?.channels ?? {},
    noteAttempts: async (attempts) => {
      const before = documents.read(healthCodec, healthPath)?.channels ?? {};
      const channels = noteAttempts(before, attempts);
      if (channels !== before) documents.put(healthPath, healthCodec.write(healthPath, { channels }));
    },
    readHandover: async (signer) => documents.read(handoverCodec, handoverPath(signer)),
    changeHandover: async (signer, alter) => {
      const path = handoverPath(signer);
      const next = alter(documents.read(handoverCodec, path));
      if (next !== null) documents.put(path, handoverCodec.write(path, next));
    },
    ...sweepIn(documents),
    dueRows: async (at, limit) => {
      const { rows, broken } = dueIn(documents, at);
      return { rows: rows.slice(0, limit), broken };
    },
    claimRow: async (id, wanted) => {
      const path = paths.row(id);
      const row = documents.read(rowCodec, path);
      if (row === null) return null;
      const earlier = readAll(rowCodec, documents.contents(row.after.map(paths.row))).values;
      const { changed, claimed } = claim(row, earlier, wanted);
      if (changed !== null) documents.put(path, rowCodec.write(path, changed));
      return claimed;
    },
    settleRow: async (id, lease, end) => {
      const path = paths.row(id);
      const row = documents.read(rowCodec, path);
      const settled = row === null ? null : settle(row, lease, end);
      if (settled !== null) documents.put(path, rowCodec.write(path, settled));
      return settled !== null;
    },
    readSites: async (ids) =>
      new Map(
        ids.flatMap((id) => {
          const { memory } = load(documents, id);
          return memory === null ? [] : [[id, memory] as const];
        }),
      ),
    recentIncidents: async (site, limit) =>
      documents
        .under('incidents')
        .filter((path) => documents.field(path, 'site') === site)
        .flatMap((path) => documents.read(incidentCodec, path) ?? [])
        .toSorted((a, b) => b.openedAt - a.openedAt)
        .slice(0, limit),
    readIncident: async (id) => {
      const incident = documents.read(incidentCodec, paths.incident(id));
      if (incident === null) return null;
      const rows = incident.messages.flatMap((each) => documents.read(rowCodec, paths.row(each)) ?? []);
      return { incident, rows };
    },
    loadPressure: async () => documents.read(pressureCodec, paths.pressure)?.refused ?? {},
    notePressure: async (key, at) => {
      const refused = documents.read(pressureCodec, paths.pressure)?.refused ?? {};
      documents.put(
        paths.pressure,
        pressureCodec.write(paths.pressure, { refused: { ...refused, [key]: at } }),
      );
    },
    changePulse: async (site, change) => {
      const path = paths.heard(site);
      const heard = documents.read(heardCodec, path) ?? nothingHeard;
      const before = pulseOf(heard);
      const after = change(before);
      documents.put(path, heardCodec.write(path, { ...after, waiting: heard.waiting }));
      return { before, after };
    },
  };
}
