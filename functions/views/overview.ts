// Everything that a reader is shown of all sites, as one value: for the page, the terminal, the metrics, the badge and scripts alike.
import type { ChainName } from '../domain/chain.ts';
import type { ChainState, Quality, SignerState } from '../domain/facts.ts';
import type { KeysGlance, OpenGlance, OutboxGlance, PastGlance, StandbyGlance } from '../domain/glance.ts';
import type { Bar, Day } from '../domain/history/history.ts';
import type { Reason } from '../domain/sample.ts';
import type { Shown } from '../domain/shown.ts';
import type { Role } from '../domain/target.ts';
import type { SiteVerdict } from '../domain/verdict.ts';
import type { MuteStatus, WindowStatus } from './incidents.ts';
import type { Tone } from './verdict.ts';

export { shownParts, type Shown } from '../domain/shown.ts';

/** What a number of days were like, for one part. All times are epoch ms, all days UTC. */
export type Days = {
  /** The last days in order, without a gap and with today last; null for a day on which nobody looked. Empty when history is not shown. */
  readonly bars: readonly (Bar | null)[];
  /** Well, of the time in which it was known how it was, 0 to 1; null when it never was. Never rounded up to 1. */
  readonly well: number | null;
  /** Known how it was, of the time since the first look of these days, 0 to 1; null when nobody looked. Never rounded up to 1. */
  readonly known: number | null;
};

/** A piece of the map: what stands there, and by what evidence. `none`: there is no such thing here, or nothing is to be said. */
export type MapPart = {
  readonly id: 'watchdog' | 'exit' | 'house' | 'chain' | 'standby';
  readonly tone: Tone | 'none';
  /** What it is called, e.g. `VPN exit`, `ethereum`. */
  readonly name: string;
  /** One or two words, e.g. `answers`, `dark`, `syncing 42 %`. */
  readonly state: string;
  /** The evidence, one sentence. */
  readonly text: string;
};

export type TargetOverview = {
  readonly id: string;
  readonly role: Role;
  readonly quality: Quality;
  readonly reason: Reason | null;
  readonly detail: string | null;
  readonly since: number;
  readonly latencyMs: number | null;
  /** Today, ms; null when nothing was measured. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  /** Mean ms of the last 24 hours, hour by hour, the running one last; null for an hour without a measurement. */
  readonly line: readonly (number | null)[];
  readonly days: Days;
  readonly muted: boolean;
};

export type SignerOverview = {
  readonly id: string;
  readonly chain: ChainName;
  readonly state: SignerState;
  /** When it was last seen to sign; null when never. */
  readonly actAt: number | null;
  readonly silentSince: number | null;
  readonly total: number;
  readonly silent: number;
  readonly inactive: number;
  /** What the chain shows, in one sentence. */
  readonly proof: string | null;
  readonly days: Days;
  /** Null when it was not read yet. */
  readonly keys: KeysGlance | null;
  readonly standby: StandbyGlance | null;
  readonly muted: boolean;
};

export type ChainOverview = {
  readonly id: ChainName;
  readonly state: ChainState;
  readonly detail: string | null;
};

export type HeartbeatOverview = {
  readonly source: string;
  readonly sentAt: number | null;
  readonly isFresh: boolean;
};

/** `isUnread`: something is due, and the last look did not see what became of it; the rest is as of `at`. */
export type OutboxOverview = OutboxGlance & { readonly isUnread: boolean };

export type SiteOverview = {
  readonly site: string;
  readonly name: string;
  readonly timezone: string;
  /**
   * `unwatched`: no tick was ever taken in. `stale`: the last one is too old to be believed, and all below is how it was then.
   * `unreadable`: what is remembered of it cannot be read, so nothing is known.
   */
  readonly watched: 'yes' | 'stale' | 'unwatched' | 'unreadable';
  /** Documents of this site that cannot be read, a sentence each; nobody's but the operator's. */
  readonly broken: readonly string[];
  /** `good` only when nothing at all is to be said against it. */
  readonly tone: Tone;
  /** Some plain sentences that say it all; times in them are of the site's zone. */
  readonly headline: string;
  readonly verdict: SiteVerdict | null;
  readonly verdictSince: number | null;
  readonly because: string | null;
  readonly lastTickAt: number | null;
  readonly latenessMs: number | null;
  readonly ticks: number;
  /** Of today. */
  readonly worstLatenessMs: number | null;
  readonly worstGapMs: number | null;
  /** Messages of today, by UTC, that woke somebody; null when nobody has looked today. */
  readonly pagesToday: number | null;
  readonly map: readonly MapPart[];
  readonly open: readonly OpenGlance[];
  readonly moreOpen: number;
  readonly past: readonly PastGlance[];
  /** What was muted by hand and is not over. */
  readonly mutes: readonly MuteStatus[];
  /** Maintenance from the configuration that is in force now. */
  readonly windows: readonly WindowStatus[];
  /** What is worst first, then as configured. */
  readonly targets: readonly TargetOverview[];
  readonly signers: readonly SignerOverview[];
  readonly chains: readonly ChainOverview[];
  readonly heartbeats: readonly HeartbeatOverview[];
  /** One sentence; null when the house never said anything of its power. */
  readonly power: string | null;
  /** Standbys of signers that are not configured any more. */
  readonly otherStandbys: Readonly<Record<string, StandbyGlance>>;
  readonly outbox: OutboxOverview | null;
  readonly days: Days;
  /** The days that `days` and those of the parts are about. */
  readonly firstDay: Day;
  readonly lastDay: Day;
};

export type Overview = {
  readonly version: 1;
  /** When it was put together. */
  readonly at: number;
  /** When what it rests on was read; earlier than `at` when the store cannot be read. */
  readonly readAt: number;
  /** Null while the store can be read. */
  readonly blind: { readonly since: number; readonly why: string } | null;
  /** `trouble` when any site has an open incident, is not well, or is not watched, and while blind. */
  readonly summary: 'well' | 'trouble';
  /** Made for everybody: no part holds names, addresses or details, and what was cut is not known to be nothing. False for the operator. */
  readonly isPublic: boolean;
  /** Parts that this reader is not shown; empty for the operator, and for everybody where the owner shows all of them. */
  readonly hidden: readonly Shown[];
  readonly sites: readonly SiteOverview[];
};

/** What is answered instead while nothing was ever read, and nothing can be. */
export type NothingKnown = {
  readonly version: 1;
  readonly nothing: true;
  readonly at: number;
  /** Since when it could not be read, and why. */
  readonly since: number;
  readonly why: string;
};
