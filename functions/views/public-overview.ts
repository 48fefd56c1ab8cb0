// What everybody may see of an overview: only the parts that the owner names, and in none of them a name, an address or anybody's words.
import type { OpenGlance, PastGlance, StandbyGlance } from '../domain/glance.ts';
import { type Shown, shownParts } from '../domain/shown.ts';
import { noDays } from './days.ts';
import { atTime } from './headline-words.ts';
import { chainState, houseState, standbyTone } from './map-parts.ts';
import type { Days, MapPart, Overview, SignerOverview, SiteOverview, TargetOverview } from './overview.ts';
import { type Names, namesFor, publicIncidents } from './public-incidents.ts';
import { publicHeadline, publicTrouble } from './public-words.ts';
import { standbyState } from './standby-sentence.ts';
import { chainTone, verdictTone, verdictWords } from './verdict.ts';

type Parts = Readonly<Record<Shown, boolean>>;

const partsOf = (show: readonly Shown[]): Parts => ({
  incidents: show.includes('incidents'),
  targets: show.includes('targets'),
  signers: show.includes('signers'),
  standbys: show.includes('standbys'),
  history: show.includes('history'),
  watchdog: show.includes('watchdog'),
});

const daysFor = (parts: Parts, days: Days): Days => (parts.history ? days : noDays);

type Glanced = Pick<PastGlance, 'id' | 'subject' | 'kind'>;

type Naming = { readonly show: readonly Shown[]; readonly names: Names };

/** Those that everybody may see, each with its new names. */
const anew = <Some extends Glanced>(incidents: readonly Some[], site: string, given: Naming) =>
  publicIncidents(
    incidents.map((incident) => ({
      incident,
      id: incident.id,
      kind: incident.kind,
      subject: incident.subject,
    })),
    site,
    given,
  );

const publicOpen = (site: SiteOverview, naming: Naming): OpenGlance[] =>
  anew(site.open, site.site, naming).map(({ incident, named }) => ({
    ...named,
    kind: incident.kind,
    severity: incident.severity,
    summary: publicTrouble[incident.kind],
    since: incident.since,
    openedAt: incident.openedAt,
    evidence: [],
    held: null,
    told: [],
    ack: null,
    doing: [],
    timeline: [],
    earlier: 0,
  }));

const publicPast = (site: SiteOverview, naming: Naming): PastGlance[] =>
  anew(site.past, site.site, naming).map(({ incident, named }) => ({
    ...named,
    kind: incident.kind,
    severity: incident.severity,
    summary: publicTrouble[incident.kind],
    since: incident.since,
    resolvedAt: incident.resolvedAt,
  }));

function publicStandby({
  readAt,
  phase,
  phaseSince,
  since,
  reportAt,
  percent,
  etaMs,
  problems,
}: StandbyGlance): StandbyGlance {
  return {
    readAt,
    phase,
    phaseSince,
    since,
    why: null,
    zone: null,
    instance: null,
    reportAt,
    percent,
    etaMs,
    peers: null,
    head: null,
    keys: null,
    problems: problems.length === 0 ? [] : ['Something about it is not as it should be.'],
    hasHeldKeys: false,
    isProtected: false,
    cost: null,
  };
}

const publicTarget = (parts: Parts, target: TargetOverview): TargetOverview => ({
  id: target.id,
  role: target.role,
  quality: target.quality,
  reason: target.reason,
  detail: null,
  since: target.since,
  latencyMs: target.latencyMs,
  p50Ms: target.p50Ms,
  p95Ms: target.p95Ms,
  line: target.line,
  days: daysFor(parts, target.days),
  muted: false,
});

const publicSigner = (parts: Parts, signer: SignerOverview): SignerOverview => ({
  id: signer.id,
  chain: signer.chain,
  state: signer.state,
  actAt: signer.actAt,
  silentSince: signer.silentSince,
  total: signer.total,
  silent: signer.silent,
  inactive: signer.inactive,
  proof: null,
  days: daysFor(parts, signer.days),
  keys: null,
  standby: parts.standbys && signer.standby !== null ? publicStandby(signer.standby) : null,
  muted: false,
});

/** All standbys of a site, those of its signers as well. */
const standbysOf = ({ signers, otherStandbys }: SiteOverview): StandbyGlance[] => [
  ...signers.flatMap(({ standby }) => (standby === null ? [] : [standby])),
  ...Object.values(otherStandbys),
];

/** Those that stand under no signer that is shown, without the signer's name. */
function otherStandbys(parts: Parts, site: SiteOverview): Record<string, StandbyGlance> {
  if (!parts.standbys) return {};
  const all = parts.signers ? Object.values(site.otherStandbys) : standbysOf(site);
  return Object.fromEntries(all.map((standby, place) => [`standby-${place + 1}`, publicStandby(standby)]));
}

/** The parts anew, by fixed words; of those that are not shown nothing. */
function mapFor(parts: Parts, site: SiteOverview): MapPart[] {
  const of = (id: MapPart['id'], name: string, tone: MapPart['tone'], state: string): MapPart => ({
    id,
    name,
    tone,
    state,
    text: '',
  });
  const isCurrent = site.watched === 'yes';
  const aged = (tone: MapPart['tone']): MapPart['tone'] => (tone === 'good' && !isCurrent ? 'doubt' : tone);
  const exit = site.map.find(({ id }) => id === 'exit');
  const exitState = {
    good: 'answers',
    bad: 'does not answer',
    doubt: 'not known',
    none: 'not watched',
  } as const;
  const watchdog = site.map.find(({ id }) => id === 'watchdog');
  const watchdogState = {
    good: 'watching',
    bad: 'does not look',
    doubt: 'in doubt',
    none: 'in doubt',
  } as const;
  const standbys = standbysOf(site).filter(({ phase }) => phase !== 'gone');
  return [
    ...(parts.watchdog && watchdog !== undefined
      ? [of('watchdog', 'watchdog', watchdog.tone, watchdogState[watchdog.tone])]
      : []),
    ...(parts.targets && exit !== undefined ? [of('exit', 'VPN exit', exit.tone, exitState[exit.tone])] : []),
    site.verdict === null
      ? of('house', 'house', 'doubt', 'not known')
      : of('house', 'house', aged(verdictTone[site.verdict]), houseState[site.verdict]),
    ...(parts.signers
      ? site.chains.map(({ id, state }) => of('chain', id, aged(chainTone[state]), chainState[state]))
      : []),
    ...(parts.standbys
      ? standbys.map((standby) => {
          const shown = publicStandby(standby);
          return of('standby', 'standby', aged(standbyTone(shown)), standbyState(shown));
        })
      : []),
  ];
}

/** While it cannot be read: since when, and of when it is. */
function publicWords(site: SiteOverview, { blind, readAt, at }: Overview): string {
  const reading = { at, timezone: site.timezone };
  if (blind === null) return publicHeadline(site, reading);
  const words = publicHeadline(site, { ...reading, at: readAt });
  return `How it is cannot be read since ${atTime(blind.since, reading)}; at ${atTime(readAt, reading)} it was so: ${words}`;
}

function publicSite(site: SiteOverview, show: readonly Shown[], overview: Overview): SiteOverview {
  const parts = partsOf(show);
  const naming: Naming = { show, names: namesFor(show) };
  const open = parts.incidents ? publicOpen(site, naming) : [];
  const { timezone } = site;
  return {
    site: site.site,
    name: site.name,
    timezone,
    watched: site.watched,
    broken: [],
    tone: site.tone,
    headline: publicWords(site, overview),
    verdict: site.verdict,
    verdictSince: site.verdictSince,
    because: site.verdict === null ? null : verdictWords[site.verdict],
    lastTickAt: site.lastTickAt,
    latenessMs: parts.watchdog ? site.latenessMs : null,
    ticks: parts.watchdog ? site.ticks : 0,
    worstLatenessMs: parts.watchdog ? site.worstLatenessMs : null,
    worstGapMs: parts.watchdog ? site.worstGapMs : null,
    pagesToday: parts.incidents ? site.pagesToday : null,
    map: mapFor(parts, site),
    open,
    moreOpen: parts.incidents ? site.moreOpen + site.open.length - open.length : 0,
    past: parts.incidents ? publicPast(site, naming) : [],
    mutes: [],
    windows: [],
    targets: parts.targets ? site.targets.map((each) => publicTarget(parts, each)) : [],
    signers: parts.signers ? site.signers.map((each) => publicSigner(parts, each)) : [],
    chains: parts.signers ? site.chains.map(({ id, state }) => ({ id, state, detail: null })) : [],
    heartbeats: [],
    power: null,
    otherStandbys: otherStandbys(parts, site),
    outbox: null,
    days: daysFor(parts, site.days),
    firstDay: site.firstDay,
    lastDay: site.lastDay,
  };
}

/**
 * What everybody may see when the owner shows these parts. Whatever is shown, it holds no address, node, zone, instance, holder, person,
 * channel, evidence, reason of a mute, or words of probes and of the house; ids of targets only with `targets`, of signers and chains only
 * with `signers`. Doubts about safety are counted among `moreOpen`, and that is all that is told of them.
 */
export function publicOverview(overview: Overview, show: readonly Shown[]): Overview {
  const parts = partsOf(show);
  const { blind, readAt } = overview;
  return {
    version: 1,
    at: overview.at,
    readAt,
    blind: blind === null ? null : { since: blind.since, why: 'what it rests on cannot be read' },
    summary: overview.summary,
    isPublic: true,
    hidden: shownParts.filter((part) => !parts[part]),
    sites: overview.sites.map((site) => publicSite(site, show, overview)),
  };
}
