// The document of what a house says: what it says, beside the count of events that wait.
import { type Pulse, silence } from '../domain/pulse.ts';
import type { Heard } from './documents.ts';

/** A site that never sent anything. */
export const nothingHeard: Heard = { ...silence, waiting: 0 };

/** With so many more events waiting. */
export const counted = (before: Heard, more: number): Heard => ({
  ...before,
  waiting: Math.max(0, before.waiting + more),
});

/** What the house says, without the count. */
export function pulseOf(heard: Heard): Pulse {
  const { waiting: _, ...pulse } = heard;
  return pulse;
}
