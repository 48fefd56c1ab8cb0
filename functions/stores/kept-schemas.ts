// The shapes of what a site's document holds for those who look: its history so far, and the glance at it.
import { z } from 'zod';
import { holds, subjectKinds, timelineEvents } from '../domain/incident.ts';
import { keyWords, phases } from '../domain/standby/standby.ts';
import { dayRollup } from './history-schemas.ts';
import { problemKind, severity, text, time } from './schemas.ts';

const whole = z.int().min(0);
const amount = z.number().min(0);

/** What was counted of a site so far, as far as it is not filed. */
export const history = z.strictObject({
  today: dayRollup,
  yesterday: z.record(text, text),
  counted: z.array(z.strictObject({ from: time, until: time })),
});

const incidentFields = {
  id: text,
  subject: z.strictObject({ kind: z.enum(subjectKinds), id: text }),
  kind: problemKind,
  severity,
  summary: text,
  since: time,
};

const openGlance = z.strictObject({
  ...incidentFields,
  evidence: z.array(text),
  openedAt: time,
  held: z.enum(holds).nullable(),
  told: z.array(text),
  ack: z.strictObject({ by: text, at: time, until: time.nullable() }).nullable(),
  doing: z.array(text),
  timeline: z.array(z.strictObject({ at: time, event: z.enum(timelineEvents), text })),
  earlier: whole,
});

const keysGlance = z.discriminatedUnion('isReadable', [
  z.strictObject({
    isReadable: z.literal(true),
    holder: text.nullable(),
    generation: whole.nullable(),
    since: time.nullable(),
    by: text.nullable(),
    former: text.nullable(),
    notBefore: time.nullable(),
  }),
  z.strictObject({ isReadable: z.literal(false), why: text }),
]);

const standbyGlance = z.strictObject({
  readAt: time,
  phase: z.enum([...phases, 'wanted']),
  phaseSince: time.nullable(),
  since: time.nullable(),
  why: text.nullable(),
  zone: text.nullable(),
  instance: text.nullable(),
  reportAt: time.nullable(),
  percent: z.number().min(0).max(100).nullable(),
  etaMs: amount.nullable(),
  peers: whole.nullable(),
  head: whole.nullable(),
  keys: z.enum(keyWords).nullable(),
  problems: z.array(text),
  hasHeldKeys: z.boolean(),
  isProtected: z.boolean(),
  cost: z.strictObject({ perHour: amount, soFar: amount, currency: text }).nullable(),
});

export const glance = z.strictObject({
  open: z.array(openGlance),
  moreOpen: whole,
  past: z.array(z.strictObject({ ...incidentFields, resolvedAt: time })),
  keys: z.record(text, keysGlance),
  standbys: z.record(text, standbyGlance),
  outbox: z.strictObject({
    at: time.nullable(),
    waiting: z.record(text, time),
    failing: z.record(text, z.strictObject({ since: time, times: whole, outcome: text })),
  }),
});
