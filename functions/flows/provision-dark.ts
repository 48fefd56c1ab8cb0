// Which houses are dark at this moment, for the brake: one whose document cannot be read counts as one that has just turned dark.
import type { Memory } from '../domain/memory.ts';
import { subjectKey } from '../domain/incident.ts';
import type { ProvisionWorld } from './provision-world.ts';

/** Fewer sites than these cannot be a mass outage, and are not read. */
const fewestSites = 3;

function darkSince({ state, incidents }: Memory, site: string): number | null {
  const subject = state.subjects[subjectKey({ kind: 'site', id: site })];
  if (subject === undefined || subject.phase === 'recovering') return null;
  if (subject.kind !== 'dark' && subject.kind !== 'vpn-down') return null;
  return subject.phase === 'suspected' ? subject.since : (incidents[subject.incident]?.since ?? null);
}

/** Since when each site has been dark that is. One that was never watched is not. */
export async function readDark({ store, sites, clock }: ProvisionWorld): Promise<readonly number[] | null> {
  if (sites.length < fewestSites) return null;
  const found = await Promise.all(
    sites.map(async ({ id }) => {
      try {
        const memory = (await store.readSites([id])).get(id);
        return memory === undefined ? null : darkSince(memory, id);
      } catch {
        return clock.now();
      }
    }),
  );
  return found.filter((since) => since !== null);
}
