// What a source has shown of a signer since its handover began: epoch by epoch, or height by height, for every key.
import type { ChainName } from '../chain.ts';
import type { Head, Standing } from '../evidence.ts';

/** `unknown`: its place among the committees is not known, or its entry is none that the chain is known to write. Never good. */
export const keyWords = ['silent', 'alive', 'not-in-set', 'unknown'] as const;
export type KeyWord = (typeof keyWords)[number];

/**
 * One finished epoch as one beacon node showed it. Made only of all blocks from the beginning of the epoch to the end of the *next* one,
 * which is how long its attestations may be included. It does not age; until it is settled it is read again, for its blocks may yet be replaced.
 */
export type EpochRecord = {
  readonly epoch: number;
  /** When it was asked for, epoch ms. */
  readonly askedAt: number;
  /** Root of the newest block up to the end of the next epoch. All blocks that were read hang on it one by one. */
  readonly root: string;
  /** The epoch of the finalized checkpoint whose root was met in, or lies before, that chain of blocks. */
  readonly finalizedEpoch: number;
  /** The part of the epoch's committees that was included, 0 to 1, by heads; never more than there was. */
  readonly participation: number;
  /** One for each key, in order. A key is silent only when its place is known and no aggregate of any block has its bit. */
  readonly keys: readonly KeyWord[];
  /** What was asked and answered, at most `excerptChars`, for whoever looks at it afterwards. */
  readonly excerpt: string;
};

/** One canonical height as one node of CometBFT showed it; `keys` as in `EpochRecord`. */
export type HeightReading = {
  readonly height: number;
  /** Time of its block, epoch ms. */
  readonly at: number;
  /** Of its block, hex in lower case. */
  readonly hash: string;
  readonly keys: readonly KeyWord[];
};

export const excerptChars = 2_000;
/** How many epochs are kept: the first ones since `begin`, and the last ones. */
export const mostEpochs = 16;
export const firstEpochs = 4;
/** Heights that are a multiple of this are kept with their hashes, so that two sources can be held against each other. */
export const sampleEvery = 100;
export const mostSamples = 24;

/** What one look brought: only what is new since `before`. Epochs in order; heights in order and without a gap among them. */
export type RecordReading =
  | { readonly of: 'epochs'; readonly epochs: readonly EpochRecord[] }
  | { readonly of: 'heights'; readonly heights: readonly HeightReading[]; readonly excerpt: string };

/** Heights in a row, all of them read, in which every key was silent. */
export type SilentRun = {
  readonly from: number;
  readonly fromAt: number;
  readonly through: number;
  readonly throughAt: number;
};

/** The last height in which a key was anything but silent. */
export type RunBreak = {
  readonly height: number;
  readonly at: number;
  /** Position of the first such key. */
  readonly key: number;
  readonly word: KeyWord;
};

/** All blocks that a record rests on lie before one that the source calls finalized: none of them can be replaced any more. */
export const isSettled = ({ epoch, finalizedEpoch }: EpochRecord): boolean => finalizedEpoch >= epoch + 2;

/** What all looks brought. */
export type Shown =
  | { readonly of: 'epochs'; readonly epochs: readonly EpochRecord[] }
  | {
      readonly of: 'heights';
      /** The first height that has not been read; null before any was. */
      readonly next: number | null;
      readonly run: SilentRun | null;
      readonly lastBreak: RunBreak | null;
      readonly samples: readonly { readonly height: number; readonly hash: string }[];
      readonly askedAt: number;
      readonly excerpt: string;
    };

/** What one source has shown since `begin`, and why the last look brought nothing, when it did not. */
export type SourceRecord = {
  readonly source: string;
  readonly operator: string;
  readonly isOwn: boolean;
  readonly shown: Shown | null;
  readonly trouble: string | null;
};

/** `handovers/{signer}` of the default database: `watch` writes it while nobody holds the keys. A new `begin` makes it anew. */
export type HandoverRecord = {
  readonly signer: string;
  readonly chain: ChainName;
  readonly keys: readonly string[];
  /** Of the flag that nobody holds, and since when. */
  readonly generation: number;
  readonly begunAt: number;
  readonly sources: readonly SourceRecord[];
};

/** What a beacon node's own ears say of one finished epoch. */
export type Liveness = {
  readonly epoch: number;
  /** Positions of our keys that it heard. */
  readonly heard: readonly number[];
  /** Strangers that attested in that epoch by its own blocks, and how many of them it heard: a node that restarted hears nobody. */
  readonly strangers: number;
  readonly strangersHeard: number;
};

/** What a source shows at this moment. It ages: see `GuardPolicy.freshMs`. */
export type Standpoint = {
  readonly askedAt: number;
  readonly head: Head;
  /** It follows without having verified, has lost its execution client, or is catching up; null when none of it. */
  readonly behind: string | null;
  /** Tells chains apart: genesis validators root, or the id of the network. */
  readonly genesis: string;
  /** Ethereum: the forks that it knows of, as one text that is equal where they are; empty elsewhere. */
  readonly forks: string;
  readonly peers: number | null;
  /** Ethereum: the newest finalized checkpoint. */
  readonly finalized: { readonly epoch: number; readonly root: string } | null;
  /** One for each key. */
  readonly standings: readonly Standing[];
  /** Ethereum: of the last finished epoch; null where the source does not serve it. */
  readonly liveness: Liveness | null;
};
