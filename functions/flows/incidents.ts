// Reads what is remembered of incidents, and the times in which nobody is told.
import type { Incident } from '../domain/incident.ts';
import type { SiteRules } from '../domain/policy.ts';
import { takeTurns } from '../kit/take-turns.ts';
import {
  incidentDetail,
  incidentSummary,
  muteStatuses,
  windowStatuses,
  type IncidentAnswer,
  type IncidentList,
  type MaintenanceAnswer,
} from '../views/incidents.ts';
import type { StatusWorld } from './status.ts';

export type ListOptions = { readonly isOpen: boolean; readonly limit: number };

const atOnce = 8;

async function openOf({ store }: StatusWorld, sites: readonly SiteRules[]): Promise<Incident[]> {
  const memories = await store.readSites(sites.map((site) => site.id));
  return [...memories.values()].flatMap(({ incidents }) => Object.values(incidents));
}

async function recentOf(
  { store }: StatusWorld,
  sites: readonly SiteRules[],
  limit: number,
): Promise<Incident[]> {
  const inTurn = takeTurns(atOnce);
  const found = await Promise.all(sites.map((site) => inTurn(() => store.recentIncidents(site.id, limit))));
  return found.flat();
}

/** The newest incidents of these sites. */
export async function listIncidents(
  world: StatusWorld,
  sites: readonly SiteRules[],
  { isOpen, limit }: ListOptions,
): Promise<IncidentList> {
  const at = world.clock.now();
  // One more than is shown tells whether there are more.
  const found = isOpen ? await openOf(world, sites) : await recentOf(world, sites, limit + 1);
  const newest = found.toSorted((a, b) => b.openedAt - a.openedAt || (a.id < b.id ? -1 : 1));
  return {
    at,
    incidents: newest.slice(0, limit).map((incident) => incidentSummary(incident, at)),
    isCut: newest.length > limit,
  };
}

/** Null when there is none of that id, or its site is not of this configuration. */
export async function readIncident(world: StatusWorld, id: string): Promise<IncidentAnswer | null> {
  const at = world.clock.now();
  const record = await world.store.readIncident(id);
  const rules = world.rules.find((site) => site.id === record?.incident.site);
  if (record === null || rules === undefined) return null;
  return { at, incident: incidentDetail(record, rules, at) };
}

/** What is opened by hand, as far as a tick has taken it in, and what the configuration says. */
export async function readMaintenance(
  world: StatusWorld,
  sites: readonly SiteRules[],
): Promise<MaintenanceAnswer> {
  const at = world.clock.now();
  const memories = await world.store.readSites(sites.map((site) => site.id));
  return {
    at,
    sites: sites.map(({ id, name, maintenance }) => ({
      site: id,
      name,
      mutes: muteStatuses(memories.get(id)?.state.mutes ?? [], at),
      windows: windowStatuses(maintenance, at),
    })),
  };
}
