// Metrics of a site: its verdict, how it is looked at, and its incidents.
import { isSafety } from '../../domain/incident.ts';
import { severities } from '../../domain/severity.ts';
import { siteVerdicts } from '../../domain/verdict.ts';
import type { SiteOverview } from '../overview.ts';
import { gaugesOf, isWatched, type Reading, seconds, statesOf } from './families.ts';
import type { Family, Labels } from './open-metrics.ts';

const siteLabels = ({ site }: SiteOverview): Labels => [['site', site]];

export function siteFamilies(sites: readonly SiteOverview[], { shows, isPublic }: Reading): Family[] {
  const gauge = gaugesOf(sites, siteLabels);
  const state = statesOf(sites, siteLabels);
  return [
    {
      name: 'watchdog_site',
      type: 'info',
      help: 'A watched site, by its id.',
      samples: sites.map(({ site, name, timezone }) => [
        ['site', site],
        ['name', name],
        ['timezone', timezone],
      ]),
    },
    state(
      'watchdog_site_watched',
      'Whether the site is looked at: stale when the last tick is too old to be believed, unwatched when there never was one, unreadable when what is remembered cannot be read.',
      ['yes', 'stale', 'unwatched', 'unreadable'],
      ({ watched }) => watched,
    ),
    state(
      'watchdog_site_verdict',
      'What the evidence says of the site; absent when there is none, or it is too old to be believed.',
      siteVerdicts,
      (site) => (isWatched(site) ? site.verdict : null),
    ),
    gauge(
      'watchdog_site_verdict_since_timestamp_seconds',
      'Since when the verdict has been what it is.',
      ({ verdictSince }) => seconds(verdictSince),
    ),
    ...(shows('watchdog') ? lookFamilies(sites) : []),
    ...(shows('incidents') ? incidentFamilies(sites, isPublic) : []),
  ];
}

function lookFamilies(sites: readonly SiteOverview[]): Family[] {
  const gauge = gaugesOf(sites, siteLabels);
  return [
    gauge(
      'watchdog_site_last_tick_timestamp_seconds',
      'When the site was last looked at.',
      ({ lastTickAt }) => seconds(lastTickAt),
    ),
    gauge('watchdog_site_lateness_seconds', 'How long after its time the last look came.', ({ latenessMs }) =>
      seconds(latenessMs),
    ),
    gauge(
      'watchdog_site_worst_lateness_today_seconds',
      'The longest that a look of this day (UTC) came after its time.',
      ({ worstLatenessMs }) => seconds(worstLatenessMs),
    ),
    gauge(
      'watchdog_site_worst_gap_today_seconds',
      'The longest time between two looks of this day (UTC).',
      ({ worstGapMs }) => seconds(worstGapMs),
    ),
    {
      name: 'watchdog_site_ticks',
      type: 'counter',
      help: 'Looks that were taken in since the site is known.',
      samples: sites.map((site) => ({
        labels: siteLabels(site),
        value: site.lastTickAt === null ? null : site.ticks,
      })),
    },
  ];
}

/** Everybody is told of no doubt about safety, and such a one may be among those that are not listed. */
function incidentFamilies(sites: readonly SiteOverview[], isPublic: boolean): Family[] {
  // Of a site that was never looked at, or of which nothing can be read, nobody knows that it has none.
  const watched = sites.filter(({ watched: how }) => how === 'yes' || how === 'stale');
  const gauge = gaugesOf(watched, siteLabels);
  return [
    {
      name: 'watchdog_site_open_incidents',
      type: 'gauge',
      help: 'Open incidents by severity, of those that the view lists.',
      samples: watched.flatMap((site) =>
        severities.map((severity) => ({
          labels: [...siteLabels(site), ['severity', severity] as const],
          value: site.open.filter((incident) => incident.severity === severity).length,
        })),
      ),
    },
    ...(isPublic
      ? []
      : [
          gauge(
            'watchdog_site_unlisted_incidents',
            'Open incidents beyond those that the view lists; none of them is graver than those.',
            ({ moreOpen }) => moreOpen,
            null,
          ),
          gauge(
            'watchdog_site_safety_incidents',
            'Open doubts about safety, such as keys that are used where they must not be.',
            ({ open }) => open.filter(({ kind }) => isSafety(kind)).length,
            null,
          ),
        ]),
    gauge(
      'watchdog_site_pages_today',
      'Messages of this day (UTC) that woke somebody.',
      ({ pagesToday }) => pagesToday,
      null,
    ),
  ];
}
