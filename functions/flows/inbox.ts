// Writes down what people say, for `watch` to take in: the event first, then a poke, so that a lost poke costs a minute and no more.
import { createHash } from 'node:crypto';
import type { Poke } from '../cloud/cloud.ts';
import type { SiteEvent } from '../domain/event.ts';
import type { Incident } from '../domain/incident.ts';
import type { Memory } from '../domain/memory.ts';
import type { SiteRules } from '../domain/policy.ts';
import { compareSeverity, type Severity } from '../domain/severity.ts';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';
import { plainLine } from '../kit/plain-line.ts';
import type { EventStore, ReadStore } from '../stores/store.ts';
import { wakeWatch } from './wake-watch.ts';

export type InboxWorld = {
  readonly sites: readonly SiteRules[];
  readonly store: EventStore & Pick<ReadStore, 'readSites' | 'readIncident'>;
  readonly clock: Clock;
  /** Wakes `watch`; null when nothing listens. */
  readonly pokeWatch: Poke | null;
  readonly log: Log;
};

/** Derived from what is said, so that whoever says it twice has said it once. */
export function eventId(kind: SiteEvent['kind'], ...said: readonly string[]): string {
  return `${kind}-${createHash('sha256').update(said.join('\0')).digest('hex').slice(0, 32)}`;
}

const longestName = 40;

/** A name as it is told to others: one line of at most 40 characters; null when nothing is left of it. */
export function cleanName(text: string): string | null {
  return Array.from(plainLine(text)).slice(0, longestName).join('').trim() || null;
}

/** Once this resolves the events are kept, whether `watch` could be woken or not. */
export async function writeDown(world: InboxWorld, events: readonly SiteEvent[]): Promise<void> {
  await Promise.all(events.map((event) => world.store.appendEvent(event)));
  const { pokeWatch } = world;
  if (pokeWatch === null) return;
  const sites = new Set(events.map((event) => event.site));
  await Promise.all([...sites].map((site) => wakeWatch(pokeWatch, site, world.log)));
}

export type Taking = {
  readonly site: string;
  readonly incident: string;
  readonly severity: Severity;
  readonly by: string;
};

/** One incident at one severity is one event, however many ways it comes by. */
export function takeOn(world: InboxWorld, { site, incident, severity, by }: Taking): Promise<void> {
  const id = eventId('ack', incident, severity);
  return writeDown(world, [{ kind: 'ack', id, site, incident, severity, by, at: world.clock.now() }]);
}

/** The site of an incident, when it is one of ours: ids of incidents begin with it. */
export function siteOf(world: InboxWorld, incident: string): SiteRules | null {
  return world.sites.find((site) => incident.startsWith(`${site.id}.`)) ?? null;
}

/** Incidents that were told of together. */
export type OpenThread = {
  readonly site: SiteRules;
  readonly id: string;
  readonly incidents: readonly [Incident, ...Incident[]];
};

/** Of all that is open in it. */
export const gravest = ({ incidents }: OpenThread): Severity =>
  incidents.map((each) => each.severity).toSorted((a, b) => compareSeverity(b, a))[0] ?? 'info';

/** What is open at these sites, earliest first. */
export function openThreads(
  sites: readonly SiteRules[],
  memories: ReadonlyMap<string, Memory>,
): OpenThread[] {
  const threads = new Map<string, OpenThread>();
  for (const site of sites) {
    const incidents = Object.values(memories.get(site.id)?.incidents ?? {});
    for (const incident of incidents.toSorted((a, b) => a.openedAt - b.openedAt)) {
      const id = incident.thread ?? incident.id;
      const before = threads.get(id);
      threads.set(id, {
        site,
        id,
        incidents: before === undefined ? [incident] : [...before.incidents, incident],
      });
    }
  }
  return [...threads.values()];
}

/** What is open now at all sites. */
export async function readOpen(world: InboxWorld): Promise<OpenThread[]> {
  const memories = await world.store.readSites(world.sites.map((site) => site.id));
  return openThreads(world.sites, memories);
}
