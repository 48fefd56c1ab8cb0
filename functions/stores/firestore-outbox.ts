// The outbox in Firestore. A row changes hands by a conditional write; what is due is found by a query, only when something may be.
//
// Indexes of the collection `outbox`: the single field `dueAt` ascending, and the composite `site` ascending, `dueAt` ascending.
import type { Firestore } from '@google-cloud/firestore';
import type { OutboxRow } from '../domain/outbox.ts';
import { ask } from './ask.ts';
import { readAll } from './codec.ts';
import { paths, rowCodec } from './documents.ts';
import { change, contentOf, type Seen } from './firestore-document.ts';
import { claim, isDue, settle } from './row.ts';
import {
  type Claim,
  type DueRows,
  mostWaiting,
  type OutboxStore,
  type RowEnd,
  type Waiting,
  type WatchStore,
} from './store.ts';
import { waitingOf } from './waiting.ts';

const collection = 'outbox';
const longestQuery = 2_000;

/** Settled rows have no `dueAt`, so the one field finds what waits. Broken rows must not fill the page: then it is made longer. */
async function dueRows(db: Firestore, at: number, limit: number): Promise<DueRows> {
  const query = db.collection(collection).where('dueAt', '<=', at).orderBy('dueAt');
  for (let length = limit; ; length *= 2) {
    // oxlint-disable-next-line no-await-in-loop -- a longer page is asked for only when the shorter one was not enough
    const page = await query.limit(length).get();
    const { values: rows, broken } = readAll(rowCodec, page.docs.map(contentOf));
    const isEnough = rows.length >= limit || page.size < length || length >= longestQuery;
    if (isEnough) return { rows: rows.slice(0, limit), broken };
  }
}

async function loadWaiting(db: Firestore, site: string): Promise<Waiting> {
  const query = db.collection(collection).where('site', '==', site).where('dueAt', '>', 0).orderBy('dueAt');
  const { docs } = await query.limit(mostWaiting).select('dueAt', 'createdAt', 'channel').get();
  return waitingOf(docs.map((document) => document.data()));
}

/** Rows that cannot be read keep nothing back. */
async function readable(db: Firestore, ids: readonly string[]): Promise<OutboxRow[]> {
  if (ids.length === 0) return [];
  const found = await db.getAll(...ids.map((id) => db.doc(paths.row(id))));
  const there = found.filter((snapshot) => snapshot.exists);
  return readAll(rowCodec, there.map(contentOf)).values;
}

/** Rows that we have claimed as we wrote them, by lease: whoever settles one need not read it first. */
type Claimed = Map<string, Seen<OutboxRow>>;

function claimRow(
  db: Firestore,
  id: string,
  { wanted, claimed: mine }: { readonly wanted: Claim; readonly claimed: Claimed },
): Promise<OutboxRow | null> {
  return change<OutboxRow, OutboxRow | null>(
    db.doc(paths.row(id)),
    rowCodec,
    async (row) => {
      if (row === null) return { next: null, result: null };
      // A row that is settled stays settled, so the earlier ones need not be read in the same instant.
      const earlier = isDue(row, wanted.at) ? await readable(db, row.after) : [];
      const { changed, claimed } = claim(row, earlier, wanted);
      return { next: changed, result: claimed };
    },
    {
      onWritten: (seen) => {
        if (seen.value?.lease === wanted.lease) mine.set(wanted.lease, seen);
      },
    },
  );
}

function settleRow(
  db: Firestore,
  id: string,
  settling: { readonly lease: string; readonly end: RowEnd; readonly claimed: Claimed },
): Promise<boolean> {
  const { lease, end, claimed } = settling;
  const seen = claimed.get(lease);
  claimed.delete(lease);
  const known = seen?.value?.id === id ? seen : undefined;
  return change(
    db.doc(paths.row(id)),
    rowCodec,
    (row) => {
      const settled = row === null ? null : settle(row, lease, end);
      return { next: settled, result: settled !== null };
    },
    { known },
  );
}

/** See `OutboxStore`. */
export function openFirestoreOutbox(
  db: Firestore,
  deadlineMs: number,
): Omit<OutboxStore, 'noteAttempts'> & Pick<WatchStore, 'loadWaiting'> {
  const claimed: Claimed = new Map();
  return {
    dueRows: (at, limit) => ask(collection, () => dueRows(db, at, limit), { deadlineMs }),
    loadWaiting: (site) => ask(collection, () => loadWaiting(db, site), { deadlineMs }),
    claimRow: (id, wanted) => ask(paths.row(id), () => claimRow(db, id, { wanted, claimed }), { deadlineMs }),
    settleRow: (id, lease, end) =>
      ask(paths.row(id), () => settleRow(db, id, { lease, end, claimed }), { deadlineMs }),
  };
}
