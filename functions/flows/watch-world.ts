// What `watch` is given, and what the parts of a tick hand to each other.
import type { BoundSource } from '../chains/chain.ts';
import type { AskWitness, Ping, Poke } from '../cloud/cloud.ts';
import type { InstanceMemory } from '../domain/direct.ts';
import type { SiteRules } from '../domain/policy.ts';
import type { Tick } from '../domain/tick.ts';
import type { Clock } from '../kit/clock.ts';
import type { BoundProbe } from '../probes/probe.ts';
import type { HandoverStore, KeysReader, WatchStore } from '../stores/store.ts';
import type { Poker } from './poker.ts';
import type { Round, RoundNeeds } from './probe-round.ts';

export type WatchedSite = {
  readonly rules: SiteRules;
  readonly probes: readonly BoundProbe[];
  /** What shows the chains of its signers; their targets are not among the probes. */
  readonly sources: readonly BoundSource[];
};

export type Witnesses = {
  readonly ask: readonly AskWitness[];
  /** Told of a witness that was asked and gave no evidence, in words without an address. */
  readonly onSilence: (site: string, why: string) => void;
};

export type WatchWorld = {
  readonly sites: readonly WatchedSite[];
  /** Hosts that show whether our own network works; probed once for all sites. */
  readonly references: readonly BoundProbe[];
  readonly store: WatchStore & HandoverStore;
  /** Who may sign: read, and never written. */
  readonly keys: KeysReader;
  readonly clock: Clock;
  /** Wakes `deliver`; null when nothing listens. */
  readonly pokeDeliver: Poke | null;
  /** Wakes `provision`; null when nothing listens. */
  readonly pokeProvision: Poke | null;
  /** Tells a service outside of each tick; null when none is configured. */
  readonly ping: Ping | null;
  /** By site, what this instance has told past the store: the one thing that is remembered anywhere else. */
  readonly instances: Map<string, InstanceMemory>;
  /** Other pairs of eyes; null without any. */
  readonly witness: Witnesses | null;
  /** How many probes may be under way at once. */
  readonly concurrency: number;
  /** The run ends its probes after this many real milliseconds; what is not answered then is unknown. */
  readonly deadlineMs: number;
};

/** One site in one tick, with what all sites of the tick share. */
export type SiteRun = {
  readonly site: WatchedSite;
  readonly world: WatchWorld;
  readonly needs: RoundNeeds;
  readonly references: () => Promise<Round>;
  /** Whether our own network works, as soon as the references show it; false when they show that it fails. */
  readonly hasNetwork: () => Promise<boolean>;
  readonly poker: Poker;
  readonly provisionPoker: Poker;
  readonly tick: Tick;
  readonly at: number;
};
