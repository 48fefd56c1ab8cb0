// The escalation ladder: who is told first, who is told later if nobody reacts, and when people are reminded.
import type { Incident } from './incident.ts';
import type { Policy } from './policy.ts';
import { compareSeverity, type Severity } from './severity.ts';

/** Channels that are told once an incident has been told of for so long without an acknowledgement. */
export type NotifyGroup = {
  readonly afterMs: number;
  readonly channels: readonly string[];
  /** Of incidents that are less grave the group is not told. */
  readonly minSeverity: Severity;
};

/** How far the ladder was climbed since the incident was told of, or got worse. */
export type Climb = {
  readonly from: number;
  /** Channels that were told since then. */
  readonly told: readonly string[];
  /** When people were last woken for it or told that somebody has it. */
  readonly wokenAt: number;
};

/** The channels whose time has come `sinceMs` after the first were told, each once. */
export function dueChannels(groups: readonly NotifyGroup[], severity: Severity, sinceMs: number): string[] {
  const due = groups.filter(
    ({ afterMs, minSeverity }) => afterMs <= sinceMs && compareSeverity(severity, minSeverity) >= 0,
  );
  return [...new Set(due.flatMap(({ channels }) => channels))];
}

/** Channels that are to be told now because nobody has reacted. */
export function escalation(
  incident: Pick<Incident, 'climb' | 'severity'>,
  groups: readonly NotifyGroup[],
  at: number,
): string[] {
  const { climb, severity } = incident;
  if (climb === null) return [];
  return dueChannels(groups, severity, at - climb.from).filter((channel) => !climb.told.includes(channel));
}

/** True when people are to be told again of what still holds. */
export function isReminderDue(
  incident: Pick<Incident, 'climb' | 'severity'>,
  remindMs: Policy['remindMs'],
  at: number,
): boolean {
  const everyMs = remindMs[incident.severity];
  return incident.climb !== null && everyMs !== null && at - incident.climb.wokenAt >= everyMs;
}
