// Once a week somebody asks whether the failover works: by the same event as a person, so that a drill has one way in.
import { weeklyDrills } from '../domain/drill/weekly.ts';
import type { SiteRules } from '../domain/policy.ts';
import { WatchdogError } from '../kit/error.ts';
import type { EventStore, ReadStore } from '../stores/store.ts';
import { eventId } from './inbox.ts';

type AskingWorld = {
  readonly sites: readonly SiteRules[];
  readonly store: EventStore & Pick<ReadStore, 'readStandbys'>;
};

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/**
 * Asks for the drills that are due; answers for which signers. Of one signer and one day it is the same event, so that whoever asks twice has
 * asked once. Reads nothing where no drill can be made. Rejects with ERR_DOCUMENT when nobody knows how drills went.
 */
export async function askDrills({ sites, store }: AskingWorld, at: number): Promise<string[]> {
  if (sites.every(({ drills }) => drills === null || drills.mode === 'off' || drills.chains.length === 0)) {
    return [];
  }
  const { fleet, drills } = await store.readStandbys();
  if (fleet === null) {
    throw new WatchdogError('ERR_DOCUMENT', 'no drill is asked for: standbys/_fleet cannot be read');
  }
  const due = weeklyDrills(sites, { drilled: fleet.drills, drills }, at);
  for (const { site, signer, mode } of due) {
    const id = eventId('drill', signer, 'weekly', dayOf(at));
    const by = 'the weekly drill';
    const why = 'to see that the failover works before it is needed';
    // oxlint-disable-next-line no-await-in-loop -- few, and nobody waits
    await store.appendEvent({ kind: 'drill', id, site, signer, mode, isWeekly: true, by, why, at });
  }
  return due.map(({ signer }) => signer);
}
