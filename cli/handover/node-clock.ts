// How right the clock of a node is: the moment at which its `Date` header turns from one second to the next, held against ours.
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { ClockFact } from '../../functions/domain/handover/facts.ts';
import type { Clock } from '../../functions/kit/clock.ts';

const everyMs = 15;
/** A second has one turn; some answers are slow. */
const mostAsks = 400;
const longestMs = 4_000;

type Look = { readonly sentAt: number; readonly gotAt: number; readonly second: number };

/**
 * Asks this address again and again until its second turns. The turn lies between our question before and the answer after: half of that is the
 * uncertainty. Null when it does not say the time, or is too slow to tell. Real sockets rule the waiting; times are those of `clock`.
 */
export async function measureClock(url: URL, clock: Clock): Promise<ClockFact | null> {
  const agent = new Agent({ connections: 1, pipelining: 1 });
  const look = async (): Promise<Look | null> => {
    const sentAt = clock.now();
    const { headers, body } = await request(url, {
      dispatcher: agent,
      method: 'GET',
      signal: AbortSignal.timeout(longestMs),
    });
    const gotAt = clock.now();
    await body.dump({ limit: 100_000, signal: AbortSignal.timeout(longestMs) });
    const { date } = headers;
    const second = typeof date === 'string' ? Date.parse(date) : Number.NaN;
    return Number.isFinite(second) ? { sentAt, gotAt, second } : null;
  };
  const until = performance.now() + longestMs;
  try {
    let before: Look | null = null;
    for (let asks = 0; asks < mostAsks && performance.now() < until; asks += 1) {
      // oxlint-disable no-await-in-loop -- one after the other: it is the order that tells
      const now: Look | null = await look();
      if (now === null) return null;
      if (before !== null && now.second > before.second) {
        const turn = (before.sentAt + now.gotAt) / 2;
        // It has skipped a second: then only the last one is known to lie between.
        const slack = now.second - before.second - 1_000;
        return {
          offsetMs: now.second - turn,
          uncertaintyMs: (now.gotAt - before.sentAt) / 2 + slack,
          askedAt: now.gotAt,
        };
      }
      before = now;
      await wait(everyMs);
      // oxlint-enable no-await-in-loop
    }
    return null;
  } catch {
    return null;
  } finally {
    await agent.destroy().catch(() => undefined);
  }
}
