// The overview as metrics for Prometheus: what is known as numbers, and what is not known not at all.
import { gaugesOf, isWatched, type Reading, seconds } from './metrics/families.ts';
import { historyFamilies } from './metrics/history.ts';
import { heartbeatFamilies, outboxFamilies } from './metrics/news.ts';
import { openMetrics, type Family } from './metrics/open-metrics.ts';
import { chainFamilies, signerFamilies } from './metrics/signers.ts';
import { siteFamilies } from './metrics/sites.ts';
import { standbyFamilies } from './metrics/standbys.ts';
import { targetFamilies } from './metrics/targets.ts';
import type { Overview, Shown } from './overview.ts';

export { openMetricsType } from './metrics/open-metrics.ts';

function viewFamilies({ blind, readAt }: Overview): Family[] {
  const one = gaugesOf([null], () => []);
  return [
    one(
      'watchdog_view_blind',
      'Whether the view cannot read what the watchdog knows: then everything else here is as old as that.',
      () => Number(blind !== null),
      null,
    ),
    one('watchdog_view_blind_since_timestamp_seconds', 'Since when it cannot; absent while it can.', () =>
      seconds(blind?.since ?? null),
    ),
    one('watchdog_view_read_timestamp_seconds', 'When all that is said here was read.', () =>
      seconds(readAt),
    ),
  ];
}

/** In the text of OpenMetrics. What this reader is not shown, and what is not known, is absent. The order never depends on how things are. */
export function metricsOf(overview: Overview): string {
  const { sites, isPublic, hidden, readAt } = overview;
  const watched = sites.filter(isWatched);
  const shows = (part: Shown): boolean => !hidden.includes(part);
  const reading: Reading = { shows, isPublic };
  return openMetrics([
    ...viewFamilies(overview),
    ...siteFamilies(sites, reading),
    ...(shows('history') ? historyFamilies(sites, readAt) : []),
    ...(shows('targets') ? targetFamilies(watched) : []),
    ...(shows('signers') ? [...signerFamilies(watched), ...chainFamilies(watched)] : []),
    ...(shows('standbys') ? standbyFamilies(sites, reading) : []),
    ...(shows('watchdog') ? [...heartbeatFamilies(sites), ...outboxFamilies(sites)] : []),
  ]);
}
