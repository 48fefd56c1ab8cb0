// What is swept out of the store in memory.
import { readAll } from './codec.ts';
import { paths, rowCodec } from './documents.ts';
import { calendarPath, idsBefore, keysBeside } from './history.ts';
import type { Documents } from './memory.ts';
import { changeDays } from './memory-history.ts';
import { release } from './row.ts';
import type { SweepStore } from './store.ts';

/** See `SweepStore`. */
export function sweepIn(documents: Documents): SweepStore {
  const numberIn = (path: string, name: string): number => {
    const value = documents.field(path, name);
    return typeof value === 'number' ? value : Number.POSITIVE_INFINITY;
  };
  const remove = (found: readonly string[], limit: number): number =>
    found.slice(0, limit).filter((path) => documents.remove(path)).length;
  return {
    removeSettled: async (before, limit) =>
      remove(
        documents.under('outbox').filter((path) => numberIn(path, 'settledAt') < before),
        limit,
      ),
    releaseLeases: async ({ endedBefore, at, limit }) => {
      const due = documents.under('outbox').filter((path) => numberIn(path, 'dueAt') <= endedBefore);
      const rows = readAll(rowCodec, documents.contents(due.slice(0, limit))).values;
      return rows.flatMap((row) => {
        const released = release(row, { endedBefore, at });
        if (released === null) return [];
        documents.put(paths.row(row.id), rowCodec.write(paths.row(row.id), released));
        return [row.id];
      });
    },
    heardSites: async (limit) =>
      documents
        .under('heartbeats')
        .map((path) => path.slice('heartbeats/'.length))
        .slice(0, limit),
    removeEvents: async (site, limit) =>
      remove(
        documents.under('events').filter((path) => documents.field(path, 'site') === site),
        limit,
      ),
    removeHeard: async (site) => void documents.remove(paths.heard(site)),
    trimCalendar: async (site, kept, limit) => {
      const path = calendarPath(site);
      const keys = keysBeside(documents.contents([path])[0]?.fields, kept, limit);
      if (keys.length > 0) changeDays(documents, site, { put: {}, gone: keys });
      return keys.length;
    },
    removeDays: async (site, before, limit) => {
      const [first, end] = idsBefore(site, before).map((id) => `history/${id}`);
      const found = documents
        .under('history')
        .filter((path) => first !== undefined && end !== undefined && path >= first && path < end);
      return remove(found.toSorted(), limit);
    },
  };
}
