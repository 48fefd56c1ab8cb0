// What a reader is shown, in every situation that there is: one night of one house, changed where a situation says so.
import type { OpenGlance, PastGlance, StandbyGlance } from '../../functions/domain/glance.ts';
import type { Bar, Day } from '../../functions/domain/history/history.ts';
import { headlineOf } from '../../functions/views/headline.ts';
import { type Mapped, mapOf } from '../../functions/views/map-parts.ts';
import { blindly } from '../../functions/views/overview-of.ts';
import type {
  Days,
  MapPart,
  Overview,
  SignerOverview,
  SiteOverview,
  TargetOverview,
} from '../../functions/views/overview.ts';
import { publicOverview } from '../../functions/views/public-overview.ts';
import { shownParts } from '../../functions/domain/shown.ts';
import { someTime } from './documents.ts';

const second = 1_000;
const minute = 60_000;
const hour = 60 * minute;
const dayMs = 24 * hour;
const daySeconds = 86_400;

/** When the overviews are put together: 2026-12-01, 03:14:07 in Berlin. */
export const nowAt = someTime;
const shown = 90;

const dayOf = (at: number): Day => new Date(at).toISOString().slice(0, 10);
const lastDay = dayOf(nowAt);
const firstDay = dayOf(nowAt - (shown - 1) * dayMs);
const soFar = Math.floor((nowAt % dayMs) / second);

/** A number between 0 and 1 that is the same at every run. */
function noise(seed: number): number {
  const value = Math.sin(seed * 12.9898 + 78.233) * 43_758.5453;
  return value - Math.floor(value);
}

/** A whole day; of today as much as there is. `bad` and `doubt` in seconds. */
function bar(index: number, over: Partial<Omit<Bar, 'good'>> = {}): Bar {
  const { doubt = 0, bad = 0, unknown = 0 } = over;
  const length = index === shown - 1 ? soFar : daySeconds;
  return { good: Math.max(0, length - doubt - bad - unknown), doubt, bad, unknown };
}

function days(of: (index: number) => Bar | null = (index) => bar(index)): Days {
  const bars = Array.from({ length: shown }, (_, index) => of(index));
  const known = bars.flatMap((each) => (each === null ? [] : [each]));
  const sum = (part: keyof Bar): number => known.reduce((total, each) => total + each[part], 0);
  const [good, doubt, bad, unknown] = [sum('good'), sum('doubt'), sum('bad'), sum('unknown')];
  const told = good + doubt + bad;
  const first = bars.findIndex((each) => each !== null);
  const there = first === -1 ? 0 : (shown - 1 - first) * daySeconds + soFar;
  const well = told === 0 ? null : good / told;
  return {
    bars,
    well: well === null || (well > 0.999_995 && good < told) ? (well === null ? null : 0.999_99) : well,
    known: there === 0 ? null : Math.min(1, (told + unknown) / there),
  };
}

/** Mostly well, with an hour that was bad some weeks ago. */
const usualDays = days((index) =>
  index === 61 ? bar(index, { bad: 2_419 }) : bar(index, index === 70 ? { doubt: 300 } : {}),
);

const line = (seed: number, mean: number): readonly number[] =>
  Array.from({ length: 24 }, (_, index) => Math.round(mean * (0.8 + 0.5 * noise(seed * 100 + index))));

export function target(over: Partial<TargetOverview> = {}): TargetOverview {
  return {
    id: 'geth-p2p',
    role: 'inbound',
    quality: 'good',
    reason: null,
    detail: null,
    since: nowAt - 29 * dayMs,
    latencyMs: 41,
    p50Ms: 38,
    p95Ms: 64,
    line: line(1, 40),
    days: usualDays,
    muted: false,
    ...over,
  };
}

export function signer(over: Partial<SignerOverview> = {}): SignerOverview {
  return {
    id: 'eth-1',
    chain: 'ethereum',
    state: 'signing',
    actAt: nowAt - 7 * minute,
    silentSince: null,
    total: 3,
    silent: 0,
    inactive: 0,
    proof: 'all 3 keys attested in epoch 412,207, as two operators show',
    days: usualDays,
    keys: {
      isReadable: true,
      holder: 'basement/home',
      generation: 4,
      since: nowAt - 40 * dayMs,
      by: 'anna@example.org',
      former: null,
      notBefore: null,
    },
    standby: null,
    muted: false,
    ...over,
  };
}

export function standby(over: Partial<StandbyGlance> = {}): StandbyGlance {
  return {
    readAt: nowAt - 7 * second,
    phase: 'syncing',
    phaseSince: nowAt - 14 * minute,
    since: nowAt - 21 * minute,
    why: 'the house is dark or cut off for 3 min',
    zone: 'europe-west3-b',
    instance: 'bw-eth-1-2-0a1b2c3d',
    reportAt: nowAt - 40 * second,
    percent: 41.2,
    etaMs: 130 * minute,
    peers: 34,
    head: 9_812_344,
    keys: 'absent',
    problems: [],
    hasHeldKeys: false,
    isProtected: false,
    cost: { perHour: 0.52, soFar: 0.17, currency: 'USD' },
    ...over,
  };
}

export function open(over: Partial<OpenGlance> = {}): OpenGlance {
  const since = nowAt - 21 * minute;
  return {
    id: 'home.site.home.20261201T015307Z',
    subject: { kind: 'site', id: 'home' },
    kind: 'dark',
    severity: 'critical',
    summary: 'dark or cut off: nothing answers and nothing shows life',
    evidence: ['inbound 0/3 good', 'no life sign since 02:53', 'the VPN exit answers'],
    since,
    openedAt: since + minute,
    held: null,
    told: ['telegram', 'phone'],
    ack: null,
    doing: ['eth-1: a node syncs in europe-west3-b, 41 %, synced in about 2 h 10 min'],
    timeline: [
      { at: since + minute, event: 'opened', text: 'dark: nothing answers and nothing shows life' },
      { at: since + minute + 4 * second, event: 'told', text: 'telegram, phone' },
      { at: since + 4 * minute, event: 'standby', text: 'eth-1: a node is wanted' },
      { at: since + 5 * minute, event: 'standby', text: 'eth-1: a node is being made in europe-west3-b' },
      { at: since + 7 * minute, event: 'standby', text: 'eth-1: the node syncs' },
    ],
    earlier: 0,
    ...over,
  };
}

function past(over: Partial<PastGlance> = {}): PastGlance {
  return {
    id: 'home.target.geth-p2p.20261103T112007Z',
    subject: { kind: 'target', id: 'geth-p2p' },
    kind: 'unreachable',
    severity: 'warning',
    summary: 'geth-p2p does not answer as it should',
    since: Date.UTC(2026, 10, 3, 11, 20, 7),
    resolvedAt: Date.UTC(2026, 10, 3, 12, 0, 26),
    ...over,
  };
}

/** Parts of the map as the words of somebody make them. */
const part = (id: MapPart['id'], over: Partial<MapPart>): MapPart => ({
  id,
  tone: 'good',
  name: id,
  state: 'answers',
  text: 'It answers.',
  ...over,
});

const usualTargets: readonly TargetOverview[] = [
  target(),
  target({ id: 'lighthouse-p2p', latencyMs: 43, p50Ms: 41, p95Ms: 70, line: line(2, 44), days: days() }),
  target({ id: 'beacond-p2p', latencyMs: 39, p50Ms: 37, p95Ms: 58, line: line(3, 38), days: days() }),
  target({ id: 'vpn-exit', role: 'exit', latencyMs: 22, p50Ms: 21, p95Ms: 30, line: line(4, 22) }),
  target({
    id: 'quad9',
    role: 'reference',
    latencyMs: 6,
    p50Ms: 6,
    p95Ms: 9,
    line: line(5, 6),
    days: days(),
  }),
  target({ id: 'eth-one', role: 'chain', latencyMs: 120, p50Ms: 131, p95Ms: 320, line: line(6, 130) }),
];

/** What was judged, as far as words are made of it. */
function judged(verdict: SiteOverview['verdict']): Mapped['judgement'] & { readonly certain: boolean } {
  const isOut = verdict === 'dark' || verdict === 'vpn-down';
  return {
    certain: false,
    life: isOut ? [] : ['heartbeat alertmanager', 'signer bera-1'],
    signals: {
      references: verdict === 'blind' ? 'failing' : 'working',
      inbound:
        isOut || verdict === 'inbound-lost' ? 'all-bad' : verdict === 'degraded' ? 'some-bad' : 'all-good',
      exit: verdict === 'vpn-down' ? 'unreachable' : 'reachable',
      life: isOut ? 'none' : 'seen',
      signers: verdict === 'not-signing' ? 'some-silent' : 'none-silent',
      power: 'no-news',
    },
  };
}

/** With the headline and the map that are made of the rest, unless they are given. */
export function site(over: Partial<SiteOverview> = {}): SiteOverview {
  const plain = { ...known(), ...over };
  const judgement = plain.verdict === null ? null : judged(plain.verdict);
  const map =
    over.map ?? mapOf({ site: plain, judgement, standbysFor: ['ethereum', 'berachain'], at: nowAt });
  const all = { ...plain, map };
  const headline = over.headline ?? headlineOf({ site: all, judgement, recoverMs: 5 * minute, at: nowAt });
  return { ...all, headline };
}

function known(): Omit<SiteOverview, 'headline' | 'map'> {
  return {
    site: 'home',
    name: 'Home',
    timezone: 'Europe/Berlin',
    watched: 'yes',
    tone: 'good',
    verdict: 'ok',
    verdictSince: nowAt - 28 * dayMs,
    because: 'all inbound good, no signer silent',
    lastTickAt: nowAt - 7 * second,
    latenessMs: 2_100,
    ticks: 57_600,
    worstLatenessMs: 7_400,
    worstGapMs: 61_200,
    pagesToday: 0,
    open: [],
    moreOpen: 0,
    past: [past()],
    mutes: [],
    windows: [],
    broken: [],
    targets: usualTargets,
    signers: [
      signer(),
      signer({
        id: 'bera-1',
        chain: 'berachain',
        total: 1,
        actAt: nowAt - 14 * second,
        proof: 'signed 100 of the last 100 heights, as two operators show',
        days: days(),
      }),
    ],
    chains: [
      { id: 'ethereum', state: 'moving', detail: 'head 4 s old' },
      { id: 'berachain', state: 'moving', detail: 'head 2 s old' },
    ],
    heartbeats: [
      { source: 'alertmanager', sentAt: nowAt - 35 * second, isFresh: true },
      { source: 'ups', sentAt: nowAt - 50 * second, isFresh: true },
    ],
    power: 'The house has power; the battery is at 100 % and lasts about 41 min.',
    otherStandbys: {},
    outbox: { at: nowAt - 7 * second, waiting: {}, failing: {}, isUnread: false },
    days: usualDays,
    firstDay,
    lastDay,
  };
}

export function overview(sites: readonly SiteOverview[] = [site()], over: Partial<Overview> = {}): Overview {
  const isWell = sites.every(
    ({ tone, open: trouble, watched }) => tone === 'good' && trouble.length === 0 && watched === 'yes',
  );
  return {
    version: 1,
    at: nowAt,
    readAt: nowAt - 3 * second,
    blind: null,
    summary: isWell ? 'well' : 'trouble',
    isPublic: false,
    hidden: [],
    sites,
    ...over,
  };
}

const deadTarget = (each: TargetOverview): TargetOverview =>
  each.role === 'inbound'
    ? {
        ...each,
        quality: 'bad',
        reason: 'timeout',
        detail: 'no answer within 5 s',
        since: nowAt - 21 * minute,
        latencyMs: null,
        line: [...each.line.slice(0, -1), null],
      }
    : each;

const deadTargets = usualTargets.map(deadTarget);
const silent = (over: Partial<SignerOverview> = {}): SignerOverview =>
  signer({
    state: 'silent',
    actAt: nowAt - 27 * minute,
    silentSince: nowAt - 20 * minute,
    silent: 3,
    proof: 'no key of it was seen in 3 finished epochs, as two operators show',
    ...over,
  });

const ackedDark = open({
  ack: { by: 'Anna', at: nowAt - 18 * minute, until: nowAt + 102 * minute },
  timeline: [
    ...open().timeline,
    { at: nowAt - 18 * minute, event: 'acknowledged' as const, text: 'by Anna' },
  ].toSorted((a, b) => a.at - b.at),
});

/** The house is dark, Anna is on it, and a node for each signer is on its way. */
const darkSite = (over: Partial<SiteOverview> = {}): SiteOverview =>
  site({
    tone: 'bad',
    verdict: 'dark',
    verdictSince: nowAt - 21 * minute,
    because: 'all inbound bad, no later life sign, and the exit host is fine',
    open: [ackedDark],
    targets: deadTargets,
    signers: [
      silent({ standby: standby() }),
      signer({
        id: 'bera-1',
        chain: 'berachain',
        state: 'silent',
        actAt: nowAt - 22 * minute,
        silentSince: nowAt - 21 * minute,
        total: 1,
        silent: 1,
        proof: 'missed the last 60 heights, as two operators show',
        standby: standby({
          instance: 'bw-bera-1-1-9f8e7d6c',
          zone: 'europe-west4-a',
          phase: 'booting',
          percent: null,
          etaMs: null,
          peers: null,
          head: null,
        }),
      }),
    ],
    heartbeats: [
      { source: 'alertmanager', sentAt: nowAt - 22 * minute, isFresh: false },
      { source: 'ups', sentAt: nowAt - 21 * minute, isFresh: false },
    ],
    power: 'The UPS said at 02:52 that the house has no power; nothing was heard since.',
    ...over,
  });

const synced = standby({
  phase: 'synced',
  phaseSince: nowAt - 12 * minute,
  percent: 100,
  etaMs: null,
  since: nowAt - 3 * hour,
  cost: { perHour: 0.52, soFar: 1.56, currency: 'USD' },
});

const isGrave = (kind: TargetOverview['quality']): number => (kind === 'good' ? 1 : 0);
const worstFirst = (targets: readonly TargetOverview[]): TargetOverview[] =>
  targets.toSorted((a, b) => isGrave(a.quality) - isGrave(b.quality));

/** All kinds of text that somebody may write, or that a network may answer with. */
export const hostileTexts = {
  html: '</style></script><script>alert(1)</script><img src=x onerror=alert(1)>',
  quotes: `"' onmouseover="alert(1)" style='color:red' \`&amp;&#x3c;`,
  reversed: '\u202Egnp.exe \u2066\u05D1\u05D9\u05EA\u2069 \u202D',
  emoji: '🏚️👩‍👩‍👧‍👦🇩🇪 \uD83D',
  long: 'a name of some words that goes on and on '.repeat(5).slice(0, 200),
  unbroken: 'W'.repeat(200),
  control: 'a\u0000b\u001Bc\u007F\nd',
} as const;
type HostileTexts = Readonly<Record<keyof typeof hostileTexts, string>>;

/** A site in which everything that somebody else writes is one of these texts. */
export const hostileSite = ({
  html,
  quotes,
  reversed,
  emoji,
  long,
  unbroken,
  control,
}: HostileTexts): SiteOverview =>
  darkSite({
    name: `${reversed} ${html} ${unbroken}`,
    headline: `${html} ${quotes} ${reversed} ${emoji} ${unbroken}`,
    because: long,
    map: [
      part('watchdog', { name: html, state: unbroken, text: quotes }),
      part('exit', { name: unbroken, state: html, text: reversed }),
      part('house', { name: reversed, state: emoji, text: html, tone: 'bad' }),
      part('chain', { name: quotes, state: long, text: unbroken, tone: 'doubt' }),
      part('standby', { name: emoji, state: quotes, text: long, tone: 'doubt' }),
    ],
    open: [
      open({
        summary: `${html} ${unbroken}`,
        evidence: [quotes, unbroken, reversed, control],
        told: [html, unbroken],
        ack: { by: `${html}${reversed}`, at: nowAt - minute, until: null },
        doing: [unbroken, html],
        timeline: [
          { at: nowAt - 3 * minute, event: 'opened', text: html },
          { at: nowAt - 2 * minute, event: 'told', text: unbroken },
          { at: nowAt - minute, event: 'acknowledged', text: `${quotes}${reversed}` },
        ],
      }),
    ],
    past: [past({ summary: `${html} ${unbroken}` })],
    mutes: [
      {
        id: 'event-1',
        subject: html,
        from: nowAt - hour,
        until: nowAt + hour,
        why: unbroken,
        by: reversed,
        isInForce: true,
      },
    ],
    targets: [
      target({ quality: 'bad', reason: 'body', detail: html, latencyMs: null }),
      target({ id: 'unbroken', quality: 'bad', reason: 'protocol', detail: unbroken, latencyMs: 5 }),
      target({ id: 'reversed', quality: 'unknown', reason: 'lease', detail: `${reversed}${control}` }),
    ],
    signers: [
      silent({
        proof: `${html} ${unbroken}`,
        keys: { isReadable: false, why: `${html} ${unbroken}` },
        standby: standby({
          why: html,
          instance: unbroken,
          zone: quotes,
          problems: [html, unbroken, reversed],
        }),
      }),
      signer({
        id: 'bera-1',
        chain: 'berachain',
        keys: {
          isReadable: true,
          holder: html,
          generation: 3,
          since: nowAt - hour,
          by: unbroken,
          former: quotes,
          notBefore: null,
        },
      }),
    ],
    chains: [{ id: 'ethereum', state: 'stalled', detail: `${html} ${unbroken}` }],
    power: `${html} ${unbroken}`,
    outbox: {
      at: nowAt,
      waiting: { [html]: nowAt - hour },
      failing: { [unbroken]: { since: nowAt - hour, times: 4, outcome: html } },
      isUnread: true,
    },
  });

/** Every third target has had a bad day somewhere, as in a real house. */
function manyTargets(count: number, worst: number): TargetOverview[] {
  return Array.from({ length: count }, (_, index) => {
    const isBad = index < worst;
    return target({
      id: `target-${index + 1}`,
      role: index % 10 === 9 ? 'chain' : 'inbound',
      quality: isBad ? 'bad' : 'good',
      reason: isBad ? 'timeout' : null,
      detail: isBad ? 'no answer within 5 s' : null,
      since: isBad ? nowAt - 11 * minute : nowAt - 29 * dayMs,
      latencyMs: isBad ? null : 30 + Math.round(40 * noise(index)),
      p50Ms: 30 + Math.round(40 * noise(index)),
      p95Ms: 60 + Math.round(60 * noise(index)),
      line: line(index + 10, 50),
      days: days((day) => {
        const luck = noise(index * 997 + day);
        if (day < 12 && index % 5 === 0) return null;
        if (luck > 0.985) return bar(day, { bad: Math.round(1 + 9_000 * noise(index * 13 + day)) });
        if (luck > 0.96) return bar(day, { doubt: 420 });
        return luck < 0.02 ? bar(day, { unknown: 40_000 }) : bar(day);
      }),
    });
  });
}

/** Days on which nobody looked, days that were only half seen, and a first day that is late. */
const holes = days((index) => {
  if (index < 20 || (index > 40 && index < 47) || index === 60) return null;
  if (index === 61) return { good: 21_600, doubt: 0, bad: 0, unknown: 0 };
  if (index === 70) return { good: 0, doubt: 0, bad: 0, unknown: 43_200 };
  if (index === 75) return bar(index, { bad: daySeconds });
  return bar(index, index === 80 ? { bad: 9_000, unknown: 3_000 } : {});
});

const unwatched = site({
  watched: 'unwatched',
  tone: 'doubt',
  verdict: null,
  verdictSince: null,
  because: null,
  lastTickAt: null,
  latenessMs: null,
  ticks: 0,
  worstLatenessMs: null,
  worstGapMs: null,
  past: [],
  targets: [],
  signers: [],
  chains: [],
  heartbeats: [],
  power: null,
  outbox: null,
  days: { bars: Array.from({ length: shown }, () => null), well: null, known: null },
});

const handover = site({
  tone: 'bad',
  verdict: 'not-signing',
  verdictSince: nowAt - 20 * minute,
  because: 'a signer is silent, and the house is not cut off',
  open: [
    open({
      id: 'home.signer.eth-1.20261201T013107Z',
      subject: { kind: 'signer', id: 'eth-1' },
      kind: 'not-signing',
      summary: 'eth-1 does not sign',
      evidence: ['no key was seen in 3 finished epochs'],
    }),
  ],
  signers: [
    silent({
      standby: synced,
      keys: {
        isReadable: true,
        holder: 'none',
        generation: 5,
        since: nowAt - 43 * minute,
        by: 'anna@example.org',
        former: 'basement/home',
        notBefore: nowAt + 12 * minute,
      },
    }),
    signer({ id: 'bera-1', chain: 'berachain', total: 1 }),
  ],
});

/** One for each thing that can be so. */
export const overviews = {
  'all well': overview(),
  degraded: overview([
    site({
      tone: 'doubt',
      verdict: 'degraded',
      verdictSince: nowAt - 9 * minute,
      because: 'some inbound bad',
      open: [
        open({
          id: 'home.target.geth-p2p.20261201T020607Z',
          subject: { kind: 'target', id: 'geth-p2p' },
          kind: 'unreachable',
          severity: 'warning',
          summary: 'geth-p2p does not answer as it should',
          evidence: ['geth-p2p: timeout, no answer within 5000 ms'],
          since: nowAt - 9 * minute,
          openedAt: nowAt - 8 * minute,
          told: ['telegram'],
          doing: [],
          timeline: [{ at: nowAt - 8 * minute, event: 'opened', text: 'unreachable: geth-p2p' }],
        }),
      ],
      targets: worstFirst(usualTargets.map((each) => (each.id === 'geth-p2p' ? deadTarget(each) : each))),
    }),
  ]),
  'inbound lost': overview([
    site({
      tone: 'doubt',
      verdict: 'inbound-lost',
      verdictSince: nowAt - 21 * minute,
      because: 'all inbound bad, a later life sign, no signer silent',
      open: [
        open({
          kind: 'inbound-lost',
          severity: 'warning',
          summary: 'the way in is broken, but the house lives: not an outage',
          evidence: ['life signs since: heartbeat alertmanager'],
          doing: [],
        }),
      ],
      targets: deadTargets,
    }),
  ]),
  'vpn down': overview([
    darkSite({
      verdict: 'vpn-down',
      because: 'all inbound bad, no later life sign, and the exit host itself is unreachable',
      open: [
        open({ kind: 'vpn-down', summary: 'dark or cut off: not even the VPN exit answers', doing: [] }),
      ],
      power: null,
    }),
  ]),
  dark: overview([darkSite()]),
  'standby synced': overview([
    darkSite({
      verdictSince: nowAt - 3 * hour,
      signers: [silent({ standby: synced })],
    }),
  ]),
  'not signing': overview([
    site({
      tone: 'bad',
      verdict: 'not-signing',
      verdictSince: nowAt - 20 * minute,
      because: 'a signer is silent, and the house is not cut off',
      open: [
        open({
          id: 'home.signer.eth-1.20261201T015407Z',
          subject: { kind: 'signer', id: 'eth-1' },
          kind: 'not-signing',
          summary: 'eth-1 does not sign',
          evidence: ['no key was seen in 3 finished epochs'],
          doing: [],
        }),
      ],
      signers: [silent(), signer({ id: 'bera-1', chain: 'berachain', total: 1 })],
    }),
  ]),
  'nobody holds the keys': overview([handover]),
  'keys in the cloud': overview([
    darkSite({
      tone: 'doubt',
      verdictSince: nowAt - 8 * hour,
      open: [open({ since: nowAt - 8 * hour, openedAt: nowAt - 8 * hour + minute, earlier: 31 })],
      signers: [
        signer({
          standby: standby({
            phase: 'synced',
            percent: 100,
            etaMs: null,
            since: nowAt - 8 * hour,
            keys: 'present',
            hasHeldKeys: true,
            isProtected: true,
            cost: { perHour: 0.52, soFar: 4.16, currency: 'USD' },
          }),
          keys: {
            isReadable: true,
            holder: 'node/my-project/europe-west3-b/bw-eth-1-2-0a1b2c3d',
            generation: 6,
            since: nowAt - 5 * hour,
            by: 'anna@example.org',
            former: null,
            notBefore: null,
          },
        }),
      ],
    }),
  ]),
  zombie: overview([
    site({
      tone: 'bad',
      verdict: 'ok',
      open: [
        open({
          id: 'home.zombie.eth-1.20261201T020907Z',
          subject: { kind: 'zombie', id: 'eth-1' },
          kind: 'zombie',
          summary: 'a validator client of eth-1 runs where the keys must not be',
          evidence: [
            'the fence of basement/home reports running, generation 4',
            'the flag names a node, generation 6',
          ],
          since: nowAt - 5 * minute,
          openedAt: nowAt - 5 * minute,
          doing: [],
          timeline: [{ at: nowAt - 5 * minute, event: 'opened', text: 'zombie: a client runs' }],
        }),
        open({
          id: 'home.target.geth-p2p.20261201T020607Z',
          subject: { kind: 'target', id: 'geth-p2p' },
          kind: 'unreachable',
          severity: 'warning',
          summary: 'geth-p2p does not answer as it should',
          evidence: [],
          held: 'quiet-hours',
          told: [],
          doing: [],
        }),
      ],
    }),
  ]),
  'blind watcher': overview([
    site({
      tone: 'doubt',
      verdict: 'blind',
      verdictSince: nowAt - 3 * minute,
      because: 'all of at least two references fail and inbound is not all good',
      open: [
        open({
          id: 'home.self.home.20261201T021107Z',
          subject: { kind: 'self', id: 'home' },
          kind: 'blind',
          severity: 'warning',
          summary: "the watchdog's own network fails",
          evidence: ['references 0/2 good'],
          doing: [],
        }),
      ],
      targets: usualTargets.map((each) => ({
        ...each,
        quality: 'unknown' as const,
        reason: 'unreachable' as const,
        detail: 'our own network fails',
      })),
      chains: [{ id: 'ethereum', state: 'unknown', detail: 'no source answers' }],
      signers: [signer({ state: 'unknown', proof: 'no source could be read' })],
    }),
  ]),
  'store down': blindly(
    overview([darkSite()], { readAt: nowAt - 6 * minute }),
    { since: nowAt - 5 * minute, why: 'the store did not answer within 5 s' },
    nowAt,
  ),
  stale: overview([
    site({
      watched: 'stale',
      tone: 'bad',
      lastTickAt: nowAt - 42 * minute,
    }),
  ]),
  unwatched: overview([unwatched]),
  muted: overview([
    site({
      mutes: [
        {
          id: 'event-1',
          subject: null,
          from: nowAt - hour,
          until: nowAt + 106 * minute,
          why: 'a new UPS',
          by: 'Anna',
          isInForce: true,
        },
        {
          id: 'event-2',
          subject: 'geth-p2p',
          from: nowAt + 5 * hour,
          until: nowAt + 7 * hour,
          why: 'geth is brought up to date',
          by: 'Ben',
          isInForce: false,
        },
      ],
      targets: usualTargets.map((each) => ({ ...each, muted: each.role === 'inbound' })),
      signers: [signer({ muted: true })],
    }),
  ]),
  'public, usual': publicOverview(overview([darkSite()]), ['incidents', 'history']),
  'public, signers only': publicOverview(overview([darkSite()]), ['signers']),
  'public, everything': publicOverview(overview([darkSite()]), shownParts),
  'public, nothing': publicOverview(overview(), []),
  'hostile texts': overview([hostileSite(hostileTexts)]),
  '500 targets': overview([
    site({
      tone: 'doubt',
      verdict: 'degraded',
      targets: manyTargets(500, 3),
    }),
  ]),
  'a year with holes': overview([
    site({
      days: holes,
      targets: usualTargets.map((each) => ({
        ...each,
        days: holes,
        line: each.line.map((ms, index) => (index % 5 < 2 ? null : ms)),
      })),
      signers: [signer({ days: holes })],
    }),
  ]),
  'two sites': overview([
    darkSite(),
    site({
      site: 'cabin',
      name: 'Cabin',
      signers: [],
      past: [],
    }),
  ]),
  // What is measured: 50 targets and 90 days, in trouble, with everything that there is.
  '50 targets, 90 days': overview([darkSite({ targets: manyTargets(50, 12) })]),
} satisfies Record<string, Overview>;
