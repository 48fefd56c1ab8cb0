// Metrics of the last days of a site: how much of them it was well, and of how much that is known.
import { wellOf } from '../../domain/history/calendar.ts';
import type { Bar } from '../../domain/history/history.ts';
import type { SiteOverview } from '../overview.ts';
import type { Family, Sample } from './open-metrics.ts';

const windows = [1, 7, 30, 90] as const;
const daySeconds = 86_400;

type Span = { readonly well: number | null; readonly known: number | null };

/** Of the last `length` days, of which today has `soFar` seconds; the time before the first day on which anybody looked is not counted. */
function spanOf(bars: readonly (Bar | null)[], length: number, soFar: number): Span {
  const first = bars.findIndex((bar) => bar !== null);
  if (first === -1) return { well: null, known: null };
  const counted = bars.slice(Math.max(first, bars.length - length));
  const sum = (part: keyof Bar): number => counted.reduce((total, bar) => total + (bar?.[part] ?? 0), 0);
  const told = sum('good') + sum('doubt') + sum('bad');
  const there = (counted.length - 1) * daySeconds + soFar;
  return {
    well: wellOf(counted),
    known: there <= 0 ? null : Math.min(1, told / there),
  };
}

export function historyFamilies(sites: readonly SiteOverview[], readAt: number): Family[] {
  const soFar = (readAt / 1000) % daySeconds;
  const samples = (of: (span: Span) => number | null): Sample[] =>
    sites.flatMap((site) =>
      windows
        .filter((length) => length <= site.days.bars.length)
        .map((length) => ({
          labels: [['site', site.site] as const, ['days', String(length)] as const],
          value: of(spanOf(site.days.bars, length, soFar)),
        })),
    );
  return [
    {
      name: 'watchdog_site_well_ratio',
      type: 'gauge',
      unit: 'ratio',
      help: 'How much of the last days (UTC, today included) the site was well, of the time of which that is known.',
      samples: samples(({ well }) => well),
    },
    {
      name: 'watchdog_site_known_ratio',
      type: 'gauge',
      unit: 'ratio',
      help: 'Of how much of the last days (UTC, today included) it is known how the site was, since the first day that is known.',
      samples: samples(({ known }) => known),
    },
  ];
}
