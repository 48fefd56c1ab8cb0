// What the commands of a handover reach: doors only, so that the lab and tests can give others behind them.
import type { BoundSource } from '../../functions/chains/chain.ts';
import type { Config } from '../../functions/config/config.ts';
import type { GuardPolicy } from '../../functions/domain/handover/condition.ts';
import type { ClockFact, Direction, MachineFact } from '../../functions/domain/handover/facts.ts';
import type { HandoverRecord } from '../../functions/domain/handover/record.ts';
import type { Memory } from '../../functions/domain/memory.ts';
import type { FenceReport } from '../../functions/domain/pulse.ts';
import type { FlagRead, KeyFlag } from '../../functions/domain/standby/key-flag.ts';
import type { Standby } from '../../functions/domain/standby/standby.ts';
import type { Clock } from '../../functions/kit/clock.ts';

/** A flag as it was read, and the clock of the database against ours. `version` is opaque; null for a flag that is not there. */
export type FlagSeen = {
  readonly read: FlagRead;
  readonly version: string | null;
  readonly clock: ClockFact | null;
};

/**
 * `written`; or somebody else wrote meanwhile, and this stands there now; or the database refused, and nothing was written; or it is not known
 * what stands there, because no answer came: then nothing may be assumed. Never half of it.
 */
export type FlagWritten =
  | { readonly end: 'written' }
  | { readonly end: 'conflict'; readonly now: FlagRead }
  | { readonly end: 'refused'; readonly why: string }
  /** `isUntouched`: what stands there was still what had been seen. */
  | { readonly end: 'unknown'; readonly why: string; readonly isUntouched?: true };

/** The keys database as a person writes it, with their own identity: the only writer that there is (`cli/keys.ts`). */
export type FlagKeeper = {
  readonly read: (signer: string) => Promise<FlagSeen>;
  /** Writes the flag and, in the same transaction, its entry in the history; only on top of the version that was seen. */
  readonly write: (signer: string, seen: FlagSeen, next: KeyFlag) => Promise<FlagWritten>;
  /** Every flag that was ever written, newest first. */
  readonly history: (signer: string, limit: number) => Promise<readonly KeyFlag[]>;
};

/** The API of a node of ours that listens on its own loopback only, reached for as long as it is open. */
export type OpenNode = {
  readonly source: BoundSource;
  /** Null when it could not be measured. */
  readonly clock: () => Promise<ClockFact | null>;
  /** False once the way to it is gone: it does not come back, and has to be opened anew. */
  readonly isOpen: () => boolean;
  readonly close: () => Promise<void>;
};

export type Tried<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly why: string };

export type Place = MachineFact['place'];

/** Real milliseconds rule sockets; whatever is dated comes from `clock`. Nothing here rejects for what a network can do. */
export type HandoverWorld = {
  readonly config: Config;
  readonly clock: Clock;
  readonly policy: GuardPolicy;
  /** Who does it, as it is written down: a name or an address. */
  readonly by: string;
  readonly keys: FlagKeeper;
  /** What the watchdog remembers; read only. */
  readonly remembered: {
    readonly record: (signer: string) => Promise<Tried<HandoverRecord | null>>;
    readonly site: (site: string) => Promise<Tried<Memory | null>>;
    readonly standby: (signer: string) => Promise<Tried<Standby | null>>;
    readonly fences: (site: string) => Promise<Tried<readonly FenceReport[]>>;
  };
  /** Those of the signer's chain that its site has, ready to be asked. */
  readonly sources: (signer: string) => readonly BoundSource[];
  /** The node that is to sign. A cloud node is reached through a tunnel of IAP; a house's by the address that was given. */
  readonly openNode: (
    given: { readonly signer: string; readonly to: Direction; readonly place: Place | null },
    signal: AbortSignal,
  ) => Promise<Tried<OpenNode>>;
  readonly machine: {
    readonly look: (place: Place, signal: AbortSignal) => Promise<Tried<MachineFact>>;
    /** Deletion protection on, disks stay when the machine goes; each step is told. Read back with `look`. */
    readonly protect: (
      place: Place,
      told: (line: string) => void,
      signal: AbortSignal,
    ) => Promise<Tried<null>>;
  };
};
