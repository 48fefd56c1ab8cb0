// What everybody may see of an overview: only the parts that the owner names, and in none of them a name, an address or anybody's words.
import type { OpenGlance, PastGlance, StandbyGlance } from '../domain/glance.ts';
import { isSafety, type Subject } from '../domain/incident.ts';
import { type Shown, shownParts } from '../domain/shown.ts';
import { noDays } from './days.ts';
import { chainState, houseState, standbyTone } from './map-parts.ts';
import type { Days, MapPart, Overview, SignerOverview, SiteOverview, TargetOverview } from './overview.ts';
import { isNamed, publicHeadline, publicTrouble } from './public-words.ts';
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

type Glanced = Pick<PastGlance, 'id' | 'subject' | 'kind' | 'severity' | 'summary' | 'since'>;

/** A name that is given anew where the own one is not to be told, the same for the same subject: `target-2`. */
export type Names = (subject: Subject) => string;

export function namesFor(show: readonly Shown[]): Names {
  const given = new Map<string, string>();
  return ({ kind, id }) => {
    if (isNamed(kind, show)) return id;
    const key = `${kind}/${id}`;
    const known = given.get(key);
    if (known !== undefined) return known;
    const count = [...given.keys()].filter((each) => each.startsWith(`${kind}/`)).length;
    const name = `${kind}-${count + 1}`;
    given.set(key, name);
    return name;
  };
}

/** The id says which subject it is about, so it is made anew as well. */
function publicIncident<Some extends Glanced>(incident: Some, site: string, names: Names): Glanced {
  const { subject, kind, severity, since, id } = incident;
  const named = { kind: subject.kind, id: names(subject) };
  const stamp = /[0-9]{8}T[0-9]{6}Z$/.exec(id)?.[0] ?? '';
  return {
    id: `${site}.${named.kind}.${named.id}.${stamp}`,
    subject: named,
    kind,
    severity,
    summary: publicTrouble[kind],
    since,
  };
}

function publicOpen(incident: OpenGlance, site: string, names: Names): OpenGlance {
  return {
    ...publicIncident(incident, site, names),
    openedAt: incident.openedAt,
    evidence: [],
    held: null,
    told: [],
    ack: null,
    doing: [],
    timeline: [],
    earlier: 0,
  };
}

const publicPast = (incident: PastGlance, site: string, names: Names): PastGlance => ({
  ...publicIncident(incident, site, names),
  resolvedAt: incident.resolvedAt,
});

function publicStandby({
  readAt,
  phase,
  phaseSince,
  since,
  reportAt,
  percent,
  etaMs,
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
    problems: [],
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

function publicSite(site: SiteOverview, show: readonly Shown[], at: number): SiteOverview {
  const parts = partsOf(show);
  const names = namesFor(show);
  const told = <Some extends Glanced>(incidents: readonly Some[]): Some[] =>
    parts.incidents ? incidents.filter(({ kind }) => !isSafety(kind)) : [];
  const open = told(site.open);
  const { timezone } = site;
  return {
    site: site.site,
    name: site.name,
    timezone,
    watched: site.watched,
    broken: [],
    tone: site.tone,
    headline: publicHeadline(site, { at, timezone }),
    verdict: site.verdict,
    verdictSince: site.verdictSince,
    because: site.verdict === null ? null : verdictWords[site.verdict],
    lastTickAt: site.lastTickAt,
    latenessMs: parts.watchdog ? site.latenessMs : null,
    ticks: parts.watchdog ? site.ticks : 0,
    worstLatenessMs: parts.watchdog ? site.worstLatenessMs : null,
    worstGapMs: parts.watchdog ? site.worstGapMs : null,
    map: mapFor(parts, site),
    open: open.map((each) => publicOpen(each, site.site, names)),
    moreOpen: parts.incidents ? site.moreOpen + site.open.length - open.length : 0,
    past: told(site.past).map((each) => publicPast(each, site.site, names)),
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
  const readableAt = blind === null ? overview.at : readAt;
  return {
    version: 1,
    at: overview.at,
    readAt,
    blind: blind === null ? null : { since: blind.since, why: 'what it rests on cannot be read' },
    summary: overview.summary,
    hidden: shownParts.filter((part) => !parts[part]),
    sites: overview.sites.map((site) => publicSite(site, show, readableAt)),
  };
}
