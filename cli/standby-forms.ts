// The forms in which the command line takes standbys from outside, each parsed strictly.
import { z } from 'zod';
import { chainNames } from '../functions/domain/chain.ts';
import { keyWords, phases, refusals, troubles } from '../functions/domain/standby/standby.ts';
import { releaseReasons, wantReasons } from '../functions/domain/standby/want.ts';
import { time } from '../functions/stores/schemas.ts';
import type { StandbysAnswer } from '../functions/views/standbys-answer.ts';
import type { StandbyStatus } from '../functions/views/standbys.ts';

const text = z.string();
const amount = z.number().min(0);

const trouble = z.strictObject({
  kind: z.enum([...troubles, 'unreadable']),
  text,
  lines: z.array(text),
  since: time.nullable(),
});

/** One standby, in `standbys` of a site and at `/standbys`. */
export const standbyStatus: z.ZodType<StandbyStatus> = z.strictObject({
  signer: text,
  chain: z.enum(chainNames).nullable(),
  site: text.nullable(),
  phase: z.enum(['wanted', ...phases]),
  phaseSince: time.nullable(),
  since: time.nullable(),
  reason: z.enum(wantReasons).nullable(),
  incident: text.nullable(),
  why: text.nullable(),
  by: text.nullable(),
  keep: z.strictObject({ by: text, at: time, why: text }).nullable(),
  release: z.strictObject({ at: time, reason: z.enum(releaseReasons), by: text.nullable() }).nullable(),
  expiresAt: time.nullable(),
  instance: text.nullable(),
  zone: text.nullable(),
  region: text.nullable(),
  reportAt: time.nullable(),
  percent: amount.max(100).nullable(),
  etaMs: amount.nullable(),
  peers: z.int().min(0).nullable(),
  head: z.int().min(0).nullable(),
  keys: z.enum(keyWords).nullable(),
  software: text.nullable(),
  note: text.nullable(),
  refusal: z.strictObject({ reason: z.enum(refusals), text, since: time }).nullable(),
  trouble: trouble.nullable(),
  doubt: z
    .strictObject({ kind: z.enum(['keys-present', 'malformed', 'from-the-future']), text, since: time })
    .nullable(),
  hasHeldKeys: z.boolean(),
  isProtected: z.boolean(),
  cost: z.strictObject({ perHour: amount, soFar: amount, currency: text }).nullable(),
  tried: z.array(z.strictObject({ zone: text, region: text, code: text, at: time })),
  nextLookAt: time.nullable(),
});

/** What `status` answers at `/standbys`. */
export const standbysAnswer: z.ZodType<StandbysAnswer> = z.strictObject({
  at: time,
  rules: z
    .strictObject({ project: text, prefix: text, isDryRun: z.boolean(), maxStandbys: z.int() })
    .nullable(),
  signers: z.array(z.strictObject({ signer: text, site: text, chain: z.enum(chainNames) })),
  standbys: z.array(standbyStatus),
  orphans: z.array(
    z.strictObject({
      kind: z.enum(['instance', 'disk']),
      name: text,
      zone: text,
      signer: text.nullable(),
      firstSeenAt: time,
      deletesAt: time.nullable(),
      text,
    }),
  ),
  broken: z.array(text),
  listedAt: time.nullable(),
  trouble: trouble.nullable(),
  month: z.strictObject({
    month: text,
    spent: amount.nullable(),
    cap: amount.nullable(),
    currency: text.nullable(),
  }),
  brake: z.strictObject({ isHeld: z.boolean(), reasons: z.array(z.enum(refusals)) }),
});
