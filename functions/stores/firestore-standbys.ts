// Standbys in Firestore: a write names the fields of its own half, so that `watch` and `provision` never undo each other's work.
import { isDeepStrictEqual } from 'node:util';
import type { DocumentSnapshot, Firestore } from '@google-cloud/firestore';
import { emptyFleet, type Fleet, type Seen, type Standby } from '../domain/standby/standby.ts';
import { WatchdogError } from '../kit/error.ts';
import { ask, isAmbiguous, isConflict } from './ask.ts';
import { change, contentOf } from './firestore-document.ts';
import { fleetCodec } from './standby-schemas.ts';
import {
  fleetPath,
  isAsKnown,
  nextSeen,
  readStandby,
  readStandbys,
  seenFields,
  standbyPath,
} from './standbys.ts';
import type { ReadStore, Standbys, StandbyStore, WatchStore } from './store.ts';

const tries = 20;

const standbyOf = (snapshot: DocumentSnapshot): Standby | null =>
  snapshot.exists ? readStandby(snapshot.ref.path, snapshot.data()) : null;

type Base = Parameters<StandbyStore['writeSeen']>[1];

/**
 * Does `act` on a document that is as it was known; when only the other half was written meanwhile, all over again. `isDone` knows a write
 * whose answer was lost.
 */
async function whileAsKnown(
  db: Firestore,
  signer: string,
  known: {
    readonly base: Base;
    readonly isDone: (standby: Standby | null) => boolean;
    readonly act: (snapshot: DocumentSnapshot) => Promise<unknown>;
  },
): Promise<boolean> {
  const reference = db.doc(standbyPath(signer));
  let wasTried = false;
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    // oxlint-disable-next-line no-await-in-loop -- each try depends on what the one before met
    const snapshot = await reference.get();
    const standby = standbyOf(snapshot);
    if (wasTried && known.isDone(standby)) return true;
    if (!isAsKnown(standby, known.base)) return false;
    try {
      // oxlint-disable-next-line no-await-in-loop -- as above
      await known.act(snapshot);
      return true;
    } catch (error) {
      if (!isConflict(error) && (wasTried || !isAmbiguous(error))) throw error;
      wasTried = true;
    }
  }
  throw new WatchdogError('ERR_STORE', `${reference.path} was written by others ${tries} times in a row`, {
    meta: { document: reference.path },
  });
}

async function writeSeen(db: Firestore, signer: string, base: Base, given: Seen): Promise<boolean> {
  const seen = nextSeen(given, base);
  const fields = seenFields(signer, seen);
  return whileAsKnown(db, signer, {
    base,
    isDone: (standby) => isDeepStrictEqual(standby?.seen, seen),
    act: ({ ref, exists, updateTime }) => {
      const batch = db.batch();
      if (exists && updateTime !== undefined)
        batch.update(ref, { ...fields }, { lastUpdateTime: updateTime });
      else batch.create(ref, { ...fields });
      return batch.commit();
    },
  });
}

/** See `StandbyStore`, `WatchStore` and `ReadStore`. */
export function openFirestoreStandbys(
  db: Firestore,
  deadlineMs: number,
): StandbyStore & Pick<WatchStore, 'loadStandbys' | 'loadFleet'> & Pick<ReadStore, 'readStandbys'> {
  const loadAll = () =>
    ask('standbys', async () => readStandbys((await db.collection('standbys').get()).docs.map(contentOf)), {
      deadlineMs,
    });
  const look = async (paths: readonly string[]): Promise<Standbys> => {
    if (paths.length === 0) return readStandbys([]);
    const snapshots = await db.getAll(...paths.map((path) => db.doc(path)));
    return readStandbys(snapshots.filter(({ exists }) => exists).map(contentOf));
  };
  return {
    loadAll,
    readStandbys: loadAll,
    loadStandby: (signer) =>
      ask(standbyPath(signer), async () => standbyOf(await db.doc(standbyPath(signer)).get()), {
        deadlineMs,
      }),
    loadStandbys: (signers) =>
      ask('standbys', () => look([...new Set(signers)].map(standbyPath)), { deadlineMs }),
    loadFleet: () => ask(fleetPath, () => look([fleetPath]), { deadlineMs }),
    writeSeen: (signer, base, seen) =>
      ask(
        standbyPath(signer),
        async () => ((await writeSeen(db, signer, base, seen)) ? 'written' : 'conflict'),
        { deadlineMs },
      ),
    forgetStandby: (signer, base) =>
      ask(
        standbyPath(signer),
        async () => {
          const isForgotten = await whileAsKnown(db, signer, {
            base,
            isDone: (standby) => standby === null,
            act: ({ ref, updateTime }) =>
              ref.delete(updateTime === undefined ? {} : { lastUpdateTime: updateTime }),
          });
          return isForgotten ? 'forgotten' : 'conflict';
        },
        { deadlineMs },
      ),
    changeFleet: (alter) =>
      ask<Fleet>(
        fleetPath,
        () =>
          change(db.doc(fleetPath), fleetCodec, (found) => {
            const before = found ?? emptyFleet;
            const next = alter(before);
            return { next: isDeepStrictEqual(next, before) ? null : next, result: next };
          }),
        { deadlineMs },
      ),
  };
}
