// The numbers that a site is judged by; their defaults and descriptions live in the configuration schema.
import type { ChainName } from './chain.ts';
import type { Severity } from './severity.ts';
import type { ChainPolicy } from './chain-policy.ts';
import type { NotifyGroup } from './ladder.ts';
import type { Role } from './target.ts';

/** Local wall-clock times `HH:MM`; `from` later than `to` spans midnight. */
export type QuietHours = { readonly from: string; readonly to: string };

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
  /** Heartbeat sources with the age up to which their last beat is fresh. */
  readonly heartbeats: readonly { readonly source: string; readonly freshMs: number }[];
  readonly maintenance: readonly MaintenanceWindow[];
  /** Who is told, and who is told later; earliest first. */
  readonly notify: readonly NotifyGroup[];
  /** The watcher's own trouble is told by one site only, so that it is told once. */
  readonly reportsSelf: boolean;
};
