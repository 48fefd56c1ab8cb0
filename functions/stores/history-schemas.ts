// How what was counted of a site lies in the default database: a document a day, and one with all days of the long view.
import { z } from 'zod';
import type { DayIncident, DayRollup } from '../domain/history/history.ts';
import type { AllSame, Same } from './same.ts';
import { text, time } from './schemas.ts';

const whole = z.int().min(0);
const ms = z.number().min(0);

/** A day that there is, as `2026-12-01`: keys and their order rely on it. */
export const day = z.iso.date();

const tallyFields = { ms: z.record(text, ms), changes: whole };

const dayIncident = z.strictObject({
  id: text,
  subject: text,
  kind: text,
  severity: text,
  openedAt: time,
  resolvedAt: time.nullable(),
});

/** A day, as the site's document holds today and `history` those that are over. */
export const dayRollup = z.strictObject({
  day,
  from: time,
  through: time,
  ticks: whole,
  worstLatenessMs: z.number(),
  worstGapMs: z.number(),
  pages: whole,
  site: z.strictObject(tallyFields),
  targets: z.record(text, z.strictObject({ ...tallyFields, latency: text, hours: text })),
  signers: z.record(text, z.strictObject(tallyFields)),
  incidents: z.array(dayIncident),
  moreIncidents: whole,
});

/**
 * Compile-time proof that nothing is lost or added.
 * @public
 */
export type HistoryDocumentsAreDomainTypes = AllSame<
  [Same<z.output<typeof dayRollup>, DayRollup>, Same<z.output<typeof dayIncident>, DayIncident>]
>;
