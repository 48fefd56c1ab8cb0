// What one tick of the watchdog came to, read from its answer.
import { z } from 'zod';
import { siteVerdicts } from '../functions/domain/verdict.ts';
import type { JobRun } from '../local/scheduler/scheduler.ts';

const answer = z.object({
  at: z.number(),
  scheduledAt: z.number(),
  durationMs: z.number(),
  sites: z.array(
    z.object({
      site: z.string(),
      outcome: z.enum(['done', 'replay', 'error']),
      verdict: z.enum(siteVerdicts).nullable(),
      opened: z.array(z.string()),
      resolved: z.array(z.string()),
      error: z.string().nullable(),
    }),
  ),
  probes: z.number(),
  problems: z.array(z.string()),
});

export type Look = z.infer<typeof answer>;

/** The answer of `watch`, or why there is none that can be read. */
export function readLook(run: JobRun): Look | { readonly failure: string } {
  if (run.status === null) return { failure: 'the watch function did not answer' };
  try {
    const parsed = answer.safeParse(JSON.parse(run.body));
    if (parsed.success) return parsed.data;
  } catch {
    // Not JSON: told below by its status.
  }
  return { failure: `the watch function answered HTTP ${run.status}` };
}
