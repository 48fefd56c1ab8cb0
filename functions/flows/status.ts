// Reads what is remembered and says how the sites are.
import type { SiteRules } from '../domain/policy.ts';
import type { Clock } from '../kit/clock.ts';
import type { ReadStore } from '../stores/store.ts';
import { statusOf, withoutDetails, type Status } from '../views/status.ts';

export type StatusWorld = {
  readonly rules: readonly SiteRules[];
  readonly store: ReadStore;
  readonly clock: Clock;
};

/** `isPublic` leaves out what only the operator should see. */
export async function readStatus(world: StatusWorld, isPublic: boolean): Promise<Status> {
  const memories = await world.store.readSites(world.rules.map((site) => site.id));
  const status = statusOf(world.rules, memories, world.clock.now());
  return isPublic ? withoutDetails(status) : status;
}
