// Standbys in Firestore: a write names the fields of its own half, so that `watch` and `provision` never undo each other's work.
import { isDeepStrictEqual } from 'node:util';
import type { DocumentSnapshot, Firestore } from '@google-cloud/firestore';
import type { Drill } from '../domain/drill/drill.ts';
import { emptyFleet, type Fleet, type Standby } from '../domain/standby/standby.ts';
import { WatchdogError } from '../kit/error.ts';
import type { Fields } from './codec.ts';
import { ask, isAmbiguous, isConflict } from './ask.ts';
import { change, contentOf } from './firestore-document.ts';
import { fleetCodec } from './standby-schemas.ts';
import {
  drillPath,
  drillRunFields,
  fleetPath,
  isAsKnown,
  isDrillAsKnown,
  nextRun,
  nextSeen,
  readDrill,
  readStandby,
  readStandbys,
  seenFields,
  standbyPath,
} from './standbys.ts';
import type { ReadStore, Standbys, StandbyStore, WatchStore } from './store.ts';

const tries = 20;

/** How documents of one kind are read; null when there is none. */
type Kind<Document> = (snapshot: DocumentSnapshot) => Document | null;

const standbyOf: Kind<Standby> = (snapshot) =>
  snapshot.exists ? readStandby(snapshot.ref.path, snapshot.data()) : null;
const drillOf: Kind<Drill> = (snapshot) =>
  snapshot.exists ? readDrill(snapshot.ref.path, snapshot.data()) : null;

type Change<Document> = {
  readonly read: Kind<Document>;
  readonly isAsKnown: (document: Document | null) => boolean;
  /** Knows a write whose answer was lost. */
  readonly isDone: (document: Document | null) => boolean;
  readonly act: (snapshot: DocumentSnapshot) => Promise<unknown>;
};

/** Does `act` on a document that is as it was known; when only the other half was written meanwhile, all over again. */
async function whileAsKnown<Document>(
  db: Firestore,
  path: string,
  { read, isAsKnown: isKnown, isDone, act }: Change<Document>,
): Promise<boolean> {
  const reference = db.doc(path);
  let wasTried = false;
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    // oxlint-disable-next-line no-await-in-loop -- each try depends on what the one before met
    const snapshot = await reference.get();
    const found = read(snapshot);
    if (wasTried && isDone(found)) return true;
    if (!isKnown(found)) return false;
    try {
      // oxlint-disable-next-line no-await-in-loop -- as above
      await act(snapshot);
      return true;
    } catch (error) {
      if (!isConflict(error) && (wasTried || !isAmbiguous(error))) throw error;
      wasTried = true;
    }
  }
  throw new WatchdogError('ERR_STORE', `${path} was written by others ${tries} times in a row`, {
    meta: { document: path },
  });
}

/** Writes one half of a document that is as it was, and leaves the other as it is. */
const writeHalf =
  (db: Firestore, fields: Fields) =>
  ({ ref, exists, updateTime }: DocumentSnapshot): Promise<unknown> => {
    const batch = db.batch();
    if (exists && updateTime !== undefined) batch.update(ref, { ...fields }, { lastUpdateTime: updateTime });
    else batch.create(ref, { ...fields });
    return batch.commit();
  };

const remove = ({ ref, updateTime }: DocumentSnapshot): Promise<unknown> =>
  ref.delete(updateTime === undefined ? {} : { lastUpdateTime: updateTime });

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
  /** What a write that goes by what is known comes to. A value that cannot be written rejects as well. */
  const changed = <Document, End extends string>(
    end: End,
    path: string,
    changing: () => Change<Document>,
  ): Promise<End | 'conflict'> =>
    ask(path, async () => ((await whileAsKnown(db, path, changing())) ? end : 'conflict'), { deadlineMs });
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
    writeSeen: (signer, base, given) =>
      changed('written', standbyPath(signer), () => {
        const seen = nextSeen(given, base);
        return {
          read: standbyOf,
          isAsKnown: (standby) => isAsKnown(standby, base),
          isDone: (standby) => isDeepStrictEqual(standby?.seen, seen),
          act: writeHalf(db, seenFields(signer, seen)),
        };
      }),
    forgetStandby: (signer, base) =>
      changed('forgotten', standbyPath(signer), () => ({
        read: standbyOf,
        isAsKnown: (standby) => isAsKnown(standby, base),
        isDone: (standby) => standby === null,
        act: remove,
      })),
    writeDrill: (signer, base, given) =>
      changed('written', drillPath(signer), () => {
        const run = nextRun(given, base);
        return {
          read: drillOf,
          isAsKnown: (drill) => isDrillAsKnown(drill, base),
          isDone: (drill) => isDeepStrictEqual(drill?.run ?? null, run),
          act: writeHalf(db, drillRunFields(signer, run)),
        };
      }),
    forgetDrill: (signer, base) =>
      changed('forgotten', drillPath(signer), () => ({
        read: drillOf,
        isAsKnown: (drill) => isDrillAsKnown(drill, base),
        isDone: (drill) => drill === null,
        act: remove,
      })),
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
