// What is wanted: for which signer a node that only syncs is to be there, why, and until when. Written by `watch` alone.
import type { ChainName } from '../chain.ts';
import type { WitnessWord } from '../facts.ts';

/** Why a standby is wanted; `person`: somebody asked for it. */
export const wantReasons = ['dark', 'vpn-down', 'not-signing', 'person'] as const;
export type WantReason = (typeof wantReasons)[number];

/** Why it is not wanted any more. */
export const releaseReasons = ['stable', 'person', 'expired', 'inactive', 'not-configured'] as const;
export type ReleaseReason = (typeof releaseReasons)[number];

export type Wanted = {
  /** Of this one wanting: a new outage, and a new request of a person, have another. Made of signer and time. */
  readonly id: string;
  readonly signer: string;
  readonly site: string;
  readonly chain: ChainName;
  readonly reason: WantReason;
  /** The incident that it belongs to; null for a person's request without one. */
  readonly incident: string | null;
  /** One sentence. */
  readonly why: string;
  /** Who asked; null when the watchdog decided. */
  readonly by: string | null;
  /** When the trouble began, or when it was asked for; epoch ms. */
  readonly since: number;
  /** When it was decided. */
  readonly decidedAt: number;
  /** What the witness made of the bad way in; null where a witness has no word: a silent signer, a person's request. */
  readonly witness: WitnessWord | 'not-asked' | null;
  /** The latest act of the signer after the trouble began: it blocks its standby. Null when none is known. */
  readonly lifeAt: number | null;
  /** What it is wanted for is so at this moment; what a person asks for always is. Nothing is begun while it is not. */
  readonly holds: boolean;
  /** It is released when this has come, unless somebody keeps it. */
  readonly expiresAt: number;
  /** Somebody wants it to stay, whatever becomes of the house. */
  readonly keep: { readonly by: string; readonly at: number; readonly why: string } | null;
  /** Since when the house has been stable without a break; null while it is not. */
  readonly stableSince: number | null;
  /** Set once it is not wanted any more; it never becomes wanted again under the same id. */
  readonly release: {
    readonly at: number;
    readonly reason: ReleaseReason;
    readonly by: string | null;
  } | null;
};
