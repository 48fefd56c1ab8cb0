// What is to be said about incidents, as values; a view turns them into words.
import type { Incident, ProblemKind, Subject, TimelineEvent } from './incident.ts';
import type { WaitingCost } from './waiting-cost.ts';
import type { Severity } from './severity.ts';

/**
 * `opened`, `raised`, `escalated` (nobody has acknowledged it, so more people are told) and `reminder` wake people; `lowered`,
 * `acknowledged`, `progress` and `resolved` tell them. `report` is about no incident: it says how the week was, and by arriving that messages arrive.
 * `direct` wakes people as well, and is about no incident either: it is said past a store that fails.
 */
export const noticeKinds = [
  'opened',
  'raised',
  'escalated',
  'reminder',
  'lowered',
  'acknowledged',
  // Something that is being done about it has come further.
  'progress',
  'resolved',
  'report',
  'direct',
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** True for the notices that wake somebody. */
export const isPage = (kind: NoticeKind): boolean =>
  kind === 'opened' || kind === 'raised' || kind === 'escalated' || kind === 'reminder' || kind === 'direct';

/** One thing that a notice tells of: subjects that fail in the same tick for the same reason share a notice. */
export type NoticeItem = {
  readonly incident: string;
  readonly subject: Subject;
  readonly problem: ProblemKind;
  readonly summary: string;
  readonly evidence: readonly string[];
  readonly since: number;
  /** What happened to it since people were last told. */
  readonly changes: readonly string[];
  /** What waiting costs, for each chain that it is about; empty when that is not known. */
  readonly costs: readonly WaitingCost[];
  /** What is being done about it, a line each. */
  readonly doing: readonly string[];
};

export type Notice = {
  readonly kind: NoticeKind;
  readonly severity: Severity;
  readonly site: string;
  readonly siteName: string;
  readonly timezone: string;
  readonly at: number;
  /** Id of the first of the incidents that were told of together. */
  readonly thread: string;
  /** No incident of the thread is open any more. */
  readonly isThreadOver: boolean;
  /** Who has taken it on; null when nobody has. */
  readonly acknowledgedBy: string | null;
  /** Channels that were told of it before this message. */
  readonly told: readonly string[];
  /** What people were told of it last: null before the first message. */
  readonly before: Severity | null;
  /** Never empty. */
  readonly items: readonly NoticeItem[];
};

const changing = new Set<TimelineEvent>(['changed', 'recovering', 'relapsed', 'seen-again', 'cleared']);
const mostChanges = 2;

/** What the timeline holds after the last message, the latest: first of the trouble itself, then of what is done about it. */
function changesOf({ timeline, doing }: Incident): string[] {
  const lastTold = timeline.findLastIndex(({ event }) => event === 'told');
  const later = timeline.slice(lastTold + 1);
  const now = new Set(Object.values(doing).map(({ line }) => line));
  const changes = later
    .filter(({ event }) => changing.has(event))
    .map(({ event, text }) => (event === 'relapsed' ? `bad again: ${text}` : text));
  const steps = later.filter(({ event, text }) => event === 'standby' && !now.has(text));
  return [...changes.slice(-mostChanges), ...steps.slice(-mostChanges).map(({ text }) => text)];
}

/** What is news first. */
const doingLines = ({ doing }: Incident): string[] =>
  Object.values(doing)
    .toSorted((a, b) => Number(a.isTold) - Number(b.isTold))
    .map(({ line }) => line);

export function itemOf(incident: Incident, costs: readonly WaitingCost[]): NoticeItem {
  return {
    changes: changesOf(incident),
    costs,
    doing: doingLines(incident),
    incident: incident.id,
    subject: incident.subject,
    problem: incident.kind,
    summary: incident.summary,
    evidence: incident.evidence,
    since: incident.since,
  };
}
