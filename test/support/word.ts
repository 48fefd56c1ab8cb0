// Messages of a house, changed where a test says so.
import { wellAt, type Word } from '../../functions/domain/hear.ts';
import type { PowerState } from '../../functions/domain/facts.ts';
import { start } from './site.ts';

export const word = (over: Partial<Word> = {}): Word => ({ ...wellAt('cluster', start), ...over });

/** From an address that is no exit. */
export const fromStranger = (network = '198.51.100.0/24', isOfProvider = false): Pick<Word, 'origin'> => ({
  origin: { kind: 'stranger', network, isOfProvider },
});

export const powerWord = (state: PowerState, over: Partial<Word> = {}): Word =>
  word({
    source: 'ups',
    says: 'lives',
    power: [{ ups: 'ups', state, charge: 80, runtimeMs: 720_000 }],
    ...over,
  });

export const alertWord = (
  name: string,
  over: Partial<Word['alerts'][number]> = {},
): Word['alerts'][number] => ({
  id: `${name}-0123456789abcdef`,
  severity: 'warning',
  summary: `${name} fires`,
  labels: 'instance=nuc-1',
  since: start,
  isFiring: true,
  ...over,
});
