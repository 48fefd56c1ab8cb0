// The forms in which the command line takes incidents and mutes from outside, each parsed strictly.
import { z } from 'zod';
import { holds } from '../functions/domain/incident.ts';
import { noticeKinds } from '../functions/domain/notice.ts';
import { rowStates } from '../functions/domain/outbox.ts';
import { climb, problemKind, severity, time } from '../functions/stores/schemas.ts';
import type { IncidentAnswer, IncidentList, MaintenanceAnswer } from '../functions/views/incidents.ts';
import { ack, mute, subject, timelineEntry } from './record.ts';

const text = z.string();

const summary = z.strictObject({
  id: text,
  site: text,
  subject,
  kind: problemKind,
  severity,
  summary: text,
  since: time,
  openedAt: time,
  resolvedAt: time.nullable(),
  state: z.enum(['open', 'resolved']),
  ack: ack.nullable(),
  climb: climb.nullable(),
  held: z.enum(holds).nullable(),
  told: z.array(text),
});

const message = z.strictObject({
  id: text,
  channel: text,
  kind: z.enum(noticeKinds),
  severity,
  state: z.enum(rowStates),
  attempts: z.int(),
  outcome: text.nullable(),
  createdAt: time,
  dueAt: time.nullable(),
  settledAt: time.nullable(),
});

/** What `status` answers at `/incidents`. */
export const incidentList: z.ZodType<IncidentList> = z.strictObject({
  at: time,
  incidents: z.array(summary),
  isCut: z.boolean(),
});

/** What `status` answers at `/incidents/ID`. */
export const incidentAnswer: z.ZodType<IncidentAnswer> = z.strictObject({
  at: time,
  incident: summary.extend({
    siteName: text,
    timezone: text,
    evidence: z.array(text),
    timeline: z.array(timelineEntry),
    messages: z.array(message),
  }),
});

/** What `status` answers at `/maintenance`. */
export const maintenanceAnswer: z.ZodType<MaintenanceAnswer> = z.strictObject({
  at: time,
  sites: z.array(
    z.strictObject({
      site: text,
      name: text,
      mutes: z.array(mute),
      windows: z.array(mute.omit({ id: true, by: true })),
    }),
  ),
});
