// What the answer of an HTTP service means for a message: the same for every channel that speaks HTTP.
import type { PostAnswer } from '../kit/http-post.ts';
import type { Delivery, FailureReason } from './channel.ts';

/** A refused token is often a token that was just changed: worth a try a minute, for a page must not be lost over it. */
export const authAgainMs = 60_000;

/** Milliseconds from `at` that a Retry-After header asks for, in seconds or as a date; null when it says nothing usable. */
export function retryAfterMs(header: string | null, at: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // Only the form of HTTP dates: `Date.parse` alone would take almost anything.
  if (!/^[A-Z][a-z]{2,8},? .*GMT$/.test(text)) return null;
  const until = Date.parse(text);
  return Number.isNaN(until) ? null : Math.max(0, until - at);
}

/** What a service means otherwise than most. */
export type AnswerRules = {
  /** Its token stands in the path, so that it answers 404 or 410 for one that it does not know (any more). */
  readonly hasSecretPath?: boolean;
};

type Meaning = { readonly reason: FailureReason; readonly again: boolean };

function meaningOf(status: number, { hasSecretPath = false }: AnswerRules): Meaning {
  if (hasSecretPath && (status === 404 || status === 410)) return { reason: 'auth', again: true };
  if (status === 401 || status === 403 || status === 407) return { reason: 'auth', again: true };
  if (status === 429) return { reason: 'rate-limited', again: true };
  if (status === 408 || status === 425 || status >= 500) return { reason: 'server-error', again: true };
  return { reason: 'client-error', again: false };
}

/**
 * 2xx is sent. 401, 403 and 407 are tried again slowly, 408, 425, 429 and 5xx when the server likes (Retry-After) or soon; every other
 * answer, redirects included, is final. Nothing of the answer but its status gets into the detail.
 */
export function deliveryOf(answer: PostAnswer, at: number, rules: AnswerRules = {}): Delivery {
  if (!answer.answered) {
    const detail = answer.reason === 'network' ? `no connection (${answer.code})` : 'no answer in time';
    return answer.reason === 'aborted'
      ? { sent: false, again: true, reason: 'aborted', detail: 'the run ended first' }
      : { sent: false, again: true, reason: answer.reason, detail };
  }
  const { status } = answer;
  const detail = `HTTP ${status}`;
  if (status >= 200 && status < 300) return { sent: true, detail };
  const { reason, again } = meaningOf(status, rules);
  if (!again) return { sent: false, again, reason, detail };
  const wish = retryAfterMs(answer.retryAfter, at) ?? 0;
  const afterMs = reason === 'auth' ? Math.max(authAgainMs, wish) : wish;
  return { sent: false, again, reason, detail, ...(afterMs > 0 ? { afterMs } : {}) };
}
