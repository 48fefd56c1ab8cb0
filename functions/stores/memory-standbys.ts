// Standbys in memory: the same documents and the same rules.
import { isDeepStrictEqual } from 'node:util';
import { emptyFleet } from '../domain/standby/standby.ts';
import type { Documents } from './memory.ts';
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
import type { ReadStore, StandbyStore, WatchStore } from './store.ts';

/** See `StandbyStore`, `WatchStore` and `ReadStore`. */
export function standbysIn(
  documents: Documents,
): StandbyStore & Pick<WatchStore, 'loadStandbys' | 'loadFleet'> & Pick<ReadStore, 'readStandbys'> {
  const load = (signer: string) => {
    const [document] = documents.contents([standbyPath(signer)]);
    return document === undefined ? null : readStandby(document.path, document.fields);
  };
  const loadDrill = (signer: string) => {
    const [document] = documents.contents([drillPath(signer)]);
    return document === undefined ? null : readDrill(document.path, document.fields);
  };
  const loadAll = async () => readStandbys(documents.contents(documents.under('standbys')));
  return {
    loadAll,
    readStandbys: loadAll,
    loadStandby: async (signer) => load(signer),
    loadStandbys: async (signers) => readStandbys(documents.contents([...new Set(signers)].map(standbyPath))),
    loadFleet: async () => readStandbys(documents.contents([fleetPath])),
    writeSeen: async (signer, base, seen) => {
      if (!isAsKnown(load(signer), base)) return 'conflict';
      documents.merge(standbyPath(signer), seenFields(signer, nextSeen(seen, base)));
      return 'written';
    },
    forgetStandby: async (signer, base) => {
      if (!isAsKnown(load(signer), base)) return 'conflict';
      documents.remove(standbyPath(signer));
      return 'forgotten';
    },
    writeDrill: async (signer, base, run) => {
      if (!isDrillAsKnown(loadDrill(signer), base)) return 'conflict';
      documents.merge(drillPath(signer), drillRunFields(signer, nextRun(run, base)));
      return 'written';
    },
    forgetDrill: async (signer, base) => {
      if (!isDrillAsKnown(loadDrill(signer), base)) return 'conflict';
      documents.remove(drillPath(signer));
      return 'forgotten';
    },
    changeFleet: async (change) => {
      const before = documents.read(fleetCodec, fleetPath) ?? emptyFleet;
      const fleet = change(before);
      if (!isDeepStrictEqual(fleet, before)) documents.put(fleetPath, fleetCodec.write(fleetPath, fleet));
      return fleet;
    },
  };
}
