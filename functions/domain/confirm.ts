// The second look within a tick: what has changed is probed again before anybody believes it.
import type { Quality } from './facts.ts';
import type { Sample } from './sample.ts';

/** True when a sample says something else than what is remembered. The first good answer of a new target needs no second look. */
export function isNews(before: Quality | undefined, sample: Sample): boolean {
  return sample.ok ? before === 'bad' : before !== 'bad' && sample.reason !== 'aborted';
}

/**
 * The sample that counts after the second look. One good answer is enough to keep a good target good, for a single lost packet is
 * not an outage; and one bad answer is enough to keep a bad target bad, for a flapping one has not recovered.
 */
export function settleSamples(first: Sample, again: readonly Sample[]): Sample {
  const answers = again.filter((sample) => sample.ok || sample.reason !== 'aborted');
  return answers.find((sample) => sample.ok !== first.ok) ?? first;
}
