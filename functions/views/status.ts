// The state of the watched sites as JSON: for scripts, for the command line, and for the page that a browser shows.
import type { Facts } from '../domain/facts.ts';
import type { Incident } from '../domain/incident.ts';
import type { Judgement } from '../domain/judge.ts';
import type { Memory } from '../domain/memory.ts';
import type { SiteRules } from '../domain/policy.ts';
import type { SiteVerdict } from '../domain/verdict.ts';
import { ackStatus, muteStatuses, type AckStatus, type MuteStatus } from './incidents.ts';
import type { StandbyStatus } from './standbys.ts';

/** After this long without news nothing is believed to be so still. */
export const staleAfterMs = 3 * 60_000;

/** True after so long without a tick that the status says that nobody is watching. Not before a tick counts as late. */
export const isStale = ({ policy }: Pick<SiteRules, 'policy'>, tickAt: number, at: number): boolean =>
  at - tickAt > Math.max(staleAfterMs, policy.late.afterMs);

export type IncidentStatus = Pick<
  Incident,
  | 'id'
  | 'subject'
  | 'kind'
  | 'severity'
  | 'summary'
  | 'evidence'
  | 'since'
  | 'openedAt'
  | 'held'
  | 'told'
  | 'timeline'
> & { readonly ack: AckStatus | null };

export type SiteStatus = {
  readonly site: string;
  readonly name: string;
  readonly timezone: string;
  /** `unwatched`: no tick was ever taken in. `stale`: the last one is too old to be believed. */
  readonly watched: 'yes' | 'stale' | 'unwatched';
  readonly lastTickAt: number | null;
  /** How long after its time that tick came. */
  readonly lastLatenessMs: number | null;
  readonly ticks: number;
  readonly verdict: SiteVerdict | null;
  readonly verdictSince: number | null;
  readonly because: string | null;
  readonly incidents: readonly IncidentStatus[];
  /** What was muted by hand and is not over, as far as a tick has taken it in. */
  readonly mutes: readonly MuteStatus[];
  /** Cloud nodes that are wanted for its signers, or are not any more and may still be there. */
  readonly standbys: readonly StandbyStatus[];
  readonly facts: Facts | null;
  readonly judgement: Judgement | null;
};

export type Status = {
  readonly at: number;
  /** The worst that can be said: `trouble` when any site has an open incident or is not watched. */
  readonly summary: 'well' | 'trouble';
  readonly sites: readonly SiteStatus[];
};

function incidentStatus(incident: Incident, at: number): IncidentStatus {
  const { id, subject, kind, severity, summary, evidence, since, openedAt, held, told, timeline } = incident;
  const ack = ackStatus(incident, at);
  return { id, subject, kind, severity, summary, evidence, since, openedAt, held, told, ack, timeline };
}

type SiteKnown = {
  readonly memory: Memory | undefined;
  readonly standbys: readonly StandbyStatus[];
  readonly at: number;
};

function siteStatus(rules: SiteRules, { memory, standbys: all, at }: SiteKnown): SiteStatus {
  const { id: site, name, timezone } = rules;
  const standbys = all.filter((standby) => standby.site === site);
  if (memory === undefined) {
    return {
      site,
      name,
      timezone,
      watched: 'unwatched',
      lastTickAt: null,
      lastLatenessMs: null,
      ticks: 0,
      verdict: null,
      verdictSince: null,
      because: null,
      incidents: [],
      mutes: [],
      standbys,
      facts: null,
      judgement: null,
    };
  }
  const { state, incidents } = memory;
  return {
    site,
    name,
    timezone,
    watched: isStale(rules, state.tick.at, at) ? 'stale' : 'yes',
    lastTickAt: state.tick.at,
    lastLatenessMs: Math.max(0, state.tick.at - state.tick.scheduledAt),
    ticks: state.tick.count,
    verdict: state.judgement.verdict,
    verdictSince: state.verdictSince,
    because: state.judgement.because,
    incidents: Object.values(incidents).map((incident) => incidentStatus(incident, at)),
    mutes: muteStatuses(state.mutes, at),
    standbys,
    facts: state.facts,
    judgement: state.judgement,
  };
}

const isWell = (site: SiteStatus): boolean =>
  site.watched === 'yes' && site.incidents.length === 0 && site.verdict === 'ok';

/** One entry per configured site, in the order of the configuration; each shows those of the standbys that are its own. */
export function statusOf(
  rules: readonly SiteRules[],
  known: { readonly memories: ReadonlyMap<string, Memory>; readonly standbys: readonly StandbyStatus[] },
  at: number,
): Status {
  const { memories, standbys } = known;
  const sites = rules.map((site) => siteStatus(site, { memory: memories.get(site.id), standbys, at }));
  return { at, summary: sites.every(isWell) ? 'well' : 'trouble', sites };
}
