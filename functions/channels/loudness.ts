// How loud a message is to be, the same at every service that has a choice.
import { isPage } from '../domain/notice.ts';
import type { Message } from './channel.ts';

/** `loud` wakes, `medium` sounds once, `quiet` only lies there. */
export type Loudness = 'loud' | 'medium' | 'quiet';

/** Only pages sound at all: a critical one is loud, a warning medium. */
export function loudnessOf({ kind, severity }: Pick<Message, 'kind' | 'severity'>): Loudness {
  if (!isPage(kind) || severity === 'info') return 'quiet';
  return severity === 'critical' ? 'loud' : 'medium';
}
