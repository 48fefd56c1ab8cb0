// Heights for the guard of a handover, read from pretend nodes of CometBFT over real sockets; live votes; and where a node stands.
import { describe, expect, test } from 'vitest';
import { votesOf } from '../../functions/chains/cometbft/live-votes.ts';
import type { Recorded } from '../../functions/chains/chain.ts';
import { bindSources, createChains } from '../../functions/chains/run.ts';
import { extendShown } from '../../functions/domain/handover/extend-record.ts';
import type { HeightReading, Shown } from '../../functions/domain/handover/record.ts';
import { consensusState } from '../../functions/wire/comet.ts';
import type { ApiAnswer, ApiRequest } from '../../lab/chains/api.ts';
import { type CometState, answerComet } from '../../lab/chains/comet-node.ts';
import { type CometChain, createCometChain } from '../../lab/chains/comet-chain.ts';
import { minute, start } from '../support/site.ts';
import { startNode } from './world.ts';

type Spoil = (request: ApiRequest, answer: ApiAnswer) => ApiAnswer;
const chainId = 'pretend-80094';
const ours = 2;

const chainOf = (dialect: 'berachain' | 'cometbft' = 'berachain'): CometChain =>
  createCometChain({ chainId, startedAt: start - 60 * minute, validatorCount: 7, dialect });

async function nodeOf(chain: CometChain, { state = {}, spoil }: { state?: CometState; spoil?: Spoil } = {}) {
  let now = start;
  const { url, requests } = await startNode((request) => {
    const answer = answerComet(chain, request, now, state);
    return spoil === undefined ? answer : spoil(request, answer);
  });
  const { dialect } = chain.options;
  const [source] = bindSources(
    [{ id: 'rpc', operator: 'op', isOwn: false, chain: dialect, source: { url, network: chainId } }],
    {
      chains: createChains(),
      network: { allow: ['127.0.0.0/8'], hosts: new Map() },
      secret: () => '',
      allow: [],
    },
  );
  if (source === undefined) throw new Error('no source');
  const run = { signal: new AbortController().signal, timeoutMs: 60_000, now: () => now };
  const keys = [(chain.validators[ours]?.address ?? '').toLowerCase()];
  return {
    requests,
    keys,
    record: (at: number, begunAt: number, before: Shown | null = null): Promise<Recorded> => {
      now = at;
      return source.record({ keys, begunAt, before }, run);
    },
    stand: (at: number) => {
      now = at;
      return source.stand({ keys, withEars: true }, run);
    },
    votes: (at: number, of = keys) => {
      now = at;
      if (source.votes === null) throw new Error('it shows no votes');
      return source.votes(of, run);
    },
  };
}

function heightsOf(recorded: Recorded): readonly HeightReading[] {
  if (!recorded.ok) throw new Error(recorded.detail);
  if (recorded.reading.of !== 'heights') throw new Error('epochs');
  return recorded.reading.heights;
}

const begun = start + minute;

describe.each(['berachain', 'cometbft'] as const)('heights of %s', (dialect) => {
  test('are those after begin, up to the one before the tip, each silent while nobody votes', async () => {
    const chain = chainOf(dialect);
    chain.stop([ours], begun - 5_000);
    const at = begun + 10 * minute;
    const heights = heightsOf(await (await nodeOf(chain)).record(at, begun));
    const first = chain.height(begun) + 1;
    expect(heights[0]?.height).toBe(first);
    expect(heights[0]?.at).toBeGreaterThan(begun);
    expect(chain.timeOf(first - 1)).toBeLessThanOrEqual(begun);
    expect(heights.map(({ height }) => height)).toEqual(
      Array.from({ length: chain.height(at) - first }, (_, index) => first + index),
    );
    expect(new Set(heights.flatMap(({ keys }) => keys))).toEqual(new Set(['silent']));
    expect(heights.at(-1)?.hash).toBe(chain.hash(chain.height(at) - 1, null).toLowerCase());
  });

  test('are alive where it voted, and are read on from where the last look ended', async () => {
    const chain = chainOf(dialect);
    chain.stop([ours], begun + 60_000);
    const node = await nodeOf(chain);
    const one = await node.record(begun + 30_000, begun);
    const words = heightsOf(one).map(({ keys: [word] }) => word);
    expect(new Set(words)).toEqual(new Set(['alive']));
    if (!one.ok) throw new Error(one.detail);
    const shown = extendShown(null, one.reading, begun + 30_000);
    const two = await node.record(begun + 90_000, begun, shown);
    const next = heightsOf(two);
    expect(next[0]?.height).toBe((heightsOf(one).at(-1)?.height ?? 0) + 1);
    expect(next.map(({ keys: [word] }) => word)).toContain('alive');
    expect(next.at(-1)?.keys).toEqual(['silent']);
    if (!two.ok) throw new Error(two.detail);
    const both = extendShown(shown, two.reading, begun + 90_000);
    expect(both).toMatchObject({
      run: { through: next.at(-1)?.height },
      lastBreak: { word: 'alive', key: 0 },
      next: (next.at(-1)?.height ?? 0) + 1,
    });
  });

  test('end before one that cannot be read', async () => {
    const chain = chainOf(dialect);
    chain.stop([ours], begun - minute);
    const bad = chain.height(begun) + 20;
    const node = await nodeOf(chain, {
      spoil: (request, answer) =>
        request.path.startsWith(`/commit?height=${bad}`) ? { status: 500, body: 'no' } : answer,
    });
    const recorded = await node.record(begun + 10 * minute, begun);
    expect(recorded).toMatchObject({ ok: true, trouble: expect.stringContaining('500') });
    expect(heightsOf(recorded).at(-1)?.height).toBe(bad - 1);
  });

  test('that were pruned are no evidence', async () => {
    const chain = chainOf(dialect);
    const earliest = chain.height(begun) + 30;
    const node = await nodeOf(chain, {
      spoil: ({ path }, answer) => {
        if (path !== '/status') return answer;
        const text = JSON.stringify(answer.body).replace(
          /"earliest_block_height":"1"/,
          `"earliest_block_height":"${earliest}"`,
        );
        return { ...answer, body: JSON.parse(text) };
      },
    });
    expect(await node.record(begun + 10 * minute, begun)).toMatchObject({
      ok: false,
      detail: expect.stringContaining('pruned'),
    });
  });

  test('are not read of a node that is behind', async () => {
    const node = await nodeOf(chainOf(dialect), { state: { frozenAt: begun } });
    expect(await node.record(begun + minute, begun)).toMatchObject({ ok: false, reason: 'stale' });
  });
});

describe.each(['berachain', 'cometbft'] as const)('live votes of %s', (dialect) => {
  test('are seen while it votes, and not when it does not', async () => {
    const chain = chainOf(dialect);
    const node = await nodeOf(chain);
    expect(await node.votes(begun)).toMatchObject({ ok: true, value: 'ours' });
    chain.stop([ours], begun);
    expect(await node.votes(begun + minute)).toMatchObject({ ok: true, value: 'none' });
    expect(await node.votes(begun + minute, ['00'.repeat(20)])).toMatchObject({ ok: true, value: 'unknown' });
  });
});

const member = (place: number) => ({ address: String(place).repeat(40), pub_key: { value: '' } });
const state = (over: object = {}) =>
  consensusState.parse({
    result: {
      round_state: {
        height: '9',
        validators: { validators: [member(1), member(2)] },
        votes: [{ prevotes: ['nil-Vote', 'nil-Vote'], precommits: ['nil-Vote', 'nil-Vote'] }],
        last_commit: null,
        last_validators: null,
        ...over,
      },
    },
  }).result.round_state;
const key = '1'.repeat(40);
const vote = (place: number, of: number): string =>
  `Vote{${place}:${String(of).repeat(12)} 9/00/SIGNED_MSG_TYPE_PREVOTE(Prevote) 3DB0 88BA 0000 @}`;
const votes = (prevotes: string[], precommits: string[] = ['nil-Vote', 'nil-Vote']) => ({
  votes: [{ prevotes, precommits }],
});

describe('a vote', () => {
  test.each<[string, object, string]>([
    ['of nobody', {}, 'none'],
    ['of somebody else', votes(['nil-Vote', vote(1, 2)]), 'none'],
    ['before the commit', votes([vote(0, 1), 'nil-Vote']), 'ours'],
    ['for the commit', votes(['nil-Vote', 'nil-Vote'], [vote(0, 1), 'nil-Vote']), 'ours'],
    [
      'in an earlier round',
      {
        votes: [
          ...votes([vote(0, 1), 'nil-Vote']).votes,
          { prevotes: ['nil-Vote', 'nil-Vote'], precommits: ['nil-Vote', 'nil-Vote'] },
        ],
      },
      'ours',
    ],
    ['that names another place', votes([vote(1, 1), 'nil-Vote']), 'unknown'],
    ['that names another validator', votes([vote(0, 2), 'nil-Vote']), 'unknown'],
    ['that is none', votes(['something', 'nil-Vote']), 'unknown'],
    ['in a list that is too short', votes(['nil-Vote']), 'unknown'],
    ['where there are no lists', { votes: [] }, 'unknown'],
    [
      'for the height before',
      { last_commit: { votes: [vote(0, 1)] }, last_validators: { validators: [member(1)] } },
      'ours',
    ],
    [
      'for the height before, as Berachain writes it',
      { last_commit: { value: { votes: [vote(0, 1)] } }, last_validators: { validators: [member(1)] } },
      'ours',
    ],
  ])('%s', (_, over, word) => {
    expect(votesOf(state(over), [key])).toBe(word);
  });

  test('of a key that is not in the set is unknown', () => {
    expect(votesOf(state(), ['3'.repeat(40)])).toBe('unknown');
    expect(votesOf(state(), [])).toBe('unknown');
  });
});

test('where a node stands is said with its peers and the standing of each key', async () => {
  const chain = chainOf();
  const node = await nodeOf(chain);
  const at = begun + minute;
  expect(await node.stand(at)).toMatchObject({
    ok: true,
    value: {
      askedAt: at,
      head: { number: chain.height(at) },
      behind: null,
      genesis: chainId,
      standings: ['active'],
      finalized: null,
      liveness: null,
    },
  });
});
