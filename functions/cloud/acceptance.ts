// Whether the other side has accepted what it was posted.
import type { PostAnswer } from '../kit/http-post.ts';
import type { PokeResult } from './cloud.ts';

/** Any 2xx accepts. */
export function acceptance(answer: PostAnswer): PokeResult {
  if (!answer.answered) {
    const reason = answer.reason === 'network' ? 'refused' : answer.reason;
    return { accepted: false, reason, detail: answer.code };
  }
  return answer.status >= 200 && answer.status < 300
    ? { accepted: true }
    : { accepted: false, reason: 'status', detail: `HTTP ${answer.status}` };
}
