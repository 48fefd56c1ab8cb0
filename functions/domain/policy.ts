// The numbers that a site is judged by; their defaults and descriptions live in the configuration schema.
import type { ChainName } from './chain.ts';
import type { DrillMode } from './drill/drill.ts';
import type { Severity } from './severity.ts';
import type { ChainPolicy } from './chain-policy.ts';
import type { LeaseRules } from './lease.ts';
import type { NotifyGroup } from './ladder.ts';
import type { Role } from './target.ts';

/** Local wall-clock times `HH:MM`; `from` later than `to` spans midnight. */
export type QuietHours = { readonly from: string; readonly to: string };

export const agreements = ['any', 'majority', 'all'] as const;
export type Agreement = (typeof agreements)[number];

/** All durations in milliseconds; ticks are runs of the watch function, normally one a minute. */
export type Policy = {
  readonly probe: {
    readonly timeoutMs: number;
    /** How many times a target that changed is probed again within the same tick, and how far apart those start. */
    readonly burst: number;
    readonly burstGapMs: number;
    readonly burstTimeoutMs: number;
  };
  readonly life: {
    /** An act proves life only if it is later than the first bad tick by this much: skew of clocks and length of a tick. */
    readonly marginMs: number;
    /** How long a signature counts as life after its act. Heartbeats carry their own freshness. */
    readonly signatureFreshMs: number;
  };
  readonly signing: {
    readonly chains: Readonly<Record<ChainName, ChainPolicy>>;
    /** After the house was dark its signers have this long to catch up before their silence counts. */
    readonly afterReturnMs: number;
  };
  readonly dark: { readonly confirmTicks: number };
  readonly vpnDown: { readonly confirmTicks: number };
  readonly inboundLost: { readonly confirmTicks: number };
  readonly notSigning: { readonly confirmTicks: number };
  readonly degraded: { readonly confirmTicks: number };
  readonly blind: { readonly confirmTicks: number };
  readonly unknown: { readonly afterMs: number };
  /** What a second look from elsewhere is worth. */
  readonly witness: {
    /** How many of those who looked must have seen a target bad: one of them, over half of them, or all of them. */
    readonly agree: Agreement;
    /** Once a dispute has lasted so long, what we see ourselves decides. */
    readonly disputedMs: number;
  };
  /** When a node that only syncs is wanted, after the trouble began; null for never without a person. */
  readonly standby: {
    readonly darkMs: number | null;
    readonly vpnDownMs: number | null;
    readonly notSigningMs: number | null;
    /** It is released once the house has been stable for so long. */
    readonly releaseMs: number;
  };
  /** A tick is late when it comes so long after its time, or after the one before it. */
  readonly late: { readonly afterMs: number };
  /** Messages that wait longer than this are told of. */
  readonly undelivered: { readonly afterMs: number };
  /** A channel that failed so often in a row is told of, by every other one. */
  readonly channelFailing: { readonly times: number };
  /** When the weekly report is made, in the local time of the site; null for never. `weekday` 0 is Sunday. */
  readonly report: { readonly weekday: number; readonly time: string } | null;
  /** How long a subject must be well without a break before its incident is resolved. */
  readonly recoverMs: number;
  /** How long a power loss announced by the UPS makes a following blackout certain. */
  readonly gaspMs: number;
  /** How often people are reminded of what still holds and nobody has acknowledged; null for never. */
  readonly remindMs: Readonly<Record<Severity, number | null>>;
  /** How long the acknowledgement of a critical incident holds. */
  readonly ackMs: number;
  /** Warnings and information wait until these hours are over; critical pages never do. */
  readonly quietHours: QuietHours | null;
};

/** What the rules need to know of a target. */
export type TargetRules = {
  readonly id: string;
  readonly role: Role;
  readonly severity: Severity;
  /** Null when its port stands in the configuration. */
  readonly lease: LeaseRules | null;
};

/** A sender in the house. */
export type HeartbeatRules = {
  readonly source: string;
  /** How long a message of it shows that the house lives. */
  readonly freshMs: number;
  /** It is late when it has not said for so long that all is well. */
  readonly lateMs: number;
  /** How grave it is when it is late; null when silence is evidence only. */
  readonly silence: Severity | null;
  /** How grave it is when its work fails. */
  readonly severity: Severity;
};

/** Mutes pages, keeps records: of one subject id, or of the whole site when `subject` is null. */
export type MaintenanceWindow = {
  readonly subject: string | null;
  readonly from: number;
  readonly until: number;
  readonly why: string;
};

/** Everything that the rules need to know of a site: configuration, frozen, without secrets or addresses. */
export type SiteRules = {
  readonly id: string;
  readonly name: string;
  readonly timezone: string;
  readonly policy: Policy;
  readonly targets: readonly TargetRules[];
  /** `keys` are public, in one spelling each. */
  readonly signers: readonly {
    readonly id: string;
    readonly chain: ChainName;
    readonly keys: readonly string[];
  }[];
  readonly heartbeats: readonly HeartbeatRules[];
  readonly maintenance: readonly MaintenanceWindow[];
  /** Who is told, and who is told later; earliest first. */
  readonly notify: readonly NotifyGroup[];
  /** The watcher's own trouble is told by one site only, so that it is told once. */
  readonly reportsSelf: boolean;
  /** What a standby may be made for; null when no standbys are configured. */
  readonly standby: { readonly chains: readonly ChainName[]; readonly expireAfterMs: number } | null;
  /** Whether the failover is tried; null when no standbys are configured. */
  readonly drills: {
    /** What the weekly one does. */
    readonly mode: DrillMode | 'off';
    /** Those with a place where a drill can be made. */
    readonly chains: readonly ChainName[];
    /** Signers, of all sites, of whose drills this one tells. */
    readonly tells: readonly string[];
  } | null;
};
