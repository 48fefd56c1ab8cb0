// Calls `watch` as the scheduler does, each time one minute later, and requires that the tick was a good one.
import { z } from 'zod';
import { callJob } from '../local/scheduler/scheduler.ts';

const minuteMs = 60_000;

const summarySchema = z.object({
  sites: z.array(
    z.object({
      site: z.string(),
      outcome: z.string(),
      verdict: z.string().nullable(),
      error: z.string().nullable(),
    }),
  ),
});

export type Tick = {
  /** From the call to the whole answer. */
  readonly tookMs: number;
  readonly verdicts: readonly (string | null)[];
};

/** Every call is one tick further; stamps begin an hour ago, so that none is ahead of the clock. */
export function watchCaller(url: string, now: number): () => Promise<Tick> {
  let scheduledAt = Math.floor(now / minuteMs) * minuteMs - 120 * minuteMs;
  return async () => {
    scheduledAt += minuteMs;
    const begunAt = performance.now();
    const run = await callJob({ name: 'watch', url, everyMs: minuteMs, body: {} }, scheduledAt);
    const tookMs = performance.now() - begunAt;
    if (run.status !== 200)
      throw new Error(`a tick was answered with ${run.status ?? 'nothing'}: ${run.body.slice(0, 500)}`);
    const { sites } = summarySchema.parse(JSON.parse(run.body));
    const wrong = sites.find(({ outcome }) => outcome !== 'done');
    if (wrong !== undefined)
      throw new Error(`a tick of ${wrong.site} came to ${wrong.outcome}: ${wrong.error ?? ''}`);
    return { tookMs, verdicts: sites.map(({ verdict }) => verdict) };
  };
}
