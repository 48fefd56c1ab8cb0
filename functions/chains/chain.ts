// The door of the chains: what each of them is asked, and what it answers whatever its sources do.
import type { Head, OwnKey, SignerReading, SourceReading } from '../domain/evidence.ts';
import type { ChainName } from '../domain/chain.ts';
import type { RecordReading, Shown, Standpoint } from '../domain/handover/record.ts';
import type { VoteWord } from '../domain/handover/votes.ts';
import type { Lookahead, QuietReading } from '../domain/lookahead.ts';
import type { Reason, Sample } from '../domain/sample.ts';
import type { Trace } from '../domain/trace.ts';
import type { Failure } from '../kit/net/failure.ts';
import type { Session } from '../kit/net/session.ts';

/** What is wanted of one signer: its public keys in their canonical spelling, and what the source has shown of it before. */
export type SignerQuery = {
  readonly signer: string;
  readonly keys: readonly string[];
  readonly trace: Trace | null;
};

export type Query<Source> = {
  readonly source: Source;
  readonly signers: readonly SignerQuery[];
  readonly session: Session;
  /** Tells sources apart in what a chain keeps; holds no secret. */
  readonly sourceKey: string;
  /** The time now, epoch ms. */
  readonly now: () => number;
  /** Reads back far enough to see silence at once, which takes many requests; otherwise only what is new. */
  readonly isDeep: boolean;
  /** False when it is time to come to an end with what there is. */
  readonly hasTime: () => boolean;
};

/** `trouble` says why the source does not count in this tick, although it answered. */
export type Collected =
  | {
      readonly ok: true;
      readonly head: Head;
      readonly trouble: Failure<Reason> | null;
      /** See `SourceReading`. */
      readonly votesWith: readonly OwnKey[];
      readonly signers: readonly SignerReading[];
    }
  | Failure<Reason>;

export type LookaheadQuery<Source> = Pick<Query<Source>, 'source' | 'session' | 'now'> & {
  readonly keys: readonly string[];
};

/** A failure says why the source does not count, although it may have answered. */
export type LookedAhead = { readonly ok: true; readonly value: Lookahead } | Failure<Reason>;

export type RecordQuery<Source> = Pick<
  Query<Source>,
  'source' | 'session' | 'sourceKey' | 'now' | 'hasTime'
> & {
  readonly keys: readonly string[];
  /** Only epochs and heights that began later count, epoch ms. */
  readonly begunAt: number;
  /** What is recorded of this source; null at first. */
  readonly before: Shown | null;
};

/** `trouble` says why there is less than there could be; null when all is there. */
export type Recorded =
  | { readonly ok: true; readonly reading: RecordReading; readonly trouble: string | null }
  | Failure<Reason>;

export type StandQuery<Source> = Pick<Query<Source>, 'source' | 'session' | 'sourceKey' | 'now'> & {
  readonly keys: readonly string[];
  /** Asks what it hears of the network as well, which takes many requests: of the node that is to sign. */
  readonly withEars: boolean;
};

export type KeysQuery = Pick<Query<unknown>, 'session'> & { readonly keys: readonly string[] };
export type VotesQuery<Source> = Pick<Query<Source>, 'source' | 'session' | 'now'> & {
  readonly keys: readonly string[];
};
export type PublicKeysRead = { readonly ok: true; readonly value: readonly string[] } | Failure<Reason>;
export type VotesRead = { readonly ok: true; readonly value: VoteWord } | Failure<Reason>;

export type Stood = { readonly ok: true; readonly value: Standpoint } | Failure<Reason>;

/**
 * One chain. `collect` resolves for everything that a source can do and never says more than the source has shown: what could not be read
 * is unknown. It reads on from the traces, and at most so much that a tick stays cheap. `lookAhead` likewise
 * resolves for everything; it is asked by people, and keeps nothing.
 * `record` reads whole epochs or heights since a handover began, for its guard: only what is finished, only of a node that is at the head of the
 * right chain, and nothing that it did not read whole. `stand` reads what the guard must know of this moment. Both resolve for everything, and
 * are made so that what they do not say can only make a guard refuse.
 */
export type Chain<Source> = {
  readonly collect: (query: Query<Source>) => Promise<Collected>;
  readonly lookAhead: (query: LookaheadQuery<Source>) => Promise<LookedAhead>;
  readonly record: (query: RecordQuery<Source>) => Promise<Recorded>;
  readonly stand: (query: StandQuery<Source>) => Promise<Stood>;
  /** The public keys of these keys, in their order, in lower case; null where a key is all that there is. */
  readonly publicKeys: ((query: KeysQuery) => Promise<PublicKeysRead>) | null;
  /** Whether a vote of these keys is in the making now, by a node at the head of the right chain; null where nodes do not show that. */
  readonly votes: ((query: VotesQuery<Source>) => Promise<VotesRead>) | null;
};

/** What differs from tick to tick. `timeoutMs` are real milliseconds for the whole of one source. */
export type CollectRun = {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly now: () => number;
  /** See `Query`; false by default. */
  readonly isDeep?: boolean;
};

export type SourceAnswer = {
  readonly reading: SourceReading;
  /** What the source's target is said to have answered. */
  readonly sample: Sample;
  /** How many requests it took. */
  readonly requests: number;
};

/** A source that is ready to be asked: its address, network and secrets are bound. Throws only for bugs and for secrets that cannot be used. */
export type BoundSource = {
  readonly id: string;
  readonly chain: ChainName;
  readonly operator: string;
  readonly isOwn: boolean;
  readonly collect: (signers: readonly SignerQuery[], run: CollectRun) => Promise<SourceAnswer>;
  /** What one signer with these keys has ahead. */
  readonly lookAhead: (keys: readonly string[], run: CollectRun) => Promise<QuietReading>;
  readonly record: (
    given: Pick<RecordQuery<unknown>, 'keys' | 'begunAt' | 'before'>,
    run: CollectRun,
  ) => Promise<Recorded>;
  readonly stand: (given: Pick<StandQuery<unknown>, 'keys' | 'withEars'>, run: CollectRun) => Promise<Stood>;
  readonly publicKeys: ((keys: readonly string[], run: CollectRun) => Promise<PublicKeysRead>) | null;
  readonly votes: ((keys: readonly string[], run: CollectRun) => Promise<VotesRead>) | null;
};
