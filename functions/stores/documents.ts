// The documents of the two databases: for each collection its codec, whose values are exactly the domain's types.
import { z } from 'zod';
import type { Pulse } from '../domain/gather.ts';
import { holds, type Incident, subjectKinds, timelineEvents } from '../domain/incident.ts';
import type { SiteState } from '../domain/memory.ts';
import { noticeKinds } from '../domain/notice.ts';
import { type OutboxRow, rowStates } from '../domain/outbox.ts';
import { WatchdogError } from '../kit/error.ts';
import { codec, type Codec, former } from './codec.ts';
import {
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
  subjects: z.record(text, subjectState),
  nextDueAt: time.nullable(),
});

// Version 1 knew nothing of evidence from chains: its lists of signers and chains were always empty.
const siteBeforeSigning = site.omit({ signing: true }).extend({
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
  told: z.array(text),
  lastMessage: z.record(text, text),
  rounds: z.int(),
  timeline: z.array(z.strictObject({ at: time, event: z.enum(timelineEvents), text })),
});

const notice = z.strictObject({
  kind: z.enum(noticeKinds),
  severity,
  site: text,
  siteName: text,
  timezone: text,
  at: time,
  items: z
    .array(
      z.strictObject({
        incident: text,
        subject,
        problem: problemKind,
        summary: text,
        evidence: z.array(text),
        since: time,
      }),
    )
    .min(1),
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
  ]
>;

/** `sites/{site}` of the default database. */
export const siteCodec: Codec<SiteState> = codec<SiteState>(site, {
  version: 2,
  former: former(siteBeforeSigning, (old) => ({
    ...old,
    signing: {},
    facts: { ...old.facts, signers: [], chains: [], lastDarkAt: null },
  })),
});
/** `incidents/{id}` of the default database. */
export const incidentCodec: Codec<Incident> = codec<Incident>(incident, { version: 1 });
/** `outbox/{id}` of the default database. */
export const rowCodec: Codec<OutboxRow> = codec<OutboxRow>(row, { version: 1 });
/** `heartbeats/{site}` of the inbox database. */
export const heardCodec: Codec<Heard> = codec<Heard>(heard, { version: 1 });

/** The paths of documents, as they are named in messages. */
export const paths = {
  site: (id: string): string => `sites/${id}`,
  incident: (id: string): string => `incidents/${id}`,
  row: (id: string): string => `outbox/${id}`,
  heard: (site: string): string => `heartbeats/${site}`,
} as const;

/** The error for an incident that a site's document says is open and that is not there. */
export function missingIncident(site: string, id: string): WatchdogError {
  const document = paths.incident(id);
  return new WatchdogError('ERR_DOCUMENT', `${document} is missing, although ${site} says that it is open`, {
    meta: { document },
  });
}
