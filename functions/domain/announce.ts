// What is to be said about the incidents of a site now, and to whom; each thing once.
import { holdOf } from './calm.ts';
import { type Hold, type Incident, record } from './incident.ts';
import { isPage, itemOf, type NoticeKind } from './notice.ts';
import { messageId, type OutboxRow } from './outbox.ts';
import type { SiteRules } from './policy.ts';
import { compareSeverity } from './severity.ts';

export type Announcement = { readonly rows: readonly OutboxRow[]; readonly incidents: readonly Incident[] };

type Context = {
  readonly rules: SiteRules;
  readonly at: number;
  /** False for an incident whose subject is recovering: what is well again is not announced as bad. */
  readonly isOpen: (incident: string) => boolean;
};

type Saying = { readonly kind: NoticeKind; readonly incident: Incident };

/** Level, not edge: compares what people were last told with what is, so that a message held back is said when it may be. */
function due(incident: Incident, context: Context): NoticeKind | null {
  if (incident.resolvedAt !== null) return incident.announced === null ? null : 'resolved';
  if (!context.isOpen(incident.id)) return null;
  if (incident.announced === null) return 'opened';
  const rise = compareSeverity(incident.severity, incident.announced);
  if (rise === 0) return null;
  return rise > 0 ? 'raised' : 'lowered';
}

// The watcher's own trouble is not a part of the house: the house's maintenance does not mute it.
function holdFor(incident: Incident, kind: NoticeKind, context: Context): Hold | null {
  if (kind === 'resolved') return null;
  const hold = holdOf(context.rules, incident.subject.id, incident.severity, context.at);
  if (hold === 'maintenance' && incident.subject.kind === 'self') return null;
  return hold === 'quiet-hours' && kind === 'lowered' ? null : hold;
}

/** Targets that change together share a message; everything else speaks for itself. */
function grouped(sayings: readonly Saying[]): Saying[][] {
  const groups = new Map<string, Saying[]>();
  for (const saying of sayings) {
    const { subject, severity, told } = saying.incident;
    const key =
      subject.kind === 'target'
        ? [saying.kind, severity, saying.kind === 'opened' ? '' : told.join(' ')].join('|')
        : saying.incident.id;
    groups.set(key, [...(groups.get(key) ?? []), saying]);
  }
  return [...groups.values()];
}

function rowsOf(group: readonly Saying[], channels: readonly string[], context: Context): OutboxRow[] {
  const [first] = group;
  if (first === undefined) return [];
  const { rules, at } = context;
  return channels.map((channel) => ({
    id: messageId(first.incident.id, first.incident.rounds, channel),
    site: rules.id,
    channel,
    notice: {
      kind: first.kind,
      severity: first.incident.severity,
      site: rules.id,
      siteName: rules.name,
      timezone: rules.timezone,
      at,
      items: group.map(({ incident }) => itemOf(incident)),
    },
    after: [...new Set(group.flatMap(({ incident }) => incident.lastMessage[channel] ?? []))],
    createdAt: at,
    state: 'waiting',
    dueAt: at,
    lease: null,
    attempts: 0,
    outcome: null,
    settledAt: null,
  }));
}

function afterSaying(saying: Saying, rows: readonly OutboxRow[], at: number): Incident {
  const { incident, kind } = saying;
  const channels = rows.map((row) => row.channel);
  return {
    ...record(incident, at, 'told', `${kind}: ${channels.join(', ') || 'no channel is configured'}`),
    announced: incident.severity,
    held: null,
    told: [...new Set([...incident.told, ...channels])],
    lastMessage: { ...incident.lastMessage, ...Object.fromEntries(rows.map((row) => [row.channel, row.id])) },
    rounds: incident.rounds + 1,
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
    if (hold === null) sayings.push({ kind, incident });
    else if (incident.held !== hold) {
      changed.set(incident.id, {
        ...record(incident, context.at, 'held', `${kind} not told: ${hold}`),
        held: hold,
      });
    }
  }
  const rows: OutboxRow[] = [];
  for (const group of grouped(sayings)) {
    // Whoever was told of the beginning is told of every change and of the end, although the list of channels may have changed.
    const told = group.flatMap(({ incident }) => incident.told);
    const isNew = group.some(({ kind }) => isPage(kind));
    const channels = [...new Set([...told, ...(isNew ? context.rules.notify : [])])];
    const written = rowsOf(group, channels, context);
    rows.push(...written);
    for (const saying of group) changed.set(saying.incident.id, afterSaying(saying, written, context.at));
  }
  return { rows, incidents: [...changed.values()] };
}
