// The documents of the two databases: for each collection its codec, whose values are exactly the domain's types.
import { z } from 'zod';
import type { SiteEvent } from '../domain/event.ts';
import type { Pulse } from '../domain/gather.ts';
import { holds, type Incident, subjectKinds, timelineEvents } from '../domain/incident.ts';
import type { SiteState } from '../domain/memory.ts';
import { noticeKinds } from '../domain/notice.ts';
import { type OutboxRow, rowStates } from '../domain/outbox.ts';
import { WatchdogError } from '../kit/error.ts';
import { codec, type Codec, former } from './codec.ts';
import {
  climb,
  facts,
  judgement,
  power,
  problemKind,
  severity,
  signing,
  subjectState,
  text,
  time,
} from './schemas.ts';

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
  subjects: z.record(text, subjectState),
  nextDueAt: time.nullable(),
});

// Version 1 knew nothing of evidence from chains: its lists of signers and chains were always empty. Nothing was muted by hand.
const siteBeforeSigning = site.omit({ signing: true, mutes: true }).extend({
  facts: facts.omit({ lastDarkAt: true }).extend({ signers: z.array(z.never()), chains: z.array(z.never()) }),
});

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
  climb: climb.nullable(),
  told: z.array(text),
  lastMessage: z.record(text, text),
  messages: z.array(text),
  rounds: z.int(),
  timeline: z.array(z.strictObject({ at: time, event: z.enum(timelineEvents), text })),
});

// Version 1 knew no ladder: whoever was told was told at once, and nothing could be acknowledged.
const incidentBeforeLadder = incident.omit({
  thread: true,
  ack: true,
  climb: true,
  messages: true,
});

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

// Version 1 knew neither threads nor acknowledgements: each of its messages spoke for itself.
const noticeBeforeThreads = notice
  .omit({ thread: true, isThreadOver: true, acknowledgedBy: true, told: true, before: true, items: true })
  .extend({ items: z.array(item.omit({ changes: true, costs: true })).min(1) });

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

const rowBeforeThreads = row.omit({ notice: true }).extend({ notice: noticeBeforeThreads });

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
]);

const heard = z.strictObject({
  beats: z.record(text, z.strictObject({ sentAt: time })),
  power,
  waiting: z.int(),
});

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
type Plain<T> = DeepReadonly<T>;
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : ['not the same', A, B];
type AllSame<Checks extends readonly true[]> = Checks;

/**
 * Compile-time proof that a codec neither loses nor adds a field; a difference is a type error here.
 * @public
 */
export type DocumentsAreDomainTypes = AllSame<
  [
    Same<Plain<z.output<typeof site>>, Plain<SiteState>>,
    Same<Plain<z.output<typeof incident>>, Plain<Incident>>,
    Same<Plain<z.output<typeof row>>, Plain<OutboxRow>>,
    Same<Plain<z.output<typeof heard>>, Plain<Heard>>,
    Same<Plain<z.output<typeof siteEvent>>, Plain<SiteEvent>>,
  ]
>;

/** `sites/{site}` of the default database. */
export const siteCodec: Codec<SiteState> = codec<SiteState>(site, {
  version: 2,
  former: former(siteBeforeSigning, (old) => ({
    ...old,
    signing: {},
    mutes: [],
    facts: { ...old.facts, signers: [], chains: [], lastDarkAt: null },
  })),
});
/** `incidents/{id}` of the default database. */
export const incidentCodec: Codec<Incident> = codec<Incident>(incident, {
  version: 2,
  former: former(incidentBeforeLadder, (old) => ({
    ...old,
    thread: old.announced === null ? null : old.id,
    ack: null,
    climb: old.announced === null ? null : { from: old.openedAt, told: old.told, wokenAt: old.openedAt },
    messages: Object.values(old.lastMessage),
  })),
});
/** `outbox/{id}` of the default database. */
export const rowCodec: Codec<OutboxRow> = codec<OutboxRow>(row, {
  version: 2,
  former: former(rowBeforeThreads, (old) => ({
    ...old,
    notice: {
      ...old.notice,
      thread: old.notice.items[0]?.incident ?? old.id,
      isThreadOver: old.notice.kind === 'resolved',
      acknowledgedBy: null,
      told: [],
      before: null,
      items: old.notice.items.map((each) => ({ ...each, changes: [], costs: [] })),
    },
  })),
});
/** `heartbeats/{site}` of the inbox database. */
export const heardCodec: Codec<Heard> = codec<Heard>(heard, { version: 1 });

/** `events/{id}` of the inbox database. */
export const eventCodec: Codec<SiteEvent> = codec<SiteEvent>(siteEvent, { version: 1 });

/** The paths of documents, as they are named in messages. */
export const paths = {
  site: (id: string): string => `sites/${id}`,
  incident: (id: string): string => `incidents/${id}`,
  row: (id: string): string => `outbox/${id}`,
  heard: (site: string): string => `heartbeats/${site}`,
  event: (id: string): string => `events/${id}`,
} as const;

/** The error for an incident that a site's document says is open and that is not there. */
export function missingIncident(site: string, id: string): WatchdogError {
  const document = paths.incident(id);
  return new WatchdogError('ERR_DOCUMENT', `${document} is missing, although ${site} says that it is open`, {
    meta: { document },
  });
}
