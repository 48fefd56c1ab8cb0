// What the UPS of a house says, in one sentence.
import type { PowerFact } from '../domain/facts.ts';
import { clockTime, duration } from './time.ts';
import { sentenceOf } from './headline-words.ts';

const states = {
  online: 'the house has power',
  'on-battery': 'the house has lost power and runs on battery',
  'low-battery': 'the house has lost power, and its battery is nearly empty',
  'shutting-down': 'the house has lost power and is shutting down',
} as const;

/** E.g. `The house has lost power and runs on battery, charge 71 %, about 23 min left, said at 03:12.` Null when nothing was ever said. */
export function powerWords(power: PowerFact | null, timezone: string): string | null {
  if (power === null) return null;
  const { state, at, charge, runtimeMs } = power;
  const isOut = state !== 'online';
  return sentenceOf(
    [
      states[state],
      ...(isOut && charge !== null ? [`charge ${Math.round(charge)} %`] : []),
      ...(isOut && runtimeMs !== null ? [`about ${duration(runtimeMs)} left by its own reckoning`] : []),
      `said at ${clockTime(at, timezone).slice(0, 16)}`,
    ].join(', '),
  );
}
