// What is known about a site at one moment: the only thing that `judge` looks at.
import type { ChainName } from './chain.ts';
import type { Standing } from './evidence.ts';
import type { LeaseFact } from './lease.ts';
import type { Reason } from './sample.ts';
import type { Role } from './target.ts';

/** `unknown` means that we did not find out; it is never good. */
export type Quality = 'good' | 'bad' | 'unknown';

/**
 * `agreed`: the witness saw what we saw. `disputed`: it saw something else. `silent`: it was asked and did not answer, which is evidence of
 * nothing.
 */
export const witnessWords = ['agreed', 'disputed', 'silent'] as const;
export type WitnessWord = (typeof witnessWords)[number];
/** `since`: of looks that came to this word in a row, the first. */
export type WitnessFact = { readonly word: WitnessWord; readonly since: number };

export type TargetFact = {
  readonly id: string;
  readonly role: Role;
  readonly quality: Quality;
  readonly reason: Reason | null;
  readonly detail: string | null;
  readonly totalMs: number | null;
  /** What the witness made of it when it last changed; null when it was not asked. */
  readonly witness: WitnessFact | null;
  /** What is known of its port; null when that stands in the configuration. */
  readonly lease: LeaseFact | null;
  /** Since when the quality has been what it is, epoch ms. */
  readonly since: number;
};

/**
 * The last beat of a source. `sentAt` is when the house sent it, never when we read it. `isDoubtful`: we were refusing what it sends, so that
 * its absence is no silence.
 */
export type HeartbeatFact = {
  readonly source: string;
  readonly sentAt: number;
  readonly freshMs: number;
  readonly isDoubtful: boolean;
};

export const powerStates = ['online', 'on-battery', 'low-battery', 'shutting-down'] as const;
export type PowerState = (typeof powerStates)[number];
/** The gravest of what the UPSs of a house say. `at`: when it was last said. */
export type PowerFact = {
  readonly state: PowerState;
  readonly at: number;
  /** Since when the house has had no power; null while it has. */
  readonly since: number | null;
  /** Percent, 0 to 100. */
  readonly charge: number | null;
  /** How long the battery lasts, as the UPS reckons. */
  readonly runtimeMs: number | null;
};

export const signerStates = ['signing', 'quiet', 'silent', 'inactive', 'unknown'] as const;
export type SignerState = (typeof signerStates)[number];

/** What keys stand for on their chain: an effective balance in gwei, or a part of the voting power, 0 to 1. */
export type Stake =
  | { readonly of: 'balance'; readonly effectiveGwei: number }
  | { readonly of: 'power'; readonly share: number };

/**
 * What the chain shows of a signer: the keys that one validator client loads. `silent` is all of its keys that are expected to sign,
 * `quiet` some of them, or too short a silence to count.
 */
export type SignerFact = {
  readonly id: string;
  readonly chain: ChainName;
  readonly state: SignerState;
  /** The earliest moment at which its latest act can have happened, null if none is known. */
  readonly actAt: number | null;
  /** Since when a key of it has shown no act although it should have; null unless one is silent. */
  readonly silentSince: number | null;
  readonly keys: {
    readonly total: number;
    /** Keys whose silence counts. */
    readonly silent: number;
    /** Keys that the chain does not expect to sign. */
    readonly inactive: number;
    /** What became of those among them that were active while we watched. */
    readonly left: readonly Standing[];
  };
  /** Of its keys that are expected to sign; null when that is not known. */
  readonly stake: Stake | null;
  /** Who may sign with its keys, as the keys database names it (`none`, `basement/home`, …); null when it names nobody, or was not read. */
  readonly holder: string | null;
  /** Since when, epoch ms; null with no holder. */
  readonly heldSince: number | null;
  readonly detail: string | null;
};

export const chainStates = ['moving', 'stalled', 'unknown'] as const;
export type ChainState = (typeof chainStates)[number];
export type ChainFact = {
  readonly id: ChainName;
  readonly state: ChainState;
  readonly detail: string | null;
};

export type Facts = {
  readonly site: string;
  /** The time at which the run read its clock, epoch ms. */
  readonly at: number;
  readonly targets: readonly TargetFact[];
  /** One entry for each configured source that was ever heard; an absent source is unknown, not silent. */
  readonly heartbeats: readonly HeartbeatFact[];
  readonly power: PowerFact | null;
  readonly signers: readonly SignerFact[];
  readonly chains: readonly ChainFact[];
  /** The first tick of the present run of ticks at which every inbound target was bad; null while any is good. */
  readonly inboundBadSince: number | null;
  /** The last tick that was judged dark or cut off; null when none was. */
  readonly lastDarkAt: number | null;
};
