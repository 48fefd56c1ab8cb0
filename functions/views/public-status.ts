// The state of the sites as JSON for everybody: what the overview shows them, in the shape that programs have always read.
import type { Overview, SiteOverview } from './overview.ts';
import type { SiteStatus, Status } from './status.ts';

const siteOf = (site: SiteOverview): SiteStatus => ({
  site: site.site,
  name: site.name,
  timezone: site.timezone,
  watched: site.watched === 'unreadable' ? 'stale' : site.watched,
  lastTickAt: site.lastTickAt,
  lastLatenessMs: site.latenessMs,
  ticks: site.ticks,
  verdict: site.verdict,
  verdictSince: site.verdictSince,
  because: site.because,
  incidents: site.open.map(({ id, subject, kind, severity, summary, since, openedAt }) => ({
    id,
    subject,
    kind,
    severity,
    summary,
    evidence: [],
    since,
    openedAt,
    held: null,
    told: [],
    timeline: [],
    ack: null,
  })),
  mutes: [],
  standbys: [],
  facts: null,
  judgement: null,
});

/** `overview` is what everybody may see. */
export const publicStatus = (overview: Overview): Status => ({
  at: overview.at,
  summary: overview.summary,
  sites: overview.sites.map(siteOf),
});
