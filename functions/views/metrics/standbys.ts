// Metrics of standbys: how far they are, what is wrong with them, and what they cost.
import type { StandbyGlance } from '../../domain/glance.ts';
import { keyWords, phases } from '../../domain/standby/standby.ts';
import type { SiteOverview } from '../overview.ts';
import { byId, gaugesOf, type Reading, seconds, statesOf } from './families.ts';
import type { Family, Labels } from './open-metrics.ts';

type SignersStandby = StandbyGlance & { readonly site: string; readonly id: string };

/** Of its signers, and of such as are not configured any more. */
function standbysOf({ site, signers, otherStandbys }: SiteOverview): SignersStandby[] {
  const own = signers.flatMap(({ id, standby }) => (standby === null ? [] : [{ ...standby, site, id }]));
  const others = Object.entries(otherStandbys).flatMap(([id, standby]) =>
    signers.some((signer) => signer.id === id) ? [] : [{ ...standby, site, id }],
  );
  return byId([...own, ...others]);
}

export function standbyFamilies(
  sites: readonly SiteOverview[],
  { isPublic }: Pick<Reading, 'isPublic'>,
): Family[] {
  const standbys = sites.flatMap(standbysOf);
  const labels = ({ site, id }: SignersStandby): Labels => [
    ['site', site],
    ['signer', id],
  ];
  const gauge = gaugesOf(standbys, labels);
  const state = statesOf(standbys, labels);
  const costs = standbys.filter(({ cost }) => cost !== null);
  const cost = gaugesOf(costs, (each) => [...labels(each), ['currency', each.cost?.currency ?? '']]);
  return [
    state('watchdog_standby_phase', 'How far the standby is.', ['wanted', ...phases], ({ phase }) => phase),
    gauge(
      'watchdog_standby_phase_since_timestamp_seconds',
      'Since when it has been in that phase.',
      ({ phaseSince }) => seconds(phaseSince),
    ),
    gauge(
      'watchdog_standby_read_timestamp_seconds',
      'When what is said of the standby was read.',
      ({ readAt }) => seconds(readAt),
    ),
    gauge(
      'watchdog_standby_report_timestamp_seconds',
      'When the agent of the standby last said something.',
      ({ reportAt }) => seconds(reportAt),
    ),
    gauge(
      'watchdog_standby_synced_ratio',
      'How much of the way to the head is done, as the agent says.',
      ({ percent }) => (percent === null ? null : Math.floor(percent * 10_000) / 1_000_000),
      'ratio',
    ),
    gauge(
      'watchdog_standby_eta_seconds',
      'How long the agent thought that syncing takes, when it last said something.',
      ({ etaMs }) => seconds(etaMs),
    ),
    gauge('watchdog_standby_head', 'Newest slot or height of the standby.', ({ head }) => head, null),
    gauge('watchdog_standby_peers', 'Peers of the standby.', ({ peers }) => peers, null),
    state(
      'watchdog_standby_keys',
      'Whether the agent found key material on the standby.',
      keyWords,
      ({ keys }) => keys,
    ),
    gauge(
      'watchdog_standby_problems',
      'Things that are wrong with the standby or keep it from being made.',
      ({ problems }) => (isPublic ? null : problems.length),
      null,
    ),
    cost(
      'watchdog_standby_cost',
      'What the standby has cost so far, in its currency.',
      (each) => each.cost?.soFar ?? null,
      null,
    ),
    cost(
      'watchdog_standby_hourly_cost',
      'What the standby costs an hour, in its currency.',
      (each) => each.cost?.perHour ?? null,
      null,
    ),
  ];
}
