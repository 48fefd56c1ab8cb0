// Wakes `watch` for news of one site; when that fails, the next tick makes up for it.
import type { Poke } from '../cloud/cloud.ts';
import { describeError } from '../kit/error.ts';
import type { Log } from '../kit/log.ts';
import { redactText } from '../kit/redact.ts';

/** Never rejects: what the news are was written down before. */
export async function wakeWatch(poke: Poke, site: string, log: Log): Promise<void> {
  try {
    const result = await poke(new AbortController().signal, { events: site });
    if (!result.accepted) {
      log.warn({ site, reason: result.reason, detail: result.detail }, 'watch was not woken');
    }
  } catch (error) {
    log.warn({ site, detail: redactText(describeError(error)) }, 'watch was not woken');
  }
}
