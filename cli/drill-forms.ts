// The form in which the command line takes drills from outside, parsed strictly.
import { z } from 'zod';
import { chainNames } from '../functions/domain/chain.ts';
import { drillModes } from '../functions/domain/drill/drill.ts';
import { phases } from '../functions/domain/standby/standby.ts';
import { text, time } from '../functions/stores/schemas.ts';
import { drilled, drillRun, drillWish, seen, snapshot } from '../functions/stores/standby-schemas.ts';
import type { DrillsAnswer } from '../functions/views/drills-answer.ts';
import { amount, trouble } from './standby-forms.ts';

const asked = drillWish.omit({ signer: true, site: true, chain: true });

const run = asked.extend({
  ...drillRun.pick({ marks: true, verdict: true, usedGib: true }).shape,
  phase: z.enum(phases),
  instance: text.nullable(),
  zone: text.nullable(),
  isWarm: z.boolean(),
  isSaving: z.boolean(),
  reportAt: time.nullable(),
  percent: amount.max(100).nullable(),
  etaMs: amount.nullable(),
  peers: z.int().min(0).nullable(),
  note: text.nullable(),
  refusal: seen.shape.refusal,
  trouble: trouble.nullable(),
  doubt: seen.shape.doubt,
  cost: amount.nullable(),
});

const rules = z.strictObject({
  mode: z.enum(['off', ...drillModes]),
  syncWithinMs: amount,
  snapshots: z.strictObject({ keep: z.int().min(1), monthlyCost: amount, acceptedBy: text }).nullable(),
  project: text,
  isDryRun: z.boolean(),
  currency: text,
  asOf: text,
  snapshotGibMonth: amount,
  diskGib: z.partialRecord(z.enum(chainNames), amount),
});

/** What `status` answers at `/drills`. */
export const drillsAnswer: z.ZodType<DrillsAnswer> = z.strictObject({
  at: time,
  rules: rules.nullable(),
  drills: z.array(
    z.strictObject({
      signer: text,
      site: text.nullable(),
      chain: z.enum(chainNames).nullable(),
      canRun: z.boolean(),
      wish: asked.nullable(),
      run: run.nullable(),
      last: drilled.shape.last.nullable(),
      told: drilled.shape.told,
      synced: drilled.shape.synced,
      weeklyFrom: time.nullable(),
    }),
  ),
  snapshots: z.array(snapshot.extend({ chain: text, monthlyCost: amount.nullable() })),
  broken: z.array(text),
});
