// The forms in which the command line takes judged facts from outside, each parsed strictly.
import { z } from 'zod';
import { chainNames } from '../functions/domain/chain.ts';
import type { Facts } from '../functions/domain/facts.ts';
import type { Judgement } from '../functions/domain/judge.ts';
import { agreements, type Policy } from '../functions/domain/policy.ts';
import { severities } from '../functions/domain/severity.ts';
import { siteVerdicts } from '../functions/domain/verdict.ts';
import { holds, subjectKinds, timelineEvents } from '../functions/domain/incident.ts';
import { facts, judgement, problemKind, severity, time } from '../functions/stores/schemas.ts';
import type { Status } from '../functions/views/status.ts';
import { standbyStatus } from './standby-forms.ts';

const ticks = z.strictObject({ confirmTicks: z.int() });
const ms = z.number().min(0);

const chainPolicy = z.strictObject({
  silentUnits: z.int(),
  silentMs: ms,
  freshMs: ms,
  stalledMs: ms,
  sourceFreshMs: ms,
});

const policy: z.ZodType<Policy> = z.strictObject({
  probe: z.strictObject({ timeoutMs: ms, burst: z.int(), burstGapMs: ms, burstTimeoutMs: ms }),
  life: z.strictObject({ marginMs: ms, signatureFreshMs: ms }),
  signing: z.strictObject({
    chains: z.record(z.enum(chainNames), chainPolicy),
    afterReturnMs: ms,
  }),
  dark: ticks,
  vpnDown: ticks,
  inboundLost: ticks,
  notSigning: ticks,
  degraded: ticks,
  blind: ticks,
  unknown: z.strictObject({ afterMs: ms }),
  witness: z.strictObject({ agree: z.enum(agreements), disputedMs: ms }),
  // A record of before there were standbys has none.
  standby: z
    .strictObject({
      darkMs: ms.nullable(),
      vpnDownMs: ms.nullable(),
      notSigningMs: ms.nullable(),
      releaseMs: ms,
    })
    .default({ darkMs: null, vpnDownMs: null, notSigningMs: null, releaseMs: 0 }),
  late: z.strictObject({ afterMs: ms }),
  undelivered: z.strictObject({ afterMs: ms }),
  channelFailing: z.strictObject({ times: z.int() }),
  report: z.strictObject({ weekday: z.int(), time: z.string() }).nullable(),
  recoverMs: ms,
  gaspMs: ms,
  remindMs: z.record(z.enum(severities), ms.nullable()),
  ackMs: ms,
  quietHours: z.strictObject({ from: z.string(), to: z.string() }).nullable(),
});

/** One judged tick of one site, as `watchdog run --record` writes it and `watchdog replay` reads it. */
export type RecordedTick = {
  readonly schema: 3;
  readonly facts: Facts;
  readonly policy: Policy;
  readonly judgement: Judgement;
};

export const recordedTick: z.ZodType<RecordedTick> = z.strictObject({
  schema: z.literal(3),
  facts,
  policy,
  judgement,
});

const id = z.string();

export const subject = z.strictObject({ kind: z.enum(subjectKinds), id });

export const ack = z.strictObject({
  by: z.string(),
  at: time,
  severity,
  until: time.nullable(),
  isInForce: z.boolean(),
});

export const timelineEntry = z.strictObject({ at: time, event: z.enum(timelineEvents), text: z.string() });

export const mute = z.strictObject({
  id,
  subject: id.nullable(),
  from: time,
  until: time,
  why: z.string(),
  by: z.string(),
  isInForce: z.boolean(),
});

// What came in later is not in what was recorded before.
const incident = z.strictObject({
  id,
  subject,
  kind: problemKind,
  severity,
  summary: z.string(),
  evidence: z.array(z.string()),
  since: time,
  openedAt: time,
  held: z.enum(holds).nullable(),
  told: z.array(z.string()),
  ack: ack.nullable().default(null),
  timeline: z.array(timelineEntry),
});

/** The answer of the function `status`. */
export const statusAnswer: z.ZodType<Status> = z.strictObject({
  at: time,
  summary: z.enum(['well', 'trouble']),
  sites: z.array(
    z.strictObject({
      site: z.string(),
      name: z.string(),
      timezone: z.string(),
      watched: z.enum(['yes', 'stale', 'unwatched']),
      lastTickAt: time.nullable(),
      lastLatenessMs: z.number().nullable().default(null),
      ticks: z.int(),
      verdict: z.enum(siteVerdicts).nullable(),
      verdictSince: time.nullable(),
      because: z.string().nullable(),
      incidents: z.array(incident),
      mutes: z.array(mute).default([]),
      standbys: z.array(standbyStatus).default([]),
      facts: facts.nullable(),
      judgement: judgement.nullable(),
    }),
  ),
});

/** The first thing that is wrong, with its place: `facts.targets.0.role: …`. Values are not repeated. */
export function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'it is not as expected';
  const at = issue.path.map(String).join('.') || 'the whole of it';
  if (issue.code === 'invalid_type') return `${at}: must be ${issue.expected}`;
  if (issue.code === 'invalid_value') return `${at}: must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'unrecognized_keys') {
    return `${at}: has the unknown field ${issue.keys.slice(0, 3).join(', ')}`;
  }
  return `${at}: ${issue.message}`;
}
