// The door of the cloud: what the flows want of other functions, of a service outside, and of Compute.
import type { Testimony } from '../domain/witness.ts';

/**
 * Wakes another function and waits only until it has accepted. A lost poke is harmless: the next tick makes up for it. `body` says what
 * for, where that function asks; an empty object by default.
 */
export type Poke = (signal: AbortSignal, body?: object) => Promise<PokeResult>;

/** Tells a service outside, which knows when it is not told, how it went; `text` is one line without secrets. Never rejects. */
export type Ping = (
  signal: AbortSignal,
  told: { readonly isGood: boolean; readonly text: string },
) => Promise<PokeResult>;

export type PokeResult =
  | { readonly accepted: true }
  | {
      readonly accepted: false;
      readonly reason: 'timeout' | 'refused' | 'status' | 'aborted';
      readonly detail: string;
    };

/**
 * Asks another pair of eyes how targets are, by their ids. `timeoutMs` is real time until the whole answer must be there. It never rejects;
 * of an answer only what was asked for means anything.
 */
export type AskWitness = (
  targets: readonly { readonly site: string; readonly target: string }[],
  needs: { readonly signal: AbortSignal; readonly timeoutMs: number },
) => Promise<WitnessAnswer>;

export type WitnessAnswer =
  | ({ readonly answered: true } & Testimony)
  | {
      readonly answered: false;
      readonly reason: 'timeout' | 'refused' | 'status' | 'aborted' | 'malformed';
      readonly detail: string;
    };
