// Incidents, and the times in which nobody is told, as JSON: for the operator only, bounded in size, without secrets.
import { type Acknowledgement, isAcknowledged } from '../domain/acknowledge.ts';
import type { Incident, TimelineEntry } from '../domain/incident.ts';
import type { Mute } from '../domain/memory.ts';
import type { NoticeKind } from '../domain/notice.ts';
import type { OutboxRow, RowState } from '../domain/outbox.ts';
import type { MaintenanceWindow, SiteRules } from '../domain/policy.ts';
import type { Severity } from '../domain/severity.ts';

/** `isInForce`: nobody is woken because of it. Otherwise it is over, or was given for something less grave. */
export type AckStatus = Pick<Acknowledgement, 'by' | 'at' | 'severity' | 'until'> & {
  readonly isInForce: boolean;
};

/** What a list shows of an incident. */
export type IncidentSummary = Pick<
  Incident,
  | 'id'
  | 'site'
  | 'subject'
  | 'kind'
  | 'severity'
  | 'summary'
  | 'since'
  | 'openedAt'
  | 'resolvedAt'
  | 'climb'
  | 'held'
  | 'told'
> & { readonly state: 'open' | 'resolved'; readonly ack: AckStatus | null };

/** Newest first. `isCut`: there may be more than were asked for. */
export type IncidentList = {
  readonly at: number;
  readonly incidents: readonly IncidentSummary[];
  readonly isCut: boolean;
};

/** One message to one channel, and what became of it; never what it says, nor where the channel leads. */
export type MessageStatus = {
  readonly id: string;
  readonly channel: string;
  readonly kind: NoticeKind;
  readonly severity: Severity;
  readonly state: RowState;
  readonly attempts: number;
  readonly outcome: string | null;
  readonly createdAt: number;
  /** When it is tried next; null once it is settled. */
  readonly dueAt: number | null;
  readonly settledAt: number | null;
};

export type IncidentDetail = IncidentSummary & {
  readonly siteName: string;
  /** The site's zone. */
  readonly timezone: string;
  readonly evidence: readonly string[];
  readonly timeline: readonly TimelineEntry[];
  /** In the order in which they were written, as far as they are still there. */
  readonly messages: readonly MessageStatus[];
};

export type IncidentAnswer = { readonly at: number; readonly incident: IncidentDetail };

/** Opened by hand; `isInForce`: now. */
export type MuteStatus = Mute & { readonly isInForce: boolean };

/** From the configuration. */
export type WindowStatus = MaintenanceWindow & { readonly isInForce: boolean };

/** In the order of the configuration; what is over is left out of `mutes`, but not of `windows`. */
export type MaintenanceAnswer = {
  readonly at: number;
  readonly sites: readonly {
    readonly site: string;
    readonly name: string;
    readonly mutes: readonly MuteStatus[];
    readonly windows: readonly WindowStatus[];
  }[];
};

const longestText = 1_000;

/** Text of a bounded length. */
export function bounded(text: string): string {
  if (text.length <= longestText) return text;
  // Not in the middle of a character that takes two places.
  return `${text.slice(0, longestText - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** The acknowledgement as it is worth something at `at`, null when there is none. */
export function ackStatus(incident: Pick<Incident, 'ack' | 'severity'>, at: number): AckStatus | null {
  if (incident.ack === null) return null;
  const { by, at: givenAt, severity, until } = incident.ack;
  return { by: bounded(by), at: givenAt, severity, until, isInForce: isAcknowledged(incident, at) };
}

export function incidentSummary(incident: Incident, at: number): IncidentSummary {
  const { id, site, subject, kind, severity, summary, since, openedAt, resolvedAt } = incident;
  const { climb, held, told } = incident;
  return {
    id,
    site,
    subject,
    kind,
    severity,
    summary: bounded(summary),
    since,
    openedAt,
    resolvedAt,
    state: resolvedAt === null ? 'open' : 'resolved',
    ack: ackStatus(incident, at),
    climb,
    held,
    told,
  };
}

function messageStatus(row: OutboxRow): MessageStatus {
  const { id, channel, notice, state, attempts, outcome, createdAt, dueAt, settledAt } = row;
  const { kind, severity } = notice;
  const said = outcome === null ? null : bounded(outcome);
  return { id, channel, kind, severity, state, attempts, outcome: said, createdAt, dueAt, settledAt };
}

/** One incident whole, with the messages about it. */
export function incidentDetail(
  { incident, rows }: { readonly incident: Incident; readonly rows: readonly OutboxRow[] },
  rules: Pick<SiteRules, 'name' | 'timezone'>,
  at: number,
): IncidentDetail {
  return {
    ...incidentSummary(incident, at),
    siteName: rules.name,
    timezone: rules.timezone,
    evidence: incident.evidence.map(bounded),
    timeline: incident.timeline.map((entry) => ({ ...entry, text: bounded(entry.text) })),
    messages: rows.map(messageStatus),
  };
}

const isInForce = (window: MaintenanceWindow, at: number): boolean => window.from <= at && at < window.until;

/** Those that are not over: in force, or still to come. */
export function muteStatuses(mutes: readonly Mute[], at: number): MuteStatus[] {
  return mutes
    .filter((mute) => at < mute.until)
    .map((mute) => ({
      ...mute,
      by: bounded(mute.by),
      why: bounded(mute.why),
      isInForce: isInForce(mute, at),
    }));
}

export function windowStatuses(windows: readonly MaintenanceWindow[], at: number): WindowStatus[] {
  return windows.map((window) => ({ ...window, isInForce: isInForce(window, at) }));
}
