// CometBFT and Berachain: whether validators vote, read from canonical commits by their place in the set; and all that a source can say wrong.
import { describe, expect, test } from 'vitest';
import type { SignerFact } from '../../functions/domain/facts.ts';
import { compressed } from '../../functions/wire/comet-key.ts';
import type { ApiAnswer, ApiRequest } from '../../lab/chains/api.ts';
import { type CometChain, createCometChain } from '../../lab/chains/comet-chain.ts';
import { answerComet, type CometState } from '../../lab/chains/comet-node.ts';
import { minute, second, start } from '../support/site.ts';
import { type Seen, startNode, type World, worldOf } from './world.ts';

type Spoil = (request: ApiRequest, answer: ApiAnswer) => ApiAnswer;
type Given = {
  readonly dialect?: 'cometbft' | 'berachain';
  readonly validatorCount?: number;
  readonly nodes?: readonly CometState[];
  /** What each node does to its answers. */
  readonly spoil?: Spoil;
  readonly keys?: (chain: CometChain) => readonly string[];
};

type House = {
  readonly chain: CometChain;
  readonly world: World;
  readonly run: (from: number, ticks: number) => Promise<Seen>;
  readonly asked: () => readonly string[];
};

const own = 4;
const addressOf = (chain: CometChain): string => chain.validators[own]?.address.toLowerCase() ?? '';

async function house({
  dialect = 'berachain',
  validatorCount = 7,
  nodes = [{}, {}],
  spoil,
  keys = (chain) => [addressOf(chain)],
}: Given = {}): Promise<House> {
  const network = 'pretend-1';
  const chain = createCometChain({ chainId: network, startedAt: start - 3_600_000, validatorCount, dialect });
  let now = start;
  const requests: (() => readonly string[])[] = [];
  const targets = await Promise.all(
    nodes.map(async (node, index) => {
      const served = await startNode((request) => {
        const answer = answerComet(chain, request, now, node);
        return spoil === undefined ? answer : spoil(request, answer);
      });
      requests.push(served.requests);
      return {
        id: `rpc-${index}`,
        operator: `op${index}`,
        isOwn: false,
        chain: dialect,
        source: { url: served.url, network },
      };
    }),
  );
  const world = worldOf(targets, [{ id: 'alpha', chain: dialect, keys: keys(chain) }]);
  return {
    chain,
    world,
    asked: () => requests.flatMap((each) => each()),
    run: async (from, ticks) => {
      let seen: Seen | null = null;
      for (let tick = 0; tick < ticks; tick += 1) {
        now = from + tick * minute;
        // oxlint-disable-next-line no-await-in-loop -- one tick after another
        seen = await world.tick(now);
      }
      if (seen === null) throw new Error('no tick');
      return seen;
    },
  };
}

const alphaOf = (seen: Seen): SignerFact => {
  const [alpha] = seen.signers;
  if (alpha === undefined) throw new Error('no signer');
  return alpha;
};

describe.each(['cometbft', 'berachain'] as const)('a signer of %s', (dialect) => {
  test('that votes is signing, dated by its block', async () => {
    const { run } = await house({ dialect });
    const alpha = alphaOf(await run(start, 3));
    expect(alpha).toMatchObject({ state: 'signing' });
    expect(start + 2 * minute - (alpha.actAt ?? 0)).toBeLessThanOrEqual(5 * second);
  });

  test('that stops is quiet, and silent after 60 heights and 3 minutes; when it votes again it signs at once', async () => {
    const { chain, run } = await house({ dialect });
    await run(start, 2);
    chain.stop([own], start + 90 * second);
    const states: string[] = [];
    for (let tick = 2; tick < 8; tick += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one tick after another
      states.push(alphaOf(await run(start + tick * minute, 1)).state);
    }
    expect(states).toEqual(['quiet', 'quiet', 'quiet', 'silent', 'silent', 'silent']);
    chain.start([own], start + 8 * minute - 10 * second);
    expect(alphaOf(await run(start + 8 * minute, 1)).state).toBe('signing');
  });

  test('that misses some heights and votes again is not silent, however often it happens', async () => {
    const { chain, run } = await house({ dialect });
    for (let tick = 0; tick < 10; tick += 1) {
      chain.stop([own], start + tick * minute + 5 * second);
      chain.start([own], start + tick * minute + 45 * second);
    }
    for (let tick = 0; tick < 10; tick += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one tick after another
      const alpha = alphaOf(await run(start + tick * minute + 30 * second, 1));
      expect(alpha.state, `tick ${tick}`).not.toBe('silent');
    }
  });

  test('of a chain that stands still is neither alive nor silent', async () => {
    const { chain, run } = await house({ dialect });
    await run(start, 3);
    chain.stall(start + 3 * minute - 30 * second);
    const seen = await run(start + 3 * minute, 8);
    expect(seen.chains).toMatchObject([{ state: 'stalled' }]);
    expect(alphaOf(seen).state).toBe('unknown');
    chain.resume(start + 11 * minute);
    expect(alphaOf(await run(start + 11 * minute + 20 * second, 1)).state).toBe('signing');
  });

  test('is seen silent at one look that reads back, without memory', async () => {
    const { chain, world } = await house({ dialect });
    chain.stop([own], start - 5 * minute);
    expect(alphaOf(await world.tick(start, { isDeep: true })).state).toBe('silent');
  });
});

describe('what real nodes do', () => {
  test('the commit at the tip is not canonical and misses the living: it is not read', async () => {
    const { run, asked } = await house();
    const seen = await run(start, 5);
    expect(alphaOf(seen).state).toBe('signing');
    expect(asked().filter((path) => path.includes('/commit'))).not.toContain('GET /commit');
    const notCanonical: Spoil = (request, answer) =>
      request.path.startsWith('/commit')
        ? {
            ...answer,
            body: JSON.parse(JSON.stringify(answer.body).replace('"canonical":true', '"canonical":false')),
          }
        : answer;
    const other = await house({ spoil: notCanonical });
    expect(alphaOf(await other.run(start, 5)).state).toBe('unknown');
  });

  test('nearly all votes of Berachain have flag 5, no signature and no time, and are alive', async () => {
    const { run } = await house({ dialect: 'berachain' });
    expect(alphaOf(await run(start, 1)).state).toBe('signing');
  });

  test('a flag that CometBFT does not have is unknown there, and no life', async () => {
    const flag5: Spoil = (request, answer) =>
      request.path.startsWith('/commit')
        ? {
            ...answer,
            body: JSON.parse(
              JSON.stringify(answer.body).replaceAll('"block_id_flag":2', '"block_id_flag":5'),
            ),
          }
        : answer;
    const { run } = await house({ dialect: 'cometbft', spoil: flag5 });
    expect(alphaOf(await run(start, 6)).state).toBe('unknown');
  });

  test('a set over several pages is put together', async () => {
    const { run, asked } = await house({ validatorCount: 250 });
    expect(alphaOf(await run(start, 2)).state).toBe('signing');
    expect(asked().filter((path) => path.includes('/validators') && path.includes('page=3'))).not.toEqual([]);
  });

  test('the public key in its compressed form is found', async () => {
    const { run } = await house({
      keys: (chain) => [compressed(chain.validators[own]?.publicKey.toString('hex') ?? '') ?? ''],
    });
    expect(alphaOf(await run(start, 2)).state).toBe('signing');
  });

  test('a node that lost its execution client says that all is well, and is stale by the age of its block', async () => {
    const { run } = await house({ nodes: [{}, { frozenAt: start - minute }] });
    const seen = await run(start, 3);
    expect(seen.readings[1]?.trouble?.reason).toBe('stale');
    expect(alphaOf(seen).state).toBe('signing');
  });

  test('a node that catches up does not count', async () => {
    const { run } = await house({ nodes: [{}, { isSyncing: true }] });
    const seen = await run(start, 1);
    expect(seen.readings[1]?.trouble?.reason).toBe('syncing');
  });

  test('a key that is not in the set is inactive, not silent', async () => {
    const { run } = await house({ keys: () => ['ab'.repeat(20)] });
    expect(alphaOf(await run(start, 6))).toMatchObject({
      state: 'inactive',
      keys: { inactive: 1, left: [] },
    });
  });

  test('a tick costs two questions to each operator, and the set is asked for once', async () => {
    const { run, asked } = await house();
    const seen = await run(start, 4);
    expect(seen.requests).toBe(4);
    expect(asked().filter((path) => path.includes('/validators'))).toHaveLength(2);
  });
});

describe('operators', () => {
  const dead: CometState = { lies: { alive: [], dead: [own] } };
  const alive: CometState = { lies: { alive: [own], dead: [] } };

  test('of which one says that a living key is silent are told of, and nobody is called silent', async () => {
    const { run } = await house({ nodes: [{}, dead] });
    const alpha = alphaOf(await run(start, 8));
    expect(alpha.state).toBe('unknown');
    expect(alpha.detail).toContain('operators disagree: op0 shows it signing, op1 does not');
  });

  test('of which one says that a silent key lives are told of, and nobody is called alive', async () => {
    const { chain, run } = await house({ nodes: [{}, alive] });
    chain.stop([own], start - 10 * minute);
    expect(alphaOf(await run(start, 8)).state).toBe('unknown');
  });

  test('of which two are honest outvote the third', async () => {
    const lied = await house({ nodes: [{}, dead, {}] });
    expect(alphaOf(await lied.run(start, 8)).state).toBe('signing');
    const silent = await house({ nodes: [{}, alive, {}] });
    silent.chain.stop([own], start - 10 * minute);
    expect(alphaOf(await silent.run(start, 8)).state).toBe('silent');
  });
});

const inAnswer =
  (path: string, change: (body: string) => string): Spoil =>
  (request, answer) =>
    request.path.startsWith(path)
      ? { status: answer.status, body: change(JSON.stringify(answer.body)) }
      : answer;

describe('a source that says something wrong shows neither life nor silence', () => {
  const cases: [string, Spoil][] = [
    ['negative heights', inAnswer('/commit', (body) => body.replace(/"height":"\d+"/g, '"height":"-7"'))],
    [
      'a commit of another height',
      inAnswer('/commit', (body) => body.replace(/"height":"\d+"/g, '"height":"5"')),
    ],
    ['a commit of another chain', inAnswer('/commit', (body) => body.replace('pretend-1', 'other-1'))],
    [
      'flag 9 with our address',
      inAnswer('/commit', (body) =>
        body
          .replaceAll('"block_id_flag":5', '"block_id_flag":9')
          .replaceAll('"block_id_flag":4', '"block_id_flag":9'),
      ),
    ],
    [
      'flag 1 with our address',
      inAnswer('/commit', (body) => body.replaceAll('"block_id_flag":5', '"block_id_flag":1')),
    ],
    [
      'flag 5 without our address',
      inAnswer('/commit', (body) =>
        body.replace(/"validator_address":"[0-9A-F]{40}"/g, '"validator_address":""'),
      ),
    ],
    [
      'the wrong address at our place',
      inAnswer('/commit', (body) =>
        body.replace(/"validator_address":"[0-9A-F]{40}"/g, `"validator_address":"${'AB'.repeat(20)}"`),
      ),
    ],
    ['one entry too few', inAnswer('/commit', (body) => body.replace(/,\{"block_id_flag":5,[^}]*\}\]/, ']'))],
    [
      'reordered entries',
      inAnswer('/commit', (body) =>
        body.replace(/"signatures":\[(.*?)\]/, (_, list: string) => {
          const entries: unknown[] = JSON.parse(`[${list}]`);
          return `"signatures":${JSON.stringify(entries.toReversed())}`;
        }),
      ),
    ],
    [
      'validators in another order',
      inAnswer('/validators', (body) =>
        body.replace(
          /"validators":\[(.*?)\],"count"/,
          (_, list: string) =>
            `"validators":[${list
              .split('},{"address"')
              .map((each, index) => (index === 0 ? each : `{"address"${each}`))
              .map((each) => (each.endsWith('}') ? each : `${each}}`))
              .toReversed()
              .join(',')}],"count"`,
        ),
      ),
    ],
    [
      'a validator twice',
      inAnswer('/validators', (body) =>
        body.replace(/"address":"[0-9A-F]{40}"/g, `"address":"${'AB'.repeat(20)}"`),
      ),
    ],
    [
      'validators of another height',
      inAnswer('/validators', (body) => body.replace(/"block_height":"\d+"/, '"block_height":"1"')),
    ],
    [
      'more validators than it says',
      inAnswer('/validators', (body) => body.replace(/"total":"\d+"/, '"total":"2"')),
    ],
    [
      'a million validators',
      inAnswer('/validators', (body) => body.replace(/"total":"\d+"/, '"total":"1000000"')),
    ],
    [
      'pages without anybody',
      inAnswer('/validators', (body) =>
        body.replace(/"validators":\[.*?\],"count":"\d+"/, '"validators":[],"count":"0"'),
      ),
    ],
    ['HTML', inAnswer('/commit', () => '<html>busy</html>')],
    [
      '500 in the shape of JSON-RPC',
      (request, answer) =>
        request.path.startsWith('/commit')
          ? { status: 500, body: { jsonrpc: '2.0', id: -1, error: { code: -32603, message: 'x' } } }
          : answer,
    ],
    [
      'an error with status 200',
      inAnswer('/commit', () => '{"jsonrpc":"2.0","id":-1,"error":{"code":-32603,"message":"x"}}'),
    ],
    [
      '404',
      (request, answer) => (request.path.startsWith('/commit') ? { status: 404, body: 'not found' } : answer),
    ],
  ];

  test.each(cases)('%s', async (_, spoil) => {
    const { run } = await house({ spoil });
    const alpha = alphaOf(await run(start, 7));
    expect(alpha.state).toBe('unknown');
    expect(alpha.actAt).toBeNull();
  });

  test.each([
    ['another chain', inAnswer('/status', (body) => body.replace('pretend-1', 'other-1')), 'wrong-chain'],
    [
      'a block from the future',
      inAnswer('/status', (body) => body.replace(/"latest_block_time":"\d+/, '"latest_block_time":"2099')),
      'protocol',
    ],
    [
      'a height that is text',
      inAnswer('/status', (body) =>
        body.replace(/"latest_block_height":"\d+"/, '"latest_block_height":"many"'),
      ),
      'body',
    ],
    ['no status', inAnswer('/status', () => '{}'), 'body'],
  ] as const)('%s: it does not count at all', async (_, spoil, reason) => {
    const { run } = await house({ spoil });
    const seen = await run(start, 1);
    expect(seen.readings[0]?.trouble?.reason).toBe(reason);
    expect(alphaOf(seen).state).toBe('unknown');
  });
});
