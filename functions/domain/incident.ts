// An incident: one trouble of one subject, from its opening to its resolution, with everything that happened in between.
import type { Acknowledgement } from './acknowledge.ts';
import type { Climb } from './ladder.ts';
import type { Severity } from './severity.ts';

export const subjectKinds = [
  'site',
  'signer',
  'chain',
  'target',
  // What the house says of itself.
  'power',
  'source',
  'alert',
  'address',
  'fence',
  // Who may sign with the keys of a signer.
  'handover',
  // Keys that are used where they must not be; each has a signer's id.
  'zombie',
  'break-glass',
  'signature',
  'voting-power',
  'slashing',
  // Cloud nodes of ours.
  'standby',
  'orphan',
  'drill',
  // The watchdog itself.
  'self',
  'ticks',
  'outbox',
  'channel',
] as const;
export type SubjectKind = (typeof subjectKinds)[number];

/** What an incident is about. Subjects of which a site has one carry the site's id. */
export type Subject = { readonly kind: SubjectKind; readonly id: string };

/** Key of a subject within its site's document. */
export const subjectKey = (subject: Subject): string => `${subject.kind}/${subject.id}`;

export const problemKinds = [
  'dark',
  'vpn-down',
  'inbound-lost',
  'not-signing',
  'unreachable',
  'exit-unreachable',
  'inactive',
  'signing-unknown',
  'chain-stalled',
  'chain-unseen',
  'disputed',
  'on-battery',
  'heartbeat-missed',
  'heartbeat-refused',
  'job-failed',
  'clock-off',
  'alert',
  'new-exit',
  'vpn-leak',
  'two-fences',
  'override-used',
  'zombie',
  'zombie-held',
  'break-glass-used',
  'signed-unheld',
  'foreign-voting-power',
  'slashed',
  'standby-running',
  'standby-failing',
  'keys-on-standby',
  'standby-doubt',
  'standby-orphan',
  'drill-failed',
  'blind',
  'unknown',
  'late',
  'undelivered',
  'channel-failing',
  'store-failing',
  'report',
] as const;
export type ProblemKind = (typeof problemKinds)[number];

/** True for what takes a whole house away: dark, or cut off. */
export const isOutage = (kind: ProblemKind): boolean => kind === 'dark' || kind === 'vpn-down';

const safetyKinds: readonly ProblemKind[] = [
  'vpn-leak',
  'two-fences',
  'override-used',
  'zombie',
  'zombie-held',
  'break-glass-used',
  'signed-unheld',
  'foreign-voting-power',
  'slashed',
  'keys-on-standby',
  'standby-doubt',
];

/**
 * True for a doubt about safety: no parent, maintenance, mute or quiet hour silences it, it is repeated whoever has acknowledged it, and it
 * is over only when a person has stated the cause.
 */
export const isSafety = (kind: ProblemKind): boolean => safetyKinds.includes(kind);

const ofWatcher: readonly SubjectKind[] = ['self', 'ticks', 'outbox', 'channel'];

/** True for the watcher's own trouble: it is no part of the house, and the house's maintenance does not mute it. */
export const isOwn = ({ kind }: Subject): boolean => ofWatcher.includes(kind);

/** What is wrong with a subject now. It opens an incident once it was seen in `confirmTicks` ticks and for `confirmMs`. */
export type Problem = {
  readonly kind: ProblemKind;
  readonly severity: Severity;
  /** One sentence without names of times or zones. */
  readonly summary: string;
  /** At most a few lines of what was seen. */
  readonly evidence: readonly string[];
  readonly confirmTicks: number;
  readonly confirmMs: number;
};

export const timelineEvents = [
  'opened',
  'changed',
  'relapsed',
  'recovering',
  'resolved',
  'held',
  'told',
  'acknowledged',
  'ack-over',
  'cleared',
  'seen-again',
  'standby',
] as const;
export type TimelineEvent = (typeof timelineEvents)[number];
export type TimelineEntry = { readonly at: number; readonly event: TimelineEvent; readonly text: string };

export type Cause = { readonly by: string; readonly at: number; readonly why: string };

/** What is being done about an incident for one signer. `stage` changes when there is news; `isTold` once people were told of it. */
export type Doing = { readonly stage: string; readonly line: string; readonly isTold: boolean };

export const holds = ['maintenance', 'quiet-hours'] as const;
export type Hold = (typeof holds)[number];

export type Incident = {
  readonly id: string;
  readonly site: string;
  readonly subject: Subject;
  readonly kind: ProblemKind;
  readonly severity: Severity;
  readonly summary: string;
  readonly evidence: readonly string[];
  /** When the trouble was first seen, which may be some ticks before it was confirmed. */
  readonly since: number;
  readonly openedAt: number;
  readonly resolvedAt: number | null;
  /** The severity that people were last told; null while nobody was told. */
  readonly announced: Severity | null;
  readonly held: Hold | null;
  /** Id of the first of the incidents that were told of together; null while nobody was told. */
  readonly thread: string | null;
  readonly ack: Acknowledgement | null;
  /** What a person has stated as the cause; only doubts about safety need it to be over. */
  readonly cause: Cause | null;
  /** Null while nobody was told. */
  readonly climb: Climb | null;
  /** Channels that were told; all of them are told of the resolution. */
  readonly told: readonly string[];
  /** Per channel the last message about this incident: the next one waits for it. */
  readonly lastMessage: Readonly<Record<string, string>>;
  /** Ids of the messages about it, oldest first; of very many the oldest are forgotten. */
  readonly messages: readonly string[];
  /** How many rounds of messages there were; part of the ids of messages. */
  readonly rounds: number;
  readonly timeline: readonly TimelineEntry[];
  /** By signer, how its standby comes along. */
  readonly doing: Readonly<Record<string, Doing>>;
};

const timelineHead = 50;
const timelineLength = 200;
const evidenceLines = 6;

/** A time as ids carry it, e.g. `20261201T021407Z`. */
export const stampOf = (at: number): string => new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');

/** Derived from subject and opening time, so that the same opening always has the same id. */
export function incidentId(site: string, subject: Subject, openedAt: number): string {
  return `${site}.${subject.kind}.${subject.id}.${stampOf(openedAt)}`;
}

export function openIncident(
  site: string,
  subject: Subject,
  problem: Problem,
  since: number,
  at: number,
): Incident {
  return {
    id: incidentId(site, subject, at),
    site,
    subject,
    kind: problem.kind,
    severity: problem.severity,
    summary: problem.summary,
    evidence: problem.evidence.slice(0, evidenceLines),
    since,
    openedAt: at,
    resolvedAt: null,
    announced: null,
    held: null,
    thread: null,
    ack: null,
    cause: null,
    climb: null,
    told: [],
    lastMessage: {},
    messages: [],
    rounds: 0,
    timeline: [{ at, event: 'opened', text: `${problem.kind}: ${problem.summary}` }],
    doing: {},
  };
}

/** Appends to the timeline; when it is full the middle goes, so that beginning and end stay readable. */
export function record(incident: Incident, at: number, event: TimelineEvent, text: string): Incident {
  const timeline = [...incident.timeline, { at, event, text }];
  return {
    ...incident,
    timeline:
      timeline.length <= timelineLength
        ? timeline
        : [...timeline.slice(0, timelineHead), ...timeline.slice(timelineHead + 1)],
  };
}

/** Takes over what the problem is now. The timeline tells only of a change of kind or severity, not of every new detail. */
export function describeProblem(incident: Incident, problem: Problem, at: number): Incident {
  const next: Incident = {
    ...incident,
    kind: problem.kind,
    severity: problem.severity,
    summary: problem.summary,
    evidence: problem.evidence.slice(0, evidenceLines),
  };
  return record(next, at, 'changed', `${problem.kind}: ${problem.summary}`);
}
