// What is to be said about the incidents of a site now, and to whom; each thing once.
import { isAcknowledged } from './acknowledge.ts';
import { holdOf } from './calm.ts';
import { type Hold, type Incident, isOwn, isSafety, record } from './incident.ts';
import { dueChannels, escalation, isReminderDue } from './ladder.ts';
import { itemOf, type NoticeKind } from './notice.ts';
import { channelsOf } from './observe-own.ts';
import { messageId, newRow, type OutboxRow } from './outbox.ts';
import type { SiteRules } from './policy.ts';
import { compareSeverity } from './severity.ts';
import type { WaitingCost } from './waiting-cost.ts';

export type Announcement = { readonly rows: readonly OutboxRow[]; readonly incidents: readonly Incident[] };

type Context = {
  readonly rules: SiteRules;
  readonly at: number;
  /** False for an incident whose subject is recovering: what is well again is not announced as bad. */
  readonly isOpen: (incident: string) => boolean;
  readonly costsOf: (incident: Incident) => readonly WaitingCost[];
};

/** `to` is who is told. */
type Saying = { readonly kind: NoticeKind; readonly incident: Incident; readonly to: readonly string[] };

const unique = (names: readonly string[]): string[] => [...new Set(names)];

/** That a channel fails is told by every other one, and by itself only when there is no other. */
const isByItself = ({ subject }: Incident, channel: string): boolean =>
  subject.kind === 'channel' && subject.id === channel;

/** Who is to be told now because nobody has reacted. */
const escalated = (incident: Incident, { rules, at }: Context): string[] =>
  escalation(incident, rules.notify, at).filter((channel) => !isByItself(incident, channel));

const progressEveryMs = 3 * 60_000;
const progressLaterMs = 30 * 60_000;
/** So many are told at the shorter distance: whatever goes to and fro, and many signers, must not become a stream of messages. */
const promptNews = 6;

/** True when what is being done has come further, and the last such message is long enough ago. */
function isProgressDue({ doing, timeline }: Incident, at: number): boolean {
  if (!Object.values(doing).some(({ isTold }) => !isTold)) return false;
  const told = timeline.filter(({ event, text }) => event === 'told' && text.startsWith('progress: '));
  const everyMs = told.length < promptNews ? progressEveryMs : progressLaterMs;
  return at - (told.at(-1)?.at ?? Number.NEGATIVE_INFINITY) >= everyMs;
}

/** Level, not edge: compares what people were last told with what is, so that a message held back is said when it may be. */
function due(incident: Incident, context: Context): NoticeKind | null {
  const { at } = context;
  const { announced, ack, severity } = incident;
  if (incident.resolvedAt !== null) return announced === null ? null : 'resolved';
  if (!context.isOpen(incident.id)) return null;
  const isTaken = isAcknowledged(incident, at);
  if (announced === null) return isTaken ? null : 'opened';
  const rise = compareSeverity(severity, announced);
  if (rise > 0) return 'raised';
  if (rise < 0) return 'lowered';
  if (isTaken && ack?.isTold === false) return 'acknowledged';
  return dueAgain(incident, isTaken, context) ?? (isProgressDue(incident, at) ? 'progress' : null);
}

/** Why people are woken again for what has not changed. */
function dueAgain(incident: Incident, isTaken: boolean, context: Context): NoticeKind | null {
  const { rules, at } = context;
  // A doubt about safety is repeated, whoever has taken it on.
  if (isTaken && !isSafety(incident.kind)) return null;
  // Whoever had taken it on may have fallen asleep over it.
  if (!isTaken && incident.ack !== null) return 'reminder';
  if (!isTaken && escalated(incident, context).length > 0) return 'escalated';
  return isReminderDue(incident, rules.policy.remindMs, at) ? 'reminder' : null;
}

/** Whoever was told of the beginning is told of every change and of the end, although the list of channels may have changed. */
function audience(incident: Incident, kind: NoticeKind, context: Context): string[] {
  const { rules } = context;
  const { told } = incident;
  switch (kind) {
    case 'opened':
    case 'raised':
      if (incident.subject.kind === 'channel') {
        const others = channelsOf(rules).filter((each) => !isByItself(incident, each));
        return others.length === 0 ? channelsOf(rules) : others;
      }
      return unique([...told, ...dueChannels(rules.notify, incident.severity, 0)]);
    case 'escalated':
      return escalated(incident, context);
    case 'reminder':
    case 'lowered':
    case 'acknowledged':
    case 'progress':
    case 'resolved':
    case 'report':
    case 'direct':
      return [...told];
  }
}

function holdFor(incident: Incident, kind: NoticeKind, context: Context): Hold | null {
  // These go to whoever was told already, and wake nobody.
  if (kind === 'resolved' || kind === 'acknowledged' || kind === 'progress') return null;
  if (isSafety(incident.kind)) return null;
  const hold = holdOf(context.rules, incident.subject.id, incident.severity, context.at);
  if (hold === 'maintenance' && isOwn(incident.subject)) return null;
  return hold === 'quiet-hours' && kind === 'lowered' ? null : hold;
}

/** True for what shares a message with its like: nodes outlive an outage together, and fail together for one reason. */
function isShared({ kind, incident }: Saying): boolean {
  if (incident.subject.kind === 'target' || incident.subject.kind === 'alert') return true;
  if (incident.kind === 'standby-failing') return true;
  // How one comes along is told by itself.
  return incident.kind === 'standby-running' && kind !== 'progress';
}

/** Targets that change together share a message, and so do alerts and standbys; everything else speaks for itself. */
function grouped(sayings: readonly Saying[]): Saying[][] {
  const groups = new Map<string, Saying[]>();
  for (const saying of sayings) {
    const { subject, kind, severity, thread } = saying.incident;
    // Targets share a message whatever is wrong with each; what is to be done about standbys differs.
    const what = subject.kind === 'standby' ? kind : subject.kind;
    const key = isShared(saying)
      ? [what, saying.kind, severity, thread ?? '', saying.to.join(' ')].join('|')
      : saying.incident.id;
    groups.set(key, [...(groups.get(key) ?? []), saying]);
  }
  return [...groups.values()];
}

/** What all rows of a group have in common. */
type Group = {
  readonly sayings: readonly Saying[];
  readonly first: Saying;
  readonly thread: string;
  readonly isThreadOver: boolean;
};

function groupOf(sayings: readonly Saying[], incidents: readonly Incident[]): Group[] {
  const [first] = sayings;
  if (first === undefined) return [];
  const thread = first.incident.thread ?? first.incident.id;
  const isThreadOver =
    first.kind === 'resolved' &&
    !incidents.some((each) => each.thread === thread && each.resolvedAt === null);
  return [{ sayings, first, thread, isThreadOver }];
}

function rowsOf({ sayings, first, thread, isThreadOver }: Group, context: Context): OutboxRow[] {
  const { rules, at } = context;
  const { incident, kind } = first;
  return first.to.map((channel) =>
    newRow({
      id: messageId(incident.id, incident.rounds, channel),
      channel,
      notice: {
        kind,
        severity: incident.severity,
        site: rules.id,
        siteName: rules.name,
        timezone: rules.timezone,
        at,
        thread,
        isThreadOver,
        acknowledgedBy: isAcknowledged(incident, at) ? (incident.ack?.by ?? null) : null,
        told: unique(sayings.flatMap((saying) => saying.incident.told)),
        before: incident.announced,
        items: sayings.map((saying) => itemOf(saying.incident, context.costsOf(saying.incident))),
      },
      after: unique(sayings.flatMap((saying) => saying.incident.lastMessage[channel] ?? [])),
    }),
  );
}

const mostMessages = 100;

/** Whatever is said of an incident says what is being done about it as well. */
const doingTold = ({ doing }: Incident): Incident['doing'] =>
  Object.fromEntries(Object.entries(doing).map(([signer, each]) => [signer, { ...each, isTold: true }]));

/** How far the ladder is climbed once this is said. A rise and an acknowledgement that is over begin it anew. */
function climbAfter({ incident, kind, to }: Saying, at: number): Incident['climb'] {
  const { climb } = incident;
  if (kind === 'opened' || kind === 'raised' || climb === null) return { from: at, told: to, wokenAt: at };
  if (kind === 'escalated') return { ...climb, told: unique([...climb.told, ...to]) };
  if (kind === 'reminder') {
    return incident.ack === null ? { ...climb, wokenAt: at } : { from: at, told: to, wokenAt: at };
  }
  return climb;
}

function ackAfter({ incident, kind }: Saying): Incident['ack'] {
  const { ack } = incident;
  // A rise is news to whoever has taken on less; a reminder of what was taken on says that this is over.
  if (kind === 'raised' || ack === null) return null;
  if (kind === 'reminder' && !isSafety(incident.kind)) return null;
  return { ...ack, isTold: true };
}

function afterSaying(saying: Saying, group: Group, rows: readonly OutboxRow[], at: number): Incident {
  const { incident, kind, to } = saying;
  const said = record(incident, at, 'told', `${kind}: ${to.join(', ') || 'no channel is configured'}`);
  const ack = ackAfter(saying);
  const isAckOver = incident.ack !== null && ack === null;
  return {
    ...(isAckOver
      ? record(said, at, 'ack-over', kind === 'raised' ? 'it got worse' : 'it was too old')
      : said),
    announced: incident.severity,
    held: null,
    thread: group.thread,
    ack,
    climb: climbAfter(saying, at),
    told: unique([...incident.told, ...to]),
    lastMessage: { ...incident.lastMessage, ...Object.fromEntries(rows.map((row) => [row.channel, row.id])) },
    messages: [...incident.messages, ...rows.map((row) => row.id)].slice(-mostMessages),
    rounds: incident.rounds + 1,
    // Who is told later has not been told the same as the others.
    doing: kind === 'escalated' ? incident.doing : doingTold(incident),
  };
}

/** Messages for all incidents that have something unsaid, with the incidents as they are once it is written down. */
export function announce(incidents: readonly Incident[], context: Context): Announcement {
  const sayings: Saying[] = [];
  const changed = new Map<string, Incident>();
  for (const incident of incidents) {
    const kind = due(incident, context);
    if (kind === null) continue;
    const hold = holdFor(incident, kind, context);
    if (hold === null) sayings.push({ kind, incident, to: audience(incident, kind, context) });
    // What was told already and is only to be repeated is held in silence.
    else if (incident.held !== hold && incident.announced !== incident.severity) {
      changed.set(incident.id, {
        ...record(incident, context.at, 'held', `${kind} not told: ${hold}`),
        held: hold,
      });
    }
  }
  const rows: OutboxRow[] = [];
  for (const group of grouped(sayings).flatMap((each) => groupOf(each, incidents))) {
    const written = rowsOf(group, context);
    rows.push(...written);
    for (const saying of group.sayings) {
      changed.set(saying.incident.id, afterSaying(saying, group, written, context.at));
    }
  }
  return { rows, incidents: [...changed.values()] };
}
