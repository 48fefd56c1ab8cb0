// A pretend CometBFT chain, or one of Berachain: its heights and votes as a function of time. No sockets and no clock.
import { createHash } from 'node:crypto';
import { createProposers } from './proposers.ts';
import { createSpells, type Spells } from './spells.ts';
import { spansWhere, type Span } from './spans.ts';

export type CometOptions = {
  readonly chainId: string;
  /** Epoch milliseconds of height 0. */
  readonly startedAt: number;
  readonly blockMs?: number;
  readonly validatorCount: number;
  /** Of each validator, as many as there are; without it all have the same. */
  readonly powers?: readonly number[];
  /** How its commits are written. */
  readonly dialect: 'cometbft' | 'berachain';
};

/** What somebody says of validators that is not so, by their place in the set. */
export type CometLies = { readonly alive: readonly number[]; readonly dead: readonly number[] };

export type CometValidator = {
  readonly address: string;
  readonly publicKey: Buffer;
  readonly power: number;
};

/** Who proposed a block, by place, and in which round: one for each before it in turn who did not. */
export type Proposal = { readonly place: number; readonly round: number };

export type CometChain = {
  readonly options: Required<CometOptions>;
  /** As a commit lists them: the most powerful first, and of the same power by address. */
  readonly validators: readonly CometValidator[];
  readonly height: (at: number) => number;
  /** Epoch milliseconds of the block of a height. */
  readonly timeOf: (height: number) => number;
  readonly votes: (height: number, lies: CometLies | null) => readonly boolean[];
  /** Whether these votes are more than two thirds of the power. */
  readonly isEnough: (votes: readonly boolean[]) => boolean;
  readonly proposal: (height: number, lies: CometLies | null) => Proposal;
  /** How long each has waited for its turn to propose, by place, when that of a height was drawn. */
  readonly priorities: (height: number) => readonly number[];
  readonly hash: (height: number, lies: CometLies | null) => string;
  /** With a third of the power or more stopped there are no blocks until enough are back. */
  readonly stop: (places: readonly number[], at: number) => void;
  readonly start: (places: readonly number[], at: number) => void;
  readonly stall: (at: number) => void;
  readonly resume: (at: number) => void;
};

const digest = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();

/** The address is the first 20 bytes of the hash of the public key. */
function validator(chainId: string, place: number, keyBytes: number): Omit<CometValidator, 'power'> {
  const seed = `${chainId} ${place}`;
  const key = Buffer.concat([digest(seed), digest(`${seed} y`), digest(`${seed} z`)]).subarray(0, keyBytes);
  // Of an uncompressed key the first three bits are clear.
  if (keyBytes === 96) key[0] = (key[0] ?? 0) & 0x0f;
  return { address: digest(key).subarray(0, 20).toString('hex').toUpperCase(), publicKey: key };
}

function validatorsOf({
  chainId,
  validatorCount,
  dialect,
  powers,
}: Required<CometOptions>): CometValidator[] {
  return Array.from({ length: validatorCount }, (_, place) => ({
    ...validator(chainId, place, dialect === 'berachain' ? 96 : 32),
    power: powers[place] ?? 0,
  })).toSorted((a, b) => b.power - a.power || (a.address < b.address ? -1 : 1));
}

type Moving = {
  readonly height: (at: number) => number;
  readonly timeOf: (height: number) => number;
};

/** Heights that go on by the clock, except in the times that `still` gives, in order. */
function createMoving({ startedAt, blockMs }: Required<CometOptions>, still: () => readonly Span[]): Moving {
  const stillUntil = (at: number): number =>
    still().reduce((sum, { from, until }) => sum + Math.max(0, Math.min(until, at) - from), 0);
  return {
    height: (at) => Math.max(0, Math.floor((at - startedAt - stillUntil(at)) / blockMs)),
    timeOf: (number) => {
      let at = startedAt + number * blockMs;
      for (const { from, until } of still()) {
        if (from < at && until !== Number.POSITIVE_INFINITY) at += until - from;
      }
      return at;
    },
  };
}

export function createCometChain(given: CometOptions): CometChain {
  const { validatorCount, chainId } = given;
  const powers = given.powers ?? Array.from({ length: validatorCount }, () => 10);
  const options = { blockMs: 2_000, ...given, powers };
  const validators = validatorsOf(options);
  const proposers = createProposers(
    validators.map(({ power }) => power),
    validators.map(({ address }) => address),
  );
  const total = validators.reduce((sum, { power }) => sum + power, 0);
  const isEnough = (votes: readonly boolean[]): boolean =>
    validators.reduce((sum, { power }, place) => sum + (votes[place] === true ? power : 0), 0) * 3 >
    total * 2;
  const stalls = createSpells();
  const stopped = Array.from({ length: validatorCount }, createSpells);
  const isStopped = (spells: Spells | undefined, at: number): boolean => spells?.covers(at) === true;
  const isStillAt = (at: number): boolean =>
    stalls.covers(at) || !isEnough(stopped.map((spells) => !isStopped(spells, at)));
  let still: readonly Span[] = [];
  const changed = (): void => {
    still = spansWhere(
      [stalls, ...stopped].flatMap((spells) => spells.all()),
      isStillAt,
    );
  };
  const { height, timeOf } = createMoving(options, () => still);
  const votes: CometChain['votes'] = (number, lies) => {
    // Who stops when a block is made has voted for it.
    const before = timeOf(number) - 1;
    return stopped.map((spells, place) => {
      if (lies?.alive.includes(place) === true) return true;
      return lies?.dead.includes(place) !== true && !isStopped(spells, before);
    });
  };
  return {
    options,
    validators,
    height,
    timeOf,
    votes,
    isEnough,
    proposal: (number, lies) => {
      const has = votes(number, lies);
      const turns = proposers.of(number);
      const first = turns.next().value;
      let proposal = { place: first, round: 0 };
      // With nobody there the first in turn is named.
      for (let round = 1; has[proposal.place] !== true; round += 1) {
        if (round > validatorCount * 2) return { place: first, round: 0 };
        proposal = { place: turns.next().value, round };
      }
      return proposal;
    },
    priorities: proposers.prioritiesAt,
    hash: (number, lies) =>
      digest(`${chainId} ${number} ${JSON.stringify(lies)}`)
        .toString('hex')
        .toUpperCase(),
    stop: (places, at) => {
      for (const place of places) stopped[place]?.begin(at);
      changed();
    },
    start: (places, at) => {
      for (const place of places) stopped[place]?.end(at);
      changed();
    },
    stall: (at) => {
      stalls.begin(at);
      changed();
    },
    resume: (at) => {
      stalls.end(at);
      changed();
    },
  };
}
