// Heights for the guard of a handover, read from pretend nodes of CometBFT over real sockets: without a gap, and never silent where somebody voted.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KeyWord, Shown } from '../../functions/domain/handover/record.ts';
import { minute, second } from '../support/site.ts';
import {
  begun,
  chainId,
  chainOf,
  dialects,
  extended,
  heightsOf,
  keyAt,
  nodeOf,
  ours,
  rewrite,
  type Spoil,
} from './comet-source.ts';

const wordsOf = (recorded: Parameters<typeof heightsOf>[0]): readonly (KeyWord | undefined)[] =>
  heightsOf(recorded).map(({ keys: [word] }) => word);
const numbers = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => from + index);

describe.each(dialects)('heights of %s', (dialect) => {
  test('are those after begin, up to the one before the tip, each silent while nobody votes', async () => {
    const chain = chainOf(dialect);
    chain.stop([ours], begun - 5 * second);
    const at = begun + 10 * minute;
    const recorded = await (await nodeOf(chain)).record(at, begun);
    const heights = heightsOf(recorded);
    const first = chain.height(begun) + 1;
    expect(recorded).toMatchObject({ trouble: null });
    expect(heights[0]?.at).toBeGreaterThan(begun);
    expect(chain.timeOf(first - 1)).toBeLessThanOrEqual(begun);
    expect(heights.map(({ height }) => height)).toEqual(numbers(first, chain.height(at) - first));
    expect(new Set(wordsOf(recorded))).toEqual(new Set(['silent']));
    expect(heights.at(-1)).toMatchObject({
      at: chain.timeOf(chain.height(at) - 1) + 0,
      hash: chain.hash(chain.height(at) - 1, null).toLowerCase(),
    });
  });

  test('are alive where it voted, and are read on from where the last look ended', async () => {
    const chain = chainOf(dialect);
    chain.stop([ours], begun + minute);
    const node = await nodeOf(chain);
    const one = await node.record(begun + 30 * second, begun);
    expect(new Set(wordsOf(one))).toEqual(new Set(['alive']));
    const shown = extended(null, one, begun + 30 * second);
    const asked = node.requests().length;
    const two = await node.record(begun + 90 * second, begun, shown);
    expect(heightsOf(two)[0]?.height).toBe((heightsOf(one).at(-1)?.height ?? 0) + 1);
    // Nothing is read twice, and nothing is looked for.
    expect(node.requests().length - asked).toBe(heightsOf(two).length + 1);
    const words = wordsOf(two);
    const lived = words.lastIndexOf('alive');
    expect(words).toEqual(words.map((_, index) => (index <= lived ? 'alive' : 'silent')));
    expect(heightsOf(two)[lived + 1]?.at).toBeGreaterThan(begun + minute);
    expect(extended(shown, two, begun + 90 * second)).toMatchObject({
      run: { from: heightsOf(two)[lived + 1]?.height, through: heightsOf(two).at(-1)?.height },
      lastBreak: { word: 'alive', key: 0, height: heightsOf(two)[lived]?.height },
      next: (heightsOf(two).at(-1)?.height ?? 0) + 1,
    });
    expect(heightsOf(await node.record(begun + 90 * second, begun, extended(shown, two, 0)))).toEqual([]);
  });

  test('have a word for each key, in their order', async () => {
    const chain = chainOf(dialect);
    chain.stop([5], begun - minute);
    const keys = [keyAt(chain, 1), keyAt(chain, 5), '00'.repeat(20), keyAt(chain, 0)];
    const recorded = await (await nodeOf(chain, { keys })).record(begun + minute, begun);
    expect(new Set(heightsOf(recorded).map((each) => each.keys.join(' ')))).toEqual(
      new Set(['alive silent not-in-set alive']),
    );
  });

  const flags: readonly (readonly [number, KeyWord])[] =
    dialect === 'berachain'
      ? [
          [0, 'unknown'],
          [1, 'unknown'],
          [2, 'alive'],
          [3, 'alive'],
          [4, 'alive'],
          [5, 'alive'],
          [6, 'alive'],
          [7, 'alive'],
          [8, 'unknown'],
          [255, 'unknown'],
        ]
      : [
          [0, 'unknown'],
          [1, 'unknown'],
          [2, 'alive'],
          [3, 'alive'],
          [4, 'unknown'],
          [5, 'unknown'],
          [6, 'unknown'],
          [7, 'unknown'],
          [255, 'unknown'],
        ];
  test.each(flags)('with flag %d and our address are %s', async (flag, word) => {
    const chain = chainOf(dialect);
    const address = chain.validators[ours]?.address ?? '';
    const spoil = rewrite('/commit', (text) =>
      text.replace(
        new RegExp(`"block_id_flag":\\d+,"validator_address":"${address}"`),
        `"block_id_flag":${flag},"validator_address":"${address}"`,
      ),
    );
    const words = new Set(wordsOf(await (await nodeOf(chain, { spoil })).record(begun + minute, begun)));
    expect(words).toEqual(new Set([word]));
  });

  test.each(numbers(0, 9))(
    'with flag %d and no address are silent only when that says absent',
    async (flag) => {
      const chain = chainOf(dialect);
      chain.stop([ours], begun - minute);
      const spoil = rewrite('/commit', (text) =>
        text.replace(
          '"block_id_flag":1,"validator_address":""',
          `"block_id_flag":${flag},"validator_address":""`,
        ),
      );
      const words = new Set(wordsOf(await (await nodeOf(chain, { spoil })).record(begun + minute, begun)));
      expect(words).toEqual(new Set([flag === 1 ? 'silent' : 'unknown']));
    },
  );

  test('are never read of the tip, whose commit misses a validator that lives', async () => {
    const chain = chainOf(dialect);
    const node = await nodeOf(chain);
    let shown: Shown | null = null;
    for (const step of numbers(1, 15)) {
      const at = begun + step * 2 * second;
      // oxlint-disable-next-line no-await-in-loop -- one look after another
      const recorded = await node.record(at, begun, shown);
      expect(new Set(wordsOf(recorded)).has('silent')).toBe(false);
      shown = extended(shown, recorded, at);
    }
    expect(shown).toMatchObject({ run: null, next: chain.height(begun + 30 * second) });
  });

  test.each<[string, (height: number) => Spoil, RegExp]>([
    [
      'cannot be read',
      (bad) =>
        ({ path }, answer) =>
          path.startsWith(`/commit?height=${bad}`) ? { status: 500, body: 'no' } : answer,
      /500/,
    ],
    [
      'is not canonical',
      (bad) =>
        rewrite(`/commit?height=${bad}`, (text) => text.replace('"canonical":true', '"canonical":false')),
      /not canonical/,
    ],
    [
      'is of another height',
      (bad) =>
        rewrite(`/commit?height=${bad}`, (text) =>
          text.replaceAll(`"height":"${bad}"`, `"height":"${bad - 1}"`),
        ),
      /another height/,
    ],
    [
      'is of another chain',
      (bad) => rewrite(`/commit?height=${bad}`, (text) => text.replace(chainId, 'other-1')),
      /another chain/,
    ],
    [
      'names a validator that stands elsewhere',
      (bad) =>
        rewrite(`/commit?height=${bad}`, (text) =>
          text.replace(/"validator_address":"[0-9A-F]{40}"/, `"validator_address":"${'AB'.repeat(20)}"`),
        ),
      /does not belong/,
    ],
    [
      'has an entry too few',
      (bad) => rewrite(`/commit?height=${bad}`, (text) => text.replace(/\{"block_id_flag"[^}]*\},/, '')),
      /does not belong/,
    ],
    [
      'has an entry too many',
      (bad) =>
        rewrite(`/commit?height=${bad}`, (text) =>
          text.replace(
            ']}},"canonical"',
            ',{"block_id_flag":1,"validator_address":"","timestamp":"0001-01-01T00:00:00Z","signature":null}]}},"canonical"',
          ),
        ),
      /does not belong/,
    ],
  ])('end before one that %s', async (_, spoilAt, detail) => {
    const chain = chainOf(dialect);
    chain.stop([ours], begun - minute);
    const bad = chain.height(begun) + 20;
    const node = await nodeOf(chain, { spoil: spoilAt(bad) });
    const recorded = await node.record(begun + 10 * minute, begun);
    expect(recorded).toMatchObject({ ok: true, trouble: expect.stringMatching(detail) });
    expect(heightsOf(recorded).at(-1)?.height).toBe(bad - 1);
  });

  test('end before one whose validators are others and cannot be read', async () => {
    const chain = chainOf(dialect);
    chain.stop([ours], begun - minute);
    const bad = chain.height(begun) + 20;
    const others = rewrite(`/commit?height=${bad}`, (text) =>
      text.replace(/"validators_hash":"[0-9A-F]{64}"/, `"validators_hash":"${'CD'.repeat(32)}"`),
    );
    const spoil: Spoil = (request, answer) =>
      request.path.startsWith(`/validators?height=${bad}`)
        ? { status: 500, body: 'no' }
        : others(request, answer);
    const recorded = await (await nodeOf(chain, { spoil })).record(begun + 10 * minute, begun);
    expect(recorded).toMatchObject({ ok: true, trouble: expect.stringContaining('500') });
    expect(heightsOf(recorded).at(-1)?.height).toBe(bad - 1);
  });

  test('that were pruned are no evidence, at first or later', async () => {
    const chain = chainOf(dialect);
    const earliest = chain.height(begun) + 30;
    const node = await nodeOf(chain, { state: { earliest } });
    const pruned = { ok: false, detail: expect.stringContaining('pruned') };
    expect(await node.record(begun + 10 * minute, begun)).toMatchObject(pruned);
    // It is all there from the first height that counts on.
    const later = chain.timeOf(earliest);
    expect(heightsOf(await node.record(begun + 10 * minute, later))[0]?.height).toBe(earliest + 1);
    const whole = await nodeOf(chain);
    const shown = extended(null, await whole.record(begun + minute / 2, begun), 0);
    const after = await node.record(begun + 10 * minute, begun, shown);
    expect(after).toMatchObject({ ok: true, trouble: expect.stringContaining('pruned') });
    expect(heightsOf(after)).toEqual([]);
  });

  test('are not read of a node that fell behind what it has shown', async () => {
    const chain = chainOf(dialect);
    const node = await nodeOf(chain);
    const shown = extended(null, await node.record(begun + 10 * minute, begun), 0);
    const recorded = await node.record(begun + 5 * minute, begun, shown);
    expect(recorded).toMatchObject({
      ok: true,
      trouble: expect.stringContaining('behind what it has shown'),
    });
    expect(heightsOf(recorded)).toEqual([]);
  });

  test.each<[string, Parameters<typeof nodeOf>[1], object]>([
    ['stands still', { state: { frozenAt: begun } }, { reason: 'stale' }],
    ['is catching up', { state: { isSyncing: true } }, { reason: 'syncing' }],
    ['is of another chain', { network: 'other-1' }, { reason: 'wrong-chain' }],
    ['does not answer', { spoil: () => ({ status: 503, body: 'no' }) }, { reason: 'status' }],
  ])('are not read of a node that %s', async (_, given, failure) => {
    const node = await nodeOf(chainOf(dialect), given);
    expect(await node.record(begun + minute, begun)).toMatchObject({ ok: false, ...failure });
    expect(node.requests()).toEqual(['GET /status']);
  });
});

describe('the first height', () => {
  test.each<[string, number, (at: number) => number]>([
    ['is the next one when a block was made at that moment', 0, (height) => height + 1],
    ['is that of a block made just afterwards', -1, (height) => height],
  ])('%s', async (_, ms, expected) => {
    const chain = chainOf();
    const height = chain.height(begun) + 7;
    // Times of blocks are told to the nanosecond, and read to the millisecond.
    const recorded = await (await nodeOf(chain)).record(begun + 5 * minute, chain.timeOf(height) + ms);
    expect(heightsOf(recorded)[0]?.height).toBe(expected(height));
  });

  test('is the first of all on a chain that is younger', async () => {
    const chain = chainOf('berachain', { startedAt: begun });
    const recorded = await (await nodeOf(chain)).record(begun + minute, begun - minute);
    expect(heightsOf(recorded).map(({ height }) => height)).toEqual(numbers(1, 29));
  });

  test('is none as long as no block is later', async () => {
    const node = await nodeOf(chainOf());
    const recorded = await node.record(begun, begun + second);
    expect(recorded).toMatchObject({ ok: true, trouble: null });
    expect(heightsOf(recorded)).toEqual([]);
  });

  test.each<[string, RegExp, string]>([
    ['chain', /"chain_id":"[^"]+"/, '"chain_id":"other-1"'],
    ['height', /"height":"\d+","time"/, '"height":"5","time"'],
  ])('is not looked for among blocks of another %s', async (_, told, lie) => {
    const spoil = rewrite('/commit', (text) => text.replace(told, lie));
    const recorded = await (await nodeOf(chainOf(), { spoil })).record(begun + minute, begun);
    expect(recorded).toMatchObject({ ok: false, reason: 'protocol' });
  });

  test('is found in few requests, far back on a long chain', async () => {
    const chain = chainOf('berachain', { startedAt: begun - 10_000 * 60 * minute });
    const node = await nodeOf(chain);
    const at = begun + 60 * minute;
    const recorded = await node.record(at, begun);
    const looked =
      node.requests().filter((path) => path.startsWith('GET /commit')).length - heightsOf(recorded).length;
    expect(heightsOf(recorded)[0]?.height).toBe(chain.height(begun) + 1);
    expect(looked).toBeLessThan(24);
    // So much at once, the rest with the next look.
    expect(heightsOf(recorded)).toHaveLength(1_200);
    const shown = extended(null, recorded, at);
    const rest = heightsOf(await node.record(at, begun, shown));
    expect(rest.map(({ height }) => height)).toEqual(
      numbers(chain.height(begun) + 1_201, chain.height(at) - chain.height(begun) - 1_201),
    );
  });

  test('and all after it are what the chain says, wherever it stood still and whoever stopped', async () => {
    const spell = fc.record({
      after: fc.integer({ min: 1, max: 90 }),
      lasts: fc.integer({ min: 3, max: 60 }),
    });
    const property = fc.asyncProperty(
      fc.record({
        stalls: fc.array(spell, { maxLength: 3 }),
        stops: fc.array(spell, { maxLength: 3 }),
        begin: fc.integer({ min: 0, max: 240 }),
      }),
      async ({ stalls, stops, begin }) => {
        const chain = chainOf('cometbft', { startedAt: begun });
        let at = begun;
        for (const { after, lasts } of stalls) {
          chain.stall(at + after * second);
          at += (after + lasts) * second;
          chain.resume(at);
        }
        at = begun;
        for (const { after, lasts } of stops) {
          chain.stop([ours], at + after * second);
          at += (after + lasts) * second;
          chain.start([ours], at);
        }
        const begunAt = begun + begin * second;
        const end = begun + 600 * second;
        const heights = heightsOf(await (await nodeOf(chain)).record(end, begunAt));
        const wanted = numbers(1, chain.height(end) - 1).filter((height) => chain.timeOf(height) > begunAt);
        expect(heights.map(({ height, keys: [word] }) => [height, word])).toEqual(
          wanted.map((height) => [height, chain.votes(height, null)[ours] === true ? 'alive' : 'silent']),
        );
      },
    );
    await fc.assert(property, { numRuns: 12 });
  });
});

describe('what is kept of a look', () => {
  test('names the first and the last height, and what stands in the newest commit for us', async () => {
    const chain = chainOf();
    chain.stop([4], begun - minute);
    const keys = [keyAt(chain, ours), keyAt(chain, 4), '00'.repeat(20)];
    const recorded = await (await nodeOf(chain, { keys })).record(begun + minute, begun);
    if (!recorded.ok || recorded.reading.of !== 'heights') throw new Error('no heights');
    const heights = heightsOf(recorded);
    expect(JSON.parse(recorded.reading.excerpt)).toMatchObject({
      heights: heights.length,
      from: { height: heights[0]?.height },
      through: { height: heights.at(-1)?.height, hash: heights.at(-1)?.hash },
      entries: [
        { block_id_flag: 5, validator_address: keys[0] },
        { block_id_flag: 1, validator_address: '' },
        null,
      ],
    });
  });

  test('has room for twenty keys, and no more than there is room for', async () => {
    const chain = chainOf('berachain', { validatorCount: 69 });
    const keys = numbers(0, 20).map((place) => keyAt(chain, place));
    const recorded = await (await nodeOf(chain, { keys })).record(begun + minute, begun);
    if (!recorded.ok || recorded.reading.of !== 'heights') throw new Error('no heights');
    expect(recorded.reading.excerpt.length).toBeGreaterThan(1_000);
    expect(recorded.reading.excerpt.length).toBeLessThanOrEqual(2_000);
  });

  test('of two nodes of different chains differs in the sampled blocks', async () => {
    const chain = chainOf();
    chain.stop([ours], begun - minute);
    const lies = { dead: [], alive: [6] };
    const nodes = await Promise.all([nodeOf(chain), nodeOf(chain, { state: { lies } })]);
    const at = begun + 12 * minute;
    const [one, other] = await Promise.all(
      nodes.map(async (node) => extended(null, await node.record(at, begun), at)),
    );
    if (one?.of !== 'heights' || other?.of !== 'heights') throw new Error('no heights');
    expect(one.samples.length).toBeGreaterThanOrEqual(3);
    expect(one.samples.map(({ height }) => height)).toEqual(other.samples.map(({ height }) => height));
    for (const [index, { hash }] of one.samples.entries()) expect(other.samples[index]?.hash).not.toBe(hash);
  });
});

test('a slow node is read as far as there is time, and read on from there', async () => {
  const chain = chainOf();
  chain.stop([ours], begun - minute);
  const busy = (ms: number): void => {
    const until = performance.now() + ms;
    while (performance.now() < until);
  };
  const slow: Spoil = (_, answer) => {
    busy(4);
    return answer;
  };
  const node = await nodeOf(chain, { spoil: slow, timeoutMs: 2_000 });
  const at = begun + 35 * minute;
  const recorded = await node.record(at, begun);
  const heights = heightsOf(recorded);
  expect(recorded).toMatchObject({ trouble: 'there was no time for all of it' });
  expect(heights.length).toBeGreaterThan(0);
  expect(heights.length).toBeLessThan(1_000);
  const next = heightsOf(await node.record(at, begun, extended(null, recorded, at)));
  expect(next[0]?.height).toBe((heights.at(-1)?.height ?? 0) + 1);
});
