// The pretend CometBFT and Berachain nodes: shapes as recorded of real ones, and behaviour as consensus has it.
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { ApiAnswer } from '../../../lab/chains/api.ts';
import { type CometChain, type CometOptions, createCometChain } from '../../../lab/chains/comet-chain.ts';
import { answerComet, type CometState } from '../../../lab/chains/comet-node.ts';
import { readRecording } from '../../support/recorded.ts';
import { recordedAnswers, shapeOf } from '../../support/shape.ts';

const startedAt = 1_700_000_000_000;
const blockMs = 2_000;
type Dialect = CometOptions['dialect'];

const chainOf = (given: Partial<CometOptions> = {}): CometChain =>
  createCometChain({
    chainId: 'pretend-1',
    startedAt,
    validatorCount: 4,
    dialect: 'berachain',
    blockMs,
    ...given,
  });
const get = (chain: CometChain, path: string, at: number, state: CometState = {}): ApiAnswer =>
  answerComet(chain, { method: 'GET', path, body: '' }, at, state);
const heights = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, each) => from + each);

const scenes = {
  cometbft: ['healthy', 'one-stopped', 'halted'].flatMap((scene) =>
    ['cometbft-0', 'cometbft-3'].map((node) => [`cometbft/${scene}`, node] as const),
  ),
  berachain: ['healthy', 'one-stopped', 'execution-killed'].flatMap((scene) =>
    ['beacond-0', 'beacond-2'].map((node) => [`berachain/${scene}`, node] as const),
  ),
};

const commitAnswer = z.object({
  result: z.object({
    signed_header: z.object({
      header: z.object({ proposer_address: z.string() }),
      commit: z.object({
        round: z.number(),
        signatures: z.array(z.object({ block_id_flag: z.number(), validator_address: z.string() })),
      }),
    }),
    canonical: z.boolean(),
  }),
});
type Read = {
  readonly flags: number[];
  readonly proposer: string;
  readonly round: number;
  readonly isCanonical: boolean;
};

function read(body: unknown): Read {
  const { signed_header: signed, canonical } = commitAnswer.parse(body).result;
  return {
    flags: signed.commit.signatures.map((each) => each.block_id_flag),
    proposer: signed.header.proposer_address,
    round: signed.commit.round,
    isCanonical: canonical,
  };
}

const commitOf = (chain: CometChain, height: number, at = Number.POSITIVE_INFINITY): Read =>
  read(get(chain, `/commit?height=${height}`, Math.min(at, chain.timeOf(height + 1))).body);

describe.each(['cometbft', 'berachain'] as const)(
  'a node of %s answers in the shape of a real one:',
  (dialect) => {
    const chain = chainOf({ dialect });
    const stoppedAt = startedAt + 100 * blockMs;
    chain.stop([2], stoppedAt);
    const at = startedAt + 200 * blockMs;

    test.each([
      ['/status', /^\/status$/],
      ['/health', /^\/health$/],
      ['/net_info', /^\/net_info$/],
      ['/validators', /^\/validators/],
      ['/commit', /^\/commit/],
      ['/block', /^\/block\?/],
    ] as const)('%s', (path, recorded) => {
      const real = recordedAnswers(scenes[dialect], (exchange) => recorded.test(exchange.path));
      expect(real).not.toEqual([]);
      const answers = [at, stoppedAt - blockMs].map((each) => get(chain, path, each, { ownPlace: 1 }));
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(shapeOf(answers.map(({ body }) => body))).toEqual(shapeOf(real));
    });

    test('/dump_consensus_state, for what there is between proposals', () => {
      const real = recordedAnswers(scenes[dialect], ({ path }) => path === '/dump_consensus_state');
      expect(real).not.toEqual([]);
      const shapes = new Set(shapeOf(real));
      const made = shapeOf(
        [at, stoppedAt - blockMs].map((each) => get(chain, '/dump_consensus_state', each).body),
      );
      expect(made.filter((path) => !shapes.has(path))).toEqual([]);
      // Parts of what it was asked to propose, and of what its peers are said to have, are nobody's concern here.
      const others = /^\.result\.(peers\[\]|round_state\.(proposal|locked|valid)_?)/;
      const missing = [...shapes].filter((path) => !others.test(path) && !made.includes(path));
      expect(missing).toEqual([]);
    });

    test('a height beyond the tip is an error, word for word', () => {
      const [scene, node] = scenes[dialect][0] ?? ['', ''];
      const recording = readRecording(scene, node);
      const real = recording.exchanges.find(({ path }) => path === '/commit?height=99999999');
      const { status, body } = get(chain, '/commit?height=99999999', at);
      expect(status).toBe(real?.status);
      const expected: unknown = JSON.parse(
        (real?.body ?? '').replace(/height \d+"/, `height ${chain.height(at)}"`),
      );
      expect(body).toEqual(expected);
    });
  },
);

describe('a set of validators', () => {
  test('is in the order of power, and then of addresses, on every page', () => {
    const powers = heights(0, 40).map((each) => 10 + (each % 3));
    const chain = chainOf({ validatorCount: 40, powers });
    const page = z.object({
      result: z.object({
        validators: z.array(z.object({ address: z.string(), voting_power: z.coerce.number() })),
      }),
    });
    const at = startedAt + 100 * blockMs;
    const listed = [1, 2].flatMap(
      (number) => page.parse(get(chain, `/validators?page=${number}&per_page=25`, at).body).result.validators,
    );
    expect(listed.map((each) => each.voting_power)).toEqual(powers.toSorted((a, b) => b - a));
    for (const power of [10, 11, 12]) {
      const same = listed.filter((each) => each.voting_power === power).map((each) => each.address);
      expect(same).toEqual(same.toSorted());
    }
    expect(new Set(listed.map((each) => each.address)).size).toBe(40);
    expect(listed.map((each) => each.address)).toEqual(chain.validators.map((each) => each.address));
  });

  test('shows whose turn it is as a real node does: as many heights after the beginning, the same priorities', () => {
    const turns = z.object({
      result: z.object({
        block_height: z.coerce.number(),
        validators: z.array(z.object({ proposer_priority: z.coerce.number() })),
      }),
    });
    const read = (body: unknown): { height: number; priorities: number[] } => {
      const { block_height: height, validators: set } = turns.parse(body).result;
      return { height, priorities: set.map((each) => each.proposer_priority) };
    };
    const { exchanges } = readRecording('cometbft/healthy', 'cometbft-0');
    const text = exchanges.find(({ path }) => path.startsWith('/validators?'))?.body ?? '';
    const content: unknown = JSON.parse(text);
    const real = read(content);
    const chain = chainOf({ dialect: 'cometbft', powers: [1, 1, 1, 1] });
    const at = startedAt + 20 * blockMs;
    expect(read(get(chain, `/validators?height=${real.height}`, at).body)).toEqual(real);
  });

  test('is known for the height that is being made, and for none behind it', () => {
    const chain = chainOf();
    const at = startedAt + 10 * blockMs;
    expect(get(chain, '/validators', at).body).toMatchObject({ result: { block_height: '11' } });
    expect(get(chain, '/validators?height=12', at)).toMatchObject({
      status: 500,
      body: { error: { data: 'height 12 must be less than or equal to the current blockchain height 11' } },
    });
  });
});

describe('a node refuses', () => {
  const chain = chainOf({ validatorCount: 7 });
  const at = startedAt + 10 * blockMs;

  test.each([
    ['/commit?height=0', -32603, 'height must be greater than 0, but got 0'],
    ['/block?height=-3', -32603, 'height must be greater than 0, but got -3'],
    ['/block?height=11', -32603, 'height 11 must be less than or equal to the current blockchain height 10'],
    ['/validators?page=2', -32603, 'page should be within [1, 1] range, given 2'],
    ['/validators?page=0&per_page=3', -32603, 'page should be within [1, 3] range, given 0'],
    ['/validators?page=4&per_page=3', -32603, 'page should be within [1, 3] range, given 4'],
    ['/commit?height=many', -32602, 'error converting http params'],
    ['/validators?page=1.5', -32602, 'error converting http params'],
  ])('%s', (path, code, data) => {
    expect(get(chain, path, at)).toMatchObject({
      status: 500,
      body: { jsonrpc: '2.0', id: -1, error: { code, data: expect.stringContaining(data) } },
    });
  });

  test.each(['/nothing', '//', '*', '/commit/1'])('%s, which it does not serve', (path) => {
    expect(get(chain, path, at).status).toBe(404);
  });
});

describe('a validator that is stopped', () => {
  const since = startedAt + 9 * blockMs;

  test('never proposes: the next in turn does, a round later, as in what was recorded', () => {
    const { exchanges } = readRecording('cometbft/one-stopped', 'cometbft-0');
    const real = heights(13, 5).map((height) => {
      const body: unknown = JSON.parse(
        exchanges.find(({ path }) => path === `/commit?height=${height}`)?.body ?? '',
      );
      return { round: read(body).round, flags: read(body).flags };
    });
    const chain = chainOf({ dialect: 'cometbft' });
    chain.stop([3], since);
    const own = heights(13, 5).map((height) => commitOf(chain, height));
    expect(own.map(({ round, flags }) => ({ round, flags }))).toEqual(real);
    const places = own.map(({ proposer }) =>
      chain.validators.findIndex(({ address }) => address === proposer),
    );
    expect(places).toEqual([0, 1, 2, 0, 0]);
  });

  test.each([
    [0, [1, 4, 5, 5]],
    [1, [4, 1, 5, 5]],
    [3, [4, 5, 5, 1]],
  ])(
    'with place %i leaves the flags %j: the first who signed carries the signature of all',
    (place, flags) => {
      const chain = chainOf();
      chain.stop([place], since);
      for (const height of heights(10, 8)) expect(commitOf(chain, height).flags).toEqual(flags);
      expect(commitOf(chain, 8).flags).toEqual([4, 5, 5, 5]);
    },
  );

  test('is not the proposer of what a liar shows who calls it dead', () => {
    const chain = chainOf({ validatorCount: 7 });
    const state = { lies: { alive: [], dead: [2] } };
    const shown = heights(10, 14).map((height) =>
      read(get(chain, `/commit?height=${height}`, chain.timeOf(height + 1), state).body),
    );
    expect(shown.filter(({ proposer }) => proposer === chain.validators[2]?.address)).toEqual([]);
    expect(shown.every(({ flags }) => flags[2] === 1)).toBe(true);
  });
});

describe('the commit at the tip', () => {
  test('is not canonical and may miss one who lives, who is then not the one with flag 4', () => {
    const chain = chainOf();
    const seen = heights(8, 4).map((height) => commitOf(chain, height, chain.timeOf(height)));
    expect(seen.map(({ isCanonical }) => isCanonical)).toEqual([false, false, false, false]);
    expect(seen.map(({ flags }) => flags)).toEqual([
      [1, 4, 5, 5],
      [4, 1, 5, 5],
      [4, 5, 1, 5],
      [4, 5, 5, 1],
    ]);
  });

  test('holds more than two thirds whatever it misses', () => {
    const chain = chainOf();
    chain.stop([3], startedAt + 9 * blockMs);
    for (const height of heights(12, 4)) {
      expect(commitOf(chain, height, chain.timeOf(height)).flags).toEqual([4, 5, 5, 1]);
    }
  });

  test('of a node that validates has its own vote', () => {
    const chain = chainOf();
    const tip = get(chain, '/commit', startedAt + 9 * blockMs, { ownPlace: 1 });
    expect(read(tip.body).flags).toEqual([4, 5, 5, 5]);
  });
});

describe('a chain', () => {
  const stopAt = startedAt + 100 * blockMs;

  test.each([
    ['a third of its validators halts', { validatorCount: 6 }, [0, 1], true],
    ['fewer of its validators goes on', { validatorCount: 7 }, [0, 1], false],
    ['a third of its power halts', { powers: [2, 1, 1, 1] }, [0], true],
    ['less of its power goes on', { powers: [2, 2, 2, 1] }, [1], false],
  ] as const)('without %s', (_, given, places, halts) => {
    const chain = chainOf(given);
    chain.stop(places, stopAt);
    const at = stopAt + 50 * blockMs;
    expect(chain.height(at)).toBe(halts ? 100 : 150);
    chain.start(places.slice(0, 1), at);
    expect(chain.height(at + 10 * blockMs)).toBe(halts ? 110 : 160);
  });

  test('halts as long as too many are off, however their times overlap', () => {
    const chain = chainOf();
    chain.stop([0], stopAt);
    chain.stop([1], stopAt + 10 * blockMs);
    chain.stall(stopAt + 15 * blockMs);
    chain.start([0], stopAt + 20 * blockMs);
    chain.resume(stopAt + 25 * blockMs);
    chain.stop([2], stopAt + 30 * blockMs);
    chain.start([1, 2], stopAt + 31 * blockMs);
    const at = [9, 10, 19, 24, 26, 30, 31, 40].map((blocks) => chain.height(stopAt + blocks * blockMs));
    expect(at).toEqual([109, 110, 110, 110, 111, 115, 115, 124]);
  });

  test.each<Dialect>(['cometbft', 'berachain'])(
    'of %s has no commit without two thirds, and no height twice',
    (dialect) => {
      const chain = chainOf({ dialect });
      chain.stop([0], stopAt);
      chain.stop([1], stopAt + 10 * blockMs);
      chain.start([1], stopAt + 20 * blockMs);
      let before = 0;
      for (const height of heights(95, 40)) {
        expect(chain.height(chain.timeOf(height))).toBe(height);
        expect(chain.timeOf(height)).toBeGreaterThan(before);
        before = chain.timeOf(height);
        expect(commitOf(chain, height).flags.filter((flag) => flag !== 1).length).toBeGreaterThanOrEqual(3);
      }
    },
  );

  test('that halts says so by the time of its block alone', () => {
    const chain = chainOf();
    chain.stop([0, 1], stopAt);
    const [now, later] = [1, 500].map((blocks) => get(chain, '/status', stopAt + blocks * blockMs).body);
    expect(later).toEqual(now);
    expect(now).toMatchObject({ result: { sync_info: { latest_block_height: '100', catching_up: false } } });
  });
});
