// Sends what is said past the store: to every channel of the site, without a row, so that it is tried a few times and then forgotten.
import { z } from 'zod';
import { type Direct, directProblems, directRows } from '../domain/direct.ts';
import type { OutboxRow } from '../domain/outbox.ts';
import type { SiteRules } from '../domain/policy.ts';
import { retryDelayMs } from '../domain/retry.ts';
import { WatchdogError } from '../kit/error.ts';
import { attempt, type AttemptWorld } from './attempt.ts';

const line = z.string().max(500);
const request = z.strictObject({
  direct: z.strictObject({
    site: z.string(),
    problem: z.enum(directProblems),
    at: z.int().min(0).max(8.64e15),
    summary: line,
    evidence: z.array(line).max(20),
  }),
});

/** What `deliver` is asked to say past the store. */
export type DirectOrder = { readonly direct: Direct; readonly rules: SiteRules };

/** Null for a body that only wakes, `{}` or none; ERR_REQUEST for what is neither that nor `{"direct": …}` about a site that is known. */
export function readDirect(
  body: unknown,
  sites: readonly { readonly rules: SiteRules }[],
): DirectOrder | null {
  if (body === null || (typeof body === 'object' && Object.keys(body).length === 0)) return null;
  const parsed = request.safeParse(body);
  const site = parsed.success ? sites.find(({ rules }) => rules.id === parsed.data.direct.site) : undefined;
  if (!parsed.success || site === undefined) {
    throw new WatchdogError('ERR_REQUEST', 'the body may be {}, or a message past the store about a site');
  }
  return { direct: parsed.data.direct, rules: site.rules };
}

export type DirectSummary = {
  readonly direct: Direct['problem'];
  readonly site: string;
  /** Channels that accepted it. */
  readonly sent: readonly string[];
  /** One sentence for each that did not, and for what else went wrong. */
  readonly errors: readonly string[];
};

const tries = 4;

type Options = { readonly signal: AbortSignal; readonly budgetMs: number };

async function sendRow(
  world: AttemptWorld,
  row: OutboxRow,
  { signal, budgetMs }: Options,
): Promise<{ readonly isSent: boolean; readonly errors: readonly string[] }> {
  const errors = new Set<string>();
  const until = world.clock.now() + budgetMs;
  for (let attempts = 1; ; attempts += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one try after the other
    const delivery = await attempt(world, row, { signal, note: (each) => errors.add(each) });
    if (delivery.sent) return { isSent: true, errors: [...errors] };
    const delayMs = retryDelayMs(delivery, attempts, 0);
    if (delayMs === null || attempts === tries || world.clock.now() + delayMs >= until || signal.aborted) {
      return { isSent: false, errors: [...errors, `${row.channel}: ${delivery.reason}: ${delivery.detail}`] };
    }
    try {
      // oxlint-disable-next-line no-await-in-loop -- as above
      await world.clock.sleep(delayMs, signal);
    } catch {
      return { isSent: false, errors: [...errors, `${row.channel}: the run ended first`] };
    }
  }
}

/** Never rejects. It needs no store, and asks none. */
export async function deliverDirect(
  world: AttemptWorld,
  { direct, rules }: DirectOrder,
  options: Options,
): Promise<DirectSummary> {
  const rows = directRows(direct, rules);
  const ends = await Promise.all(
    rows.map(async (row) => ({ channel: row.channel, ...(await sendRow(world, row, options)) })),
  );
  return {
    direct: direct.problem,
    site: direct.site,
    sent: ends.flatMap(({ channel, isSent }) => (isSent ? [channel] : [])),
    errors: ends.flatMap(({ errors }) => errors),
  };
}
