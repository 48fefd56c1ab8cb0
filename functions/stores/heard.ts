// What the house's news make of what was heard before: messages may come late and out of order, and the newest counts.
import type { Pulse } from '../domain/gather.ts';
import type { Heard } from './documents.ts';

/** A site that never sent anything. */
export const nothingHeard: Heard = { beats: {}, power: null, waiting: 0 };

/** News that are older than what is known change nothing. */
export function merged(before: Heard, news: Partial<Pulse>): Heard {
  const beats = { ...before.beats };
  for (const [source, beat] of Object.entries(news.beats ?? {})) {
    if ((beats[source]?.sentAt ?? Number.NEGATIVE_INFINITY) < beat.sentAt) beats[source] = beat;
  }
  const power = news.power ?? null;
  const isNewer = power !== null && power.at >= (before.power?.at ?? Number.NEGATIVE_INFINITY);
  return { ...before, beats, power: isNewer ? power : before.power };
}

/** With so many more events waiting. */
export const counted = (before: Heard, more: number): Heard => ({
  ...before,
  waiting: Math.max(0, before.waiting + more),
});
