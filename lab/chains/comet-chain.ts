// A pretend CometBFT chain, or one of Berachain: its heights and votes as a function of time. No sockets and no clock.
import { createHash } from 'node:crypto';
import { createSpells, type Spells } from './spells.ts';

export type CometOptions = {
  readonly chainId: string;
  /** Epoch milliseconds of height 0. */
  readonly startedAt: number;
  readonly blockMs?: number;
  readonly validatorCount: number;
  /** How its commits are written. */
  readonly dialect: 'cometbft' | 'berachain';
};

/** What somebody says of validators that is not so, by their place in the set. */
export type CometLies = { readonly alive: readonly number[]; readonly dead: readonly number[] };

export type CometValidator = { readonly address: string; readonly publicKey: Buffer };

export type CometChain = {
  readonly options: Required<CometOptions>;
  readonly validators: readonly CometValidator[];
  readonly height: (at: number) => number;
  /** Epoch milliseconds of the block of a height. */
  readonly timeOf: (height: number) => number;
  readonly votes: (height: number, lies: CometLies | null) => readonly boolean[];
  readonly hash: (height: number, lies: CometLies | null) => string;
  readonly stop: (places: readonly number[], at: number) => void;
  readonly start: (places: readonly number[], at: number) => void;
  readonly stall: (at: number) => void;
  readonly resume: (at: number) => void;
};

const digest = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();

/** The address is the first 20 bytes of the hash of the public key. */
function validator(chainId: string, place: number, keyBytes: number): CometValidator {
  const seed = `${chainId} ${place}`;
  const key = Buffer.concat([digest(seed), digest(`${seed} y`), digest(`${seed} z`)]).subarray(0, keyBytes);
  // Of an uncompressed key the first three bits are clear.
  if (keyBytes === 96) key[0] = (key[0] ?? 0) & 0x0f;
  return { address: digest(key).subarray(0, 20).toString('hex').toUpperCase(), publicKey: key };
}

export function createCometChain(given: CometOptions): CometChain {
  const options = { blockMs: 2_000, ...given };
  const { startedAt, blockMs, chainId, dialect, validatorCount } = options;
  const stalls = createSpells();
  const stopped = new Map<number, Spells>();
  const spellsOf = (place: number): Spells => {
    const spells = stopped.get(place) ?? createSpells();
    stopped.set(place, spells);
    return spells;
  };
  const height = (at: number): number =>
    Math.max(0, Math.floor((at - startedAt - stalls.lengthUntil(at)) / blockMs));
  const timeOf = (number: number): number => {
    let at = startedAt + number * blockMs;
    for (const { from, until } of stalls.all()) {
      if (from < at && until !== Number.POSITIVE_INFINITY) at += until - from;
    }
    return at;
  };
  return {
    options,
    validators: Array.from({ length: validatorCount }, (_, place) =>
      validator(chainId, place, dialect === 'berachain' ? 96 : 32),
    ),
    height,
    timeOf,
    votes: (number, lies) =>
      Array.from({ length: validatorCount }, (_, place) => {
        if (lies?.alive.includes(place) === true) return true;
        if (lies?.dead.includes(place) === true) return false;
        return stopped.get(place)?.covers(timeOf(number)) !== true;
      }),
    hash: (number, lies) =>
      digest(`${chainId} ${number} ${JSON.stringify(lies)}`)
        .toString('hex')
        .toUpperCase(),
    stop: (places, at) => {
      for (const place of places) spellsOf(place).begin(at);
    },
    start: (places, at) => {
      for (const place of places) spellsOf(place).end(at);
    },
    stall: stalls.begin,
    resume: stalls.end,
  };
}
