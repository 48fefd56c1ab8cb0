// What a signer of CometBFT or Berachain has ahead: its next turns, whether the chain could go on without it; and all that a node can say wrong.
import { describe, expect, test } from 'vitest';
import type { Duty, Lookahead, QuietReading } from '../../functions/domain/lookahead.ts';
import type { ApiAnswer, ApiRequest } from '../../lab/chains/api.ts';
import { type CometChain, createCometChain } from '../../lab/chains/comet-chain.ts';
import { answerComet, type CometState } from '../../lab/chains/comet-node.ts';
import { second, start } from '../support/site.ts';
import { lookAheadAt, startNode } from './world.ts';

type Given = {
  readonly dialect?: 'cometbft' | 'berachain';
  readonly validatorCount?: number;
  readonly powers?: readonly number[];
  /** Places of our keys. */
  readonly places?: readonly number[];
  readonly node?: CometState;
  readonly spoil?: (request: ApiRequest, answer: ApiAnswer) => ApiAnswer;
  readonly before?: (chain: CometChain) => void;
  readonly at?: number;
};
type Seen = { readonly chain: CometChain; readonly reading: QuietReading; readonly tip: number };

const network = 'pretend-1';

async function look(given: Given = {}): Promise<Seen> {
  const { dialect = 'berachain', places = [4], node = {}, spoil, at = start + second } = given;
  const { powers, validatorCount = powers?.length ?? 7 } = given;
  const chain = createCometChain({
    chainId: network,
    startedAt: start - 3_600_000,
    validatorCount,
    dialect,
    ...(powers === undefined ? {} : { powers }),
  });
  given.before?.(chain);
  const served = await startNode((request) => {
    const answer = answerComet(chain, request, at, node);
    return spoil === undefined ? answer : spoil(request, answer);
  });
  const keys = places.map((place) => chain.validators[place]?.address.toLowerCase() ?? 'ff'.repeat(20));
  const source = { url: served.url, network };
  const reading = await lookAheadAt(
    { id: 'rpc', operator: 'one', isOwn: false, chain: dialect, source },
    keys,
    at,
  );
  return { chain, reading, tip: chain.height(at) };
}

const aheadOf = ({ reading }: Seen): Lookahead => {
  if (reading.ahead === null) throw new Error(`no lookahead: ${reading.trouble.detail}`);
  return reading.ahead;
};

/** Who really proposes the next eight heights, when nobody is off. */
const realDuties = ({ chain, tip }: Seen, places: readonly number[]): Duty[] =>
  [1, 2, 3, 4, 5, 6, 7, 8].flatMap((ahead) => {
    const key = places.indexOf(chain.proposal(tip + ahead, null).place);
    const from = tip + ahead;
    return key === -1 ? [] : [{ kind: 'proposal', key, from, until: from + 1 }];
  });

describe.each(['cometbft', 'berachain'] as const)('a signer of %s', (dialect) => {
  test('has its turns of the next eight heights', async () => {
    const seen = await look({ dialect });
    expect(aheadOf(seen)).toEqual({
      standings: ['active'],
      stakes: [1 / 7],
      duties: realDuties(seen, [4]),
      known: { from: seen.tip + 1, until: seen.tip + 9 },
      condition: 'well',
      pace: { unit: seen.tip + 1, at: start + 2 * second, unitMs: 2 * second },
    });
  });

  test('has them whatever the powers are, and at every height', async () => {
    const powers = [1, 30, 7, 12, 90, 25, 3, 55];
    for (let height = 0; height < 6; height += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one height after another
      const seen = await look({ dialect, powers, places: [0, 2], at: start + second + height * 2 * second });
      expect(aheadOf(seen).duties).toEqual(realDuties(seen, [0, 2]));
    }
  });

  test('has them while another one misses its turns, in whichever round a block is made', async () => {
    const rounds = new Set<number>();
    for (let height = 0; height < 7; height += 1) {
      const at = start + second + height * 2 * second;
      // oxlint-disable-next-line no-await-in-loop -- one height after another
      const seen = await look({ dialect, at, before: (chain) => chain.stop([2], start - 60 * second) });
      rounds.add(seen.chain.proposal(seen.tip, null).round);
      expect(aheadOf(seen).known.until).toBe(seen.tip + 9);
    }
    expect(rounds).toEqual(new Set([0, 1]));
  });
});

test('all pages of a large set are read', async () => {
  const powers = Array.from({ length: 120 }, (_, place) => 1_000 - place);
  const seen = await look({ powers, places: [110] });
  expect(aheadOf(seen).known.until).toBe(seen.tip + 9);
});

describe('the chain without the signer', () => {
  test('stops when the others have no more than two thirds', async () => {
    expect(aheadOf(await look({ powers: [10, 10, 10], places: [1] })).condition).toBe('halts-without-us');
    expect(aheadOf(await look({ powers: [10, 10, 10, 10], places: [1] })).condition).toBe('well');
    const thin = await look({
      powers: [10, 10, 10, 10, 10],
      places: [1],
      before: (chain) => chain.stop([3], start - 60 * second),
    });
    expect(aheadOf(thin).condition).toBe('halts-without-us');
  });

  test('goes on as it does where the signer is off already', async () => {
    const seen = await look({
      powers: [10, 10, 10, 10],
      places: [1],
      before: (chain) => chain.stop([1], start - 60 * second),
    });
    expect(aheadOf(seen).condition).toBe('well');
  });

  test('does not care for a key that is not in the set', async () => {
    const seen = await look({ places: [99] });
    expect(aheadOf(seen)).toMatchObject({
      standings: ['not-in-set'],
      duties: [],
      condition: 'well',
      stakes: [0],
    });
  });
});

describe('who proposes is not known', () => {
  const edit =
    (path: RegExp, from: RegExp, to: string): NonNullable<Given['spoil']> =>
    (request, real) =>
      path.test(request.path)
        ? { ...real, body: JSON.parse(JSON.stringify(real.body).replaceAll(from, to)) }
        : real;
  test.each([
    ['where nodes do not show the turns', edit(/^\/validators/, /,"proposer_priority":"-?\d+"/g, '')],
    [
      'where the turns are not those of the rule',
      edit(/^\/validators/, /"proposer_priority":"-?\d+"/g, '"proposer_priority":"7"'),
    ],
    [
      'where a block was made by another one',
      edit(/^\/commit/, /"proposer_address":"[0-9A-F]+"/g, `"proposer_address":"${'AB'.repeat(20)}"`),
    ],
    [
      'where a block took more rounds than there are validators',
      edit(/^\/commit/, /"round":0/g, '"round":2000000'),
    ],
  ])('%s', async (_what, spoil) => {
    const seen = await look({ spoil });
    expect(aheadOf(seen)).toMatchObject({
      known: { from: seen.tip + 1, until: seen.tip + 1 },
      duties: [],
      stakes: [1 / 7],
    });
  });
});

describe('a node that is not to be believed', () => {
  const body =
    (value: unknown, status = 200) =>
    (): ApiAnswer => ({ status, body: value });
  const at =
    (path: RegExp, answer: () => ApiAnswer): NonNullable<Given['spoil']> =>
    (request, real) =>
      path.test(request.path) ? answer() : real;
  const wrong: readonly (readonly [string, Given, string])[] = [
    ['stands still', { node: { frozenAt: start - 60 * second } }, 'its newest block is 61 s old'],
    ['catches up', { node: { isSyncing: true } }, 'is catching up'],
    ['has no commits', { node: { lacks: ['/commit'] } }, 'a block: answered 404'],
    ['has no validators', { node: { lacks: ['/validators'] } }, 'its validators: answered 404'],
    ['has an empty commit', { spoil: at(/^\/commit/, body('')) }, 'a block: the answer is empty'],
    [
      'has a set of nobody',
      {
        spoil: at(
          /^\/validators/,
          body({ result: { block_height: '1', validators: [], count: '0', total: '0' } }),
        ),
      },
      'its validators: they are of another height',
    ],
    ['has only just begun', { at: start - 3_600_000 + 5 * second }, 'the chain has only just begun'],
  ];
  test.each(wrong)('%s', async (_what, given, detail) => {
    const { reading } = await look(given);
    expect(reading.ahead).toBeNull();
    expect(reading.trouble?.detail).toContain(detail);
  });

  test('gives one block for every height', async () => {
    let first: ApiAnswer | null = null;
    const { reading } = await look({
      spoil: (request, real) => (request.path.startsWith('/commit') ? (first ??= real) : real),
    });
    expect(reading.trouble?.detail).toContain('it is not the one that was asked for');
  });
});
