// The forms in which the command line takes standbys from outside, each parsed strictly.
import { z } from 'zod';
import { chainNames } from '../functions/domain/chain.ts';
import { keyWords, phases, refusals, troubles } from '../functions/domain/standby/standby.ts';
import { wantReasons } from '../functions/domain/standby/want.ts';
import { text, time } from '../functions/stores/schemas.ts';
import { fleet, seen, wanted } from '../functions/stores/standby-schemas.ts';
import type { StandbysAnswer } from '../functions/views/standbys-answer.ts';
import type { StandbyStatus } from '../functions/views/standbys.ts';

export const amount = z.number().min(0);

export const trouble = seen.shape.trouble
  .unwrap()
  .extend({ kind: z.enum([...troubles, 'unreadable']), since: time.nullable() });

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
  keep: wanted.shape.keep,
  release: wanted.shape.release,
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
  refusal: seen.shape.refusal,
  trouble: trouble.nullable(),
  doubt: seen.shape.doubt,
  hasHeldKeys: z.boolean(),
  isProtected: z.boolean(),
  cost: z.strictObject({ perHour: amount, soFar: amount, currency: text }).nullable(),
  tried: seen.shape.tried,
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
  orphans: z.array(fleet.shape.orphans.element.omit({ requestId: true })),
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
