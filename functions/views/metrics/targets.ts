// Metrics of targets: whether they answer, and how fast.
import type { SiteOverview, TargetOverview } from '../overview.ts';
import { byId, gaugesOf, seconds, statesOf } from './families.ts';
import type { Family, Labels } from './open-metrics.ts';

const upOf = ({ quality }: TargetOverview): number | null =>
  quality === 'unknown' ? null : Number(quality === 'good');

export function targetFamilies(sites: readonly SiteOverview[]): Family[] {
  const targets = sites.flatMap(({ site, targets: all }) => byId(all).map((each) => ({ ...each, site })));
  const labels = ({ site, id, role }: TargetOverview & { readonly site: string }): Labels => [
    ['site', site],
    ['target', id],
    ['role', role],
  ];
  const gauge = gaugesOf(targets, labels);
  return [
    gauge(
      'watchdog_target_up',
      'Whether the target answers as it should: 1 or 0; absent while that is unknown.',
      upOf,
      null,
    ),
    statesOf(targets, labels)(
      'watchdog_target_state',
      'What is known of the target.',
      ['good', 'bad', 'unknown'],
      ({ quality }) => quality,
    ),
    gauge(
      'watchdog_target_state_since_timestamp_seconds',
      'Since when the state of the target has been what it is.',
      ({ since }) => seconds(since),
    ),
    gauge(
      'watchdog_target_latency_seconds',
      'How long the last answer of the target took.',
      ({ latencyMs }) => seconds(latencyMs),
    ),
    gauge(
      'watchdog_target_latency_p50_today_seconds',
      'Half of the answers of this day (UTC) took at most so long.',
      ({ p50Ms }) => seconds(p50Ms),
    ),
    gauge(
      'watchdog_target_latency_p95_today_seconds',
      '95 of 100 answers of this day (UTC) took at most so long.',
      ({ p95Ms }) => seconds(p95Ms),
    ),
  ];
}
