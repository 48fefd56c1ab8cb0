// Makes of what is remembered of all sites what a reader is shown of them. Pure.
import { calendarDayOf, mergeCalendarDays } from '../domain/history/calendar.ts';
import { dayOf } from '../domain/history/day.ts';
import type { Bar, Calendar, CalendarDay } from '../domain/history/history.ts';
import { lineOf } from '../domain/history/hours.ts';
import { quantileIn } from '../domain/history/sketch.ts';
import { openIncidentIds, type SiteState } from '../domain/memory.ts';
import { isTellingInTrouble } from '../domain/observe-own.ts';
import type { MaintenanceWindow, SiteRules } from '../domain/policy.ts';
import { daysOf, daysUntil } from './days.ts';
import { headlineOf } from './headline.ts';
import { atTime } from './headline-words.ts';
import { muteStatuses, windowStatuses } from './incidents.ts';
import { areKeysInDoubt } from './keys-words.ts';
import { mapOf } from './map-parts.ts';
import type {
  ChainOverview,
  Days,
  HeartbeatOverview,
  OutboxOverview,
  Overview,
  SignerOverview,
  SiteOverview,
  TargetOverview,
} from './overview.ts';
import { powerWords } from './power-words.ts';
import { isStale, staleAfterMs } from './status.ts';
import { type Tone, verdictTone } from './verdict.ts';

/** What was read of the sites. A site that is in neither `states` nor `broken` was never watched. */
export type Known = {
  readonly states: ReadonlyMap<string, SiteState>;
  readonly calendars: ReadonlyMap<string, Calendar>;
  /** A sentence for each document that cannot be read; it begins with the document's path. */
  readonly broken: readonly string[];
};

/** The last days of a part of the site. */
type BarsOf = (of: (day: CalendarDay) => Bar | undefined) => Days;

/** The days that were filed, and what was counted since. */
function barsIn(calendar: Calendar | undefined, state: SiteState | undefined, at: number): BarsOf {
  const days = new Map((calendar?.days ?? []).map((day) => [day.day, day]));
  if (state !== undefined) {
    const today = calendarDayOf(state.history.today);
    const before = days.get(today.day);
    days.set(today.day, before === undefined ? today : mergeCalendarDays(before, today));
  }
  const inOrder = daysUntil(at).map((day) => ({ day, known: days.get(day) }));
  return (of) =>
    daysOf(
      inOrder.map(({ day, known }) => ({ day, bar: (known === undefined ? undefined : of(known)) ?? null })),
      at,
    );
}

/** What belongs to an id; ids are somebody's, and may be called as what every object has. */
const ofId = <Value>(record: Readonly<Record<string, Value>>, id: string): Value | undefined =>
  Object.hasOwn(record, id) ? record[id] : undefined;

const covers = ({ subject, from, until }: MaintenanceWindow, id: string, at: number): boolean =>
  (subject === null || subject === id) && from <= at && at < until;

type Seen = {
  readonly rules: SiteRules;
  readonly state: SiteState;
  readonly bars: BarsOf;
  readonly at: number;
};

const isMuted = ({ rules, state, at }: Seen, id: string): boolean =>
  [...rules.maintenance, ...state.mutes].some((window) => covers(window, id, at));

const worst = { bad: 0, unknown: 1, good: 2 } as const;

function targetsOf(seen: Seen): TargetOverview[] {
  const { rules, state, bars, at } = seen;
  const facts = new Map(state.facts.targets.map((fact) => [fact.id, fact]));
  const isToday = state.history.today.day === dayOf(at);
  return rules.targets
    .map(({ id, role }): TargetOverview => {
      const fact = facts.get(id);
      const latency = isToday ? ofId(state.history.today.targets, id)?.latency : undefined;
      const quantile = (part: number): number | null =>
        latency === undefined ? null : quantileIn(latency, part);
      return {
        id,
        role,
        quality: fact?.quality ?? 'unknown',
        reason: fact?.reason ?? null,
        detail: fact === undefined ? 'it is new, and nobody has looked at it yet' : fact.detail,
        since: fact?.since ?? state.tick.at,
        latencyMs: fact?.quality === 'good' ? fact.totalMs : null,
        p50Ms: quantile(0.5),
        p95Ms: quantile(0.95),
        line: lineOf(state.history, id, at),
        days: bars(({ targets }) => ofId(targets, id)),
        muted: isMuted(seen, id),
      };
    })
    .toSorted((a, b) => worst[a.quality] - worst[b.quality]);
}

function signersOf(seen: Seen): SignerOverview[] {
  const { rules, state, bars } = seen;
  const facts = new Map(state.facts.signers.map((fact) => [fact.id, fact]));
  return rules.signers.map(({ id, chain, keys }): SignerOverview => {
    const fact = facts.get(id);
    return {
      id,
      chain,
      state: ofId(state.judgement.signers, id) ?? 'unknown',
      actAt: fact?.actAt ?? null,
      silentSince: fact?.silentSince ?? null,
      total: fact?.keys.total ?? keys.length,
      silent: fact?.keys.silent ?? 0,
      inactive: fact?.keys.inactive ?? 0,
      proof: fact?.detail ?? null,
      days: bars(({ signers }) => ofId(signers, id)),
      keys: ofId(state.glance.keys, id) ?? null,
      standby: ofId(state.glance.standbys, id) ?? null,
      muted: isMuted(seen, id),
    };
  });
}

function chainsOf({ facts, judgement }: SiteState): ChainOverview[] {
  return facts.chains.map(({ id, detail }) => ({
    id,
    state: ofId(judgement.chains, id) ?? 'unknown',
    detail,
  }));
}

/** Those that are configured; of a source that was never heard nothing is known. */
function heartbeatsOf({ rules, state }: Seen): HeartbeatOverview[] {
  const heard = new Map(state.facts.heartbeats.map((beat) => [beat.source, beat]));
  return rules.heartbeats.map(({ source }) => {
    const beat = heard.get(source);
    const sentAt = beat?.sentAt ?? null;
    const isFresh = beat !== undefined && state.tick.at - beat.sentAt <= beat.freshMs;
    return { source, sentAt, isFresh };
  });
}

/** Whatever is due is looked at with each tick, unless the store fails. */
function outboxOf({ glance, nextDueAt, subjects, tick }: SiteState): OutboxOverview {
  const isDue = nextDueAt !== null || isTellingInTrouble(subjects);
  return { ...glance.outbox, isUnread: isDue && (glance.outbox.at ?? 0) < tick.at };
}

type Unnamed = Omit<SiteOverview, 'headline' | 'map' | 'tone'>;

/** A site of which nothing is known. */
function unknownSite(
  { id: site, name, timezone, maintenance }: SiteRules,
  {
    broken,
    isBroken,
    bars,
    at,
  }: {
    readonly broken: readonly string[];
    readonly isBroken: boolean;
    readonly bars: BarsOf;
    readonly at: number;
  },
): Unnamed {
  return {
    site,
    name,
    timezone,
    watched: isBroken ? 'unreadable' : 'unwatched',
    broken,
    verdict: null,
    verdictSince: null,
    because: null,
    lastTickAt: null,
    latenessMs: null,
    ticks: 0,
    worstLatenessMs: null,
    worstGapMs: null,
    pagesToday: null,
    open: [],
    moreOpen: 0,
    past: [],
    mutes: [],
    windows: windowStatuses(maintenance, at).filter(({ isInForce }) => isInForce),
    targets: [],
    signers: [],
    chains: [],
    heartbeats: [],
    power: null,
    otherStandbys: {},
    outbox: null,
    days: bars((day) => day.site),
    ...firstAndLast(at),
  };
}

function firstAndLast(at: number): Pick<SiteOverview, 'firstDay' | 'lastDay'> {
  const last = dayOf(at);
  return { firstDay: daysUntil(at)[0] ?? last, lastDay: last };
}

function seenSite(seen: Seen, broken: readonly string[]): Unnamed {
  const { rules, state, bars, at } = seen;
  const { tick, glance, judgement, history } = state;
  const isToday = history.today.day === dayOf(at);
  const own = new Set(rules.signers.map(({ id }) => id));
  return {
    site: rules.id,
    name: rules.name,
    timezone: rules.timezone,
    watched: isStale(rules, tick.at, at) ? 'stale' : 'yes',
    broken,
    verdict: judgement.verdict,
    verdictSince: state.verdictSince,
    because: judgement.because,
    lastTickAt: tick.at,
    latenessMs: Math.max(0, tick.at - tick.scheduledAt),
    ticks: tick.count,
    worstLatenessMs: isToday ? history.today.worstLatenessMs : null,
    worstGapMs: isToday ? history.today.worstGapMs : null,
    pagesToday: isToday ? history.today.pages : null,
    open: glance.open,
    // Right after an upgrade the glance has not told of them yet.
    moreOpen: Math.max(glance.moreOpen, openIncidentIds(state).length - glance.open.length),
    past: glance.past,
    mutes: muteStatuses(state.mutes, at),
    windows: windowStatuses(rules.maintenance, at).filter(({ isInForce }) => isInForce),
    targets: targetsOf(seen),
    signers: signersOf(seen),
    chains: chainsOf(state),
    heartbeats: heartbeatsOf(seen),
    power: powerWords(state.facts.power, rules.timezone),
    otherStandbys: Object.fromEntries(Object.entries(glance.standbys).filter(([id]) => !own.has(id))),
    outbox: outboxOf(state),
    days: bars((day) => day.site),
    ...firstAndLast(at),
  };
}

/** The rule of `statusOf`: nothing at all is to be said against it. */
const isWell = (site: Pick<SiteOverview, 'watched' | 'open' | 'moreOpen' | 'verdict'>): boolean =>
  site.watched === 'yes' && site.open.length === 0 && site.moreOpen === 0 && site.verdict === 'ok';

function toneOf(site: Unnamed): Tone {
  if (isWell(site)) return areKeysInDoubt(site) ? 'doubt' : 'good';
  if (site.watched === 'stale' || site.watched === 'unreadable') return 'bad';
  if (site.open.some(({ severity }) => severity === 'critical')) return 'bad';
  return site.verdict !== null && verdictTone[site.verdict] === 'bad' ? 'bad' : 'doubt';
}

function siteOverview(rules: SiteRules, known: Known, at: number): SiteOverview {
  const state = known.states.get(rules.id);
  const ofSite = known.broken.filter(
    (text) =>
      / /.test(text) && [`sites/${rules.id}`, `history/${rules.id}`].includes(text.split(' ')[0] ?? ''),
  );
  const isBroken = ofSite.some((text) => text.startsWith(`sites/`));
  const bars = barsIn(known.calendars.get(rules.id), state, at);
  const judgement = state?.judgement ?? null;
  const unnamed =
    state === undefined
      ? unknownSite(rules, { broken: ofSite, isBroken, bars, at })
      : seenSite({ rules, state, bars, at }, ofSite);
  const toned = { ...unnamed, tone: toneOf(unnamed) };
  const site = {
    ...toned,
    map: mapOf({ site: toned, judgement, standbysFor: rules.standby?.chains ?? null, at }),
  };
  return { ...site, headline: headlineOf({ site, judgement, recoverMs: rules.policy.recoverMs, at }) };
}

/** One entry per configured site, in the order of the configuration, as it is at `at`, which is also when `known` was read. */
export function overviewOf(rules: readonly SiteRules[], known: Known, at: number): Overview {
  const sites = rules.map((site) => siteOverview(site, known, at));
  return {
    version: 1,
    at,
    readAt: at,
    blind: null,
    summary: sites.every(isWell) ? 'well' : 'trouble',
    isPublic: false,
    hidden: [],
    sites,
  };
}

/** A site that was read at `readAt`, for whoever looks at `at` and cannot read it any more. */
function asItWas(
  site: SiteOverview,
  { since, readAt, at }: { readonly since: number; readonly readAt: number; readonly at: number },
): SiteOverview {
  const reading = { at, timezone: site.timezone };
  const isOld = site.watched === 'yes' && at - (site.lastTickAt ?? readAt) > staleAfterMs;
  return {
    ...site,
    watched: isOld ? 'stale' : site.watched,
    tone: isOld ? 'bad' : site.tone === 'good' ? 'doubt' : site.tone,
    headline: `What is remembered cannot be read since ${atTime(since, reading)}; this is how it was at ${atTime(readAt, reading)}: ${site.headline}`,
    map: site.map.map((part) =>
      part.tone === 'good' ? { ...part, tone: 'doubt', state: `was: ${part.state}` } : part,
    ),
  };
}

/** The same once the store cannot be read any more: nothing of it is good for sure, and each site says of when it is. */
export function blindly(
  overview: Overview,
  blind: { readonly since: number; readonly why: string },
  at: number,
): Overview {
  const { readAt } = overview;
  return {
    ...overview,
    at,
    blind,
    summary: 'trouble',
    sites: overview.sites.map((site) => asItWas(site, { since: blind.since, readAt, at })),
  };
}
