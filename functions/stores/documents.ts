// The documents of the two databases: for each collection its codec, whose values are exactly the domain's types.
import { z } from 'zod';
import { drillModes } from '../domain/drill/drill.ts';
import type { SiteEvent } from '../domain/event.ts';
import type { Pulse } from '../domain/pulse.ts';
import { standbyWishes } from '../domain/event.ts';
import { holds, type Incident, subjectKinds, timelineEvents } from '../domain/incident.ts';
import { emptyGlance } from '../domain/glance.ts';
import { emptyHistory } from '../domain/history/rollup.ts';
import type { SiteState } from '../domain/memory.ts';
import { noticeKinds } from '../domain/notice.ts';
import { type OutboxRow, rowStates } from '../domain/outbox.ts';
import type { RefusedAt } from '../domain/refused.ts';
import { WatchdogError } from '../kit/error.ts';
import { codec, type Codec, former } from './codec.ts';
import { glance, history } from './kept-schemas.ts';
import type { AllSame, Same } from './same.ts';
import {
  climb,
  facts,
  judgement,
  problemKind,
  pulse,
  severity,
  signing,
  subjectState,
  text,
  time,
} from './schemas.ts';
import { wanted } from './standby-schemas.ts';

/** What the inbox holds of a site; `waiting` counts the events that `watch` has not folded in yet. */
export type Heard = Pulse & { readonly waiting: number };

const site = z.strictObject({
  site: text,
  createdAt: time,
  tick: z.strictObject({ scheduledAt: time, at: time, count: z.int() }),
  facts,
  judgement,
  verdictSince: time,
  signing,
  week: z.strictObject({
    from: time,
    ticks: z.int(),
    worstLatenessMs: z.number(),
    worstGapMs: z.number(),
    opened: z.int(),
    pages: z.int(),
  }),
  mutes: z.array(
    z.strictObject({
      id: text,
      by: text,
      subject: text.nullable(),
      from: time,
      until: time,
      why: text,
    }),
  ),
  cleared: z.record(text, time),
  wanted: z.record(text, wanted),
  subjects: z.record(text, subjectState),
  nextDueAt: time.nullable(),
  history,
  glance,
});

// Version 7 counted nothing of the days, and knew no glance.
const siteBeforeHistory = site.omit({ history: true, glance: true });

const subject = z.strictObject({ kind: z.enum(subjectKinds), id: text });

const incident = z.strictObject({
  id: text,
  site: text,
  subject,
  kind: problemKind,
  severity,
  summary: text,
  evidence: z.array(text),
  since: time,
  openedAt: time,
  resolvedAt: time.nullable(),
  announced: severity.nullable(),
  held: z.enum(holds).nullable(),
  thread: text.nullable(),
  ack: z
    .strictObject({ by: text, at: time, severity, until: time.nullable(), isTold: z.boolean() })
    .nullable(),
  cause: z.strictObject({ by: text, at: time, why: text }).nullable(),
  climb: climb.nullable(),
  told: z.array(text),
  lastMessage: z.record(text, text),
  messages: z.array(text),
  rounds: z.int(),
  timeline: z.array(z.strictObject({ at: time, event: z.enum(timelineEvents), text })),
  doing: z.record(text, z.strictObject({ stage: text, line: text, isTold: z.boolean() })),
});

// Version 3 knew no standbys.
const incidentBeforeStandbys = incident.omit({ doing: true });

const cost = z.discriminatedUnion('chain', [
  z.strictObject({ chain: z.literal('ethereum'), lowGwei: z.number(), highGwei: z.number() }),
  z.strictObject({
    chain: z.enum(['berachain', 'cometbft']),
    lowBlocks: z.number(),
    highBlocks: z.number(),
  }),
]);

const item = z.strictObject({
  incident: text,
  subject,
  problem: problemKind,
  summary: text,
  evidence: z.array(text),
  since: time,
  changes: z.array(text),
  costs: z.array(cost),
  doing: z.array(text),
});

const notice = z.strictObject({
  kind: z.enum(noticeKinds),
  severity,
  site: text,
  siteName: text,
  timezone: text,
  at: time,
  thread: text,
  isThreadOver: z.boolean(),
  acknowledgedBy: text.nullable(),
  told: z.array(text),
  before: severity.nullable(),
  items: z.array(item).min(1),
});

const row = z.strictObject({
  id: text,
  site: text,
  channel: text,
  notice,
  after: z.array(text),
  createdAt: time,
  state: z.enum(rowStates),
  dueAt: time.nullable(),
  lease: text.nullable(),
  attempts: z.int(),
  outcome: text.nullable(),
  settledAt: time.nullable(),
});

// Version 3 knew no standbys.
const rowBeforeStandbys = row.extend({
  notice: notice.extend({ items: z.array(item.omit({ doing: true })).min(1) }),
});

const eventFields = { id: text, site: text, at: time, by: text };

const siteEvent = z.discriminatedUnion('kind', [
  z.strictObject({ ...eventFields, kind: z.literal('ack'), incident: text, severity }),
  z.strictObject({
    ...eventFields,
    kind: z.literal('mute'),
    subject: text.nullable(),
    from: time,
    until: time,
    why: text,
  }),
  z.strictObject({ ...eventFields, kind: z.literal('unmute'), mute: text }),
  z.strictObject({ ...eventFields, kind: z.literal('clear'), incident: text, why: text }),
  z.strictObject({
    ...eventFields,
    kind: z.literal('standby'),
    signer: text,
    wish: z.enum(standbyWishes),
    why: text,
  }),
  z.strictObject({
    ...eventFields,
    kind: z.literal('drill'),
    signer: text,
    mode: z.enum(drillModes),
    isWeekly: z.boolean(),
    why: text,
  }),
]);

const heard = z.strictObject({ ...pulse, waiting: z.int() });

// Version 3 knew no leased ports.
const heardBeforeLeases = heard.omit({ ports: true, refusedPorts: true });

const pressure = z.strictObject({ refused: z.record(text, time) });

/** What `heartbeat` notes of calls that it refuses. */
export type NotedPressure = { readonly refused: RefusedAt };

/**
 * Compile-time proof that a codec neither loses nor adds a field; a difference is a type error here.
 * @public
 */
export type DocumentsAreDomainTypes = AllSame<
  [
    Same<z.output<typeof site>, SiteState>,
    Same<z.output<typeof incident>, Incident>,
    Same<z.output<typeof row>, OutboxRow>,
    Same<z.output<typeof heard>, Heard>,
    Same<z.output<typeof siteEvent>, SiteEvent>,
  ]
>;

/** `sites/{site}` of the default database. */
export const siteCodec: Codec<SiteState> = codec<SiteState>(site, {
  version: 8,
  former: former(siteBeforeHistory, (old) => ({
    ...old,
    history: emptyHistory(old.tick.at),
    glance: emptyGlance,
  })),
});
/** `incidents/{id}` of the default database. */
export const incidentCodec: Codec<Incident> = codec<Incident>(incident, {
  version: 4,
  former: former(incidentBeforeStandbys, (old) => ({ ...old, doing: {} })),
});
/** `outbox/{id}` of the default database. */
export const rowCodec: Codec<OutboxRow> = codec<OutboxRow>(row, {
  version: 4,
  former: former(rowBeforeStandbys, (old) => ({
    ...old,
    notice: { ...old.notice, items: old.notice.items.map((each) => ({ ...each, doing: [] })) },
  })),
});
/** `heartbeats/{site}` of the inbox database. */
export const heardCodec: Codec<Heard> = codec<Heard>(heard, {
  version: 4,
  former: former(heardBeforeLeases, (old) => ({ ...old, ports: [], refusedPorts: [] })),
});

/** `events/{id}` of the inbox database. Version 3 knew no drills. */
export const eventCodec: Codec<SiteEvent> = codec<SiteEvent>(siteEvent, {
  version: 4,
  former: former(siteEvent, (old) => old),
});

/** `pressure/heartbeat` of the inbox database. */
export const pressureCodec: Codec<NotedPressure> = codec<NotedPressure>(pressure, { version: 1 });

/** The paths of documents, as they are named in messages. */
export const paths = {
  site: (id: string): string => `sites/${id}`,
  incident: (id: string): string => `incidents/${id}`,
  row: (id: string): string => `outbox/${id}`,
  heard: (site: string): string => `heartbeats/${site}`,
  event: (id: string): string => `events/${id}`,
  pressure: 'pressure/heartbeat',
} as const;

/** The error for an incident that a site's document says is open and that is not there. */
export function missingIncident(site: string, id: string): WatchdogError {
  const document = paths.incident(id);
  return new WatchdogError('ERR_DOCUMENT', `${document} is missing, although ${site} says that it is open`, {
    meta: { document },
  });
}
