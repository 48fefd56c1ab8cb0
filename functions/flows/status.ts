// Reads what is remembered and says how the sites are.
import type { Memory } from '../domain/memory.ts';
import type { SiteRules } from '../domain/policy.ts';
import type { StandbyRules } from '../domain/standby/rules.ts';
import type { Clock } from '../kit/clock.ts';
import type { ReadStore } from '../stores/store.ts';
import { drillsAnswer, type DrillsAnswer } from '../views/drills-answer.ts';
import { standbysAnswer, type StandbysAnswer } from '../views/standbys-answer.ts';
import { standbyStatuses, type WantedBySite } from '../views/standbys.ts';
import { statusOf, type Status } from '../views/status.ts';

export type StatusWorld = {
  readonly rules: readonly SiteRules[];
  /** Null when no node is ever made. */
  readonly standbys: StandbyRules | null;
  readonly store: ReadStore;
  readonly clock: Clock;
};

function wantedOf(memories: ReadonlyMap<string, Memory>): WantedBySite {
  const all = [...memories].map(([site, { state }]) => [site, state.wanted] as const);
  return new Map(all.filter(([, wanted]) => Object.keys(wanted).length > 0));
}

const readMemories = ({ store, rules }: StatusWorld): Promise<ReadonlyMap<string, Memory>> =>
  store.readSites(rules.map((site) => site.id));

/** For the operator. Standbys are read only when a site says that there are any. */
export async function readStatus(world: StatusWorld): Promise<Status> {
  const { rules, store, clock } = world;
  const memories = await readMemories(world);
  const wanted = wantedOf(memories);
  const read = wanted.size === 0 ? null : await store.readStandbys();
  const at = clock.now();
  const standbys = read === null ? [] : standbyStatuses(rules, read, { wanted, at });
  return statusOf(rules, { memories, standbys }, at);
}

/** All standbys, what they cost, and what runs and nobody wants. */
export async function readStandbys(world: StatusWorld): Promise<StandbysAnswer> {
  const { rules: sites, standbys: rules, store, clock } = world;
  const [memories, read] = await Promise.all([readMemories(world), store.readStandbys()]);
  return standbysAnswer({ sites, rules, wanted: wantedOf(memories) }, read, clock.now());
}

/** What drills are asked for, run and went, and the snapshots of them. */
export async function readDrills({
  rules: sites,
  standbys,
  store,
  clock,
}: StatusWorld): Promise<DrillsAnswer> {
  return drillsAnswer({ sites, rules: standbys }, await store.readStandbys(), clock.now());
}
