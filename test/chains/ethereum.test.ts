// Ethereum: whether validators attest, read from blocks and from what else shows life; and all that a source can say wrong.
import { describe, expect, test } from 'vitest';
import type { SignerFact } from '../../functions/domain/facts.ts';
import type { ApiAnswer, ApiRequest } from '../../lab/chains/api.ts';
import { answerBeacon, type BeaconState } from '../../lab/chains/beacon-node.ts';
import { createEthereumChain, type EthereumChain } from '../../lab/chains/ethereum-chain.ts';
import { minute, start } from '../support/site.ts';
import { type Seen, startNode, type World, worldOf } from './world.ts';

const epochMs = 32 * 12_000;
const genesisTime = start / 1000 - 40 * 384;
const keys = ['3', '77', '200'];

type Spoil = (request: ApiRequest, answer: ApiAnswer) => ApiAnswer;
type Given = {
  readonly nodes?: readonly BeaconState[];
  /** What the first node does to its answers. */
  readonly spoil?: Spoil;
  readonly signerKeys?: readonly string[];
};

type House = {
  readonly chain: EthereumChain;
  readonly world: World;
  readonly run: (from: number, ticks: number) => Promise<Seen>;
};

async function house({ nodes = [{}, {}], spoil, signerKeys = keys }: Given = {}): Promise<House> {
  const chain = createEthereumChain({ genesisTime, validatorCount: 512 });
  let now = start;
  const network = {
    genesisTime,
    genesisValidatorsRoot: chain.genesisRoot,
    secondsPerSlot: 12,
    slotsPerEpoch: 32,
  };
  const targets = await Promise.all(
    nodes.map(async (node, index) => {
      const { url } = await startNode((request) => {
        const answer = answerBeacon(chain, request, now, node);
        return index === 0 && spoil !== undefined ? spoil(request, answer) : answer;
      });
      return {
        id: `rpc-${index}`,
        operator: `op${index}`,
        isOwn: false,
        chain: 'ethereum' as const,
        source: { url, network },
      };
    }),
  );
  const world = worldOf(targets, [{ id: 'alpha', chain: 'ethereum', keys: signerKeys }]);
  return {
    chain,
    world,
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

describe('a signer', () => {
  test('whose keys attest is signing, and its latest act is dated by its slot', async () => {
    const { run } = await house();
    const alpha = alphaOf(await run(start, 15));
    expect(alpha).toMatchObject({ state: 'signing', keys: { silent: 0, inactive: 0 } });
    expect(alpha.actAt).toBeGreaterThan(start + 14 * minute - epochMs);
    expect(alpha.actAt).toBeLessThan(start + 14 * minute);
    expect(((alpha.actAt ?? 0) / 1000 - genesisTime) % 12).toBe(0);
  });

  test('that stops is quiet first, and silent after three finished epochs and a little; when it comes back it signs at once', async () => {
    const { chain, run } = await house();
    await run(start, 15);
    chain.stop([3, 77, 200], start + 15 * minute);
    const states: string[] = [];
    for (let tick = 15; tick < 45; tick += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one tick after another
      states.push(alphaOf(await run(start + tick * minute, 1)).state);
    }
    const changes = states.filter((state, index) => state !== states[index - 1]);
    expect(changes).toEqual(['signing', 'quiet', 'silent']);
    expect(states.indexOf('silent')).toBeGreaterThanOrEqual((3 * epochMs) / minute);
    expect(states.indexOf('silent')).toBeLessThanOrEqual((4.5 * epochMs) / minute);
    chain.start([3, 77, 200], start + 45 * minute);
    expect(alphaOf(await run(start + 45 * minute, 9)).state).toBe('signing');
  });

  test('one of whose keys stops is quiet, and says which', async () => {
    const { chain, run } = await house();
    await run(start, 8);
    chain.stop([77], start + 8 * minute);
    const alpha = alphaOf(await run(start + 8 * minute, 30));
    expect(alpha).toMatchObject({ state: 'quiet', keys: { total: 3, silent: 1 } });
    expect(alpha.detail).toMatch(/^77: no signature in \d epochs/);
  });

  test('named by public keys is found', async () => {
    const { chain } = await house();
    const named = await house({ signerKeys: [chain.publicKey(3), chain.publicKey(77)] });
    expect(alphaOf(await named.run(start, 15))).toMatchObject({ state: 'signing' });
  });

  test('with a key that the chain does not know is unknown, although the others sign', async () => {
    const { run } = await house({ signerKeys: ['3', `0x${'ab'.repeat(48)}`] });
    const alpha = alphaOf(await run(start, 15));
    expect(alpha.state).toBe('unknown');
    expect(alpha.detail).toContain('0xabababab…: not seen signing yet');
  });

  test.each([
    ['active_exiting', 'exiting'],
    ['exited_unslashed', 'exited'],
    ['active_slashed', 'slashed'],
    ['withdrawal_done', 'withdrawn'],
  ])('whose key becomes %s has left', async (status, standing) => {
    const { chain, run } = await house({ signerKeys: ['3'] });
    await run(start, 8);
    chain.setStatus(3, status, start + 8 * minute);
    const alpha = alphaOf(await run(start + 8 * minute, 8));
    expect(alpha).toMatchObject({ state: 'inactive', keys: { inactive: 1, left: [standing] } });
  });

  test('is seen silent at one look that reads back, without memory', async () => {
    const { chain, world } = await house();
    chain.stop([3, 77, 200], start - 5 * epochMs);
    const alpha = alphaOf(await world.tick(start, { isDeep: true }));
    expect(alpha.state).toBe('silent');
  });
});

describe('evidence that is not in blocks', () => {
  const withoutBlocks: BeaconState = { lacks: ['/eth/v2/beacon/blocks'] };

  test.each([
    ['liveness', ['/eth/v1/beacon/rewards']],
    ['rewards', ['/eth/v1/validator/liveness']],
    ['balance', ['/eth/v1/validator/liveness', '/eth/v1/beacon/rewards']],
  ])('%s alone shows life', async (how, lacks) => {
    const node = { lacks: [...(withoutBlocks.lacks ?? []), ...lacks] };
    const { run } = await house({ nodes: [node, node] });
    const seen = await run(start, 20);
    const acts = seen.readings.flatMap(({ signers }) => signers.flatMap((signer) => signer.acts));
    expect([...new Set(acts.map((act) => act.how))]).toEqual(
      how === 'balance' ? [] : [how, 'balance'].slice(0, acts.some((act) => act.how === 'balance') ? 2 : 1),
    );
    const ledger = alphaOf(seen);
    expect(ledger.detail).toContain('answered 404');
  });

  test('none of it shows silence', async () => {
    const { chain, run } = await house({ nodes: [withoutBlocks, withoutBlocks] });
    chain.stop([3, 77, 200], start);
    const alpha = alphaOf(await run(start, 40));
    expect(alpha.state).toBe('unknown');
  });

  test('where duties are not served the committees of the whole epoch are read', async () => {
    const node = { lacks: ['/eth/v1/validator/duties'] };
    const { run } = await house({ nodes: [node, node] });
    expect(alphaOf(await run(start, 15)).state).toBe('signing');
  });
});

describe('a chain', () => {
  test('that stalls is stalled, and its signers are neither alive nor silent by it; they sign again when it goes on', async () => {
    const { chain, run } = await house();
    await run(start, 15);
    chain.stall(start + 15 * minute);
    const stalled = await run(start + 15 * minute, 30);
    expect(stalled.chains).toMatchObject([{ state: 'stalled' }]);
    expect(alphaOf(stalled).state).toBe('unknown');
    chain.resume(start + 45 * minute);
    for (let tick = 45; tick < 65; tick += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one tick after another
      const later = await run(start + tick * minute, 1);
      expect(alphaOf(later), `tick ${tick}`).toMatchObject({ keys: { silent: 0 } });
    }
    expect(alphaOf(await run(start + 65 * minute, 1)).state).toBe('signing');
  });

  test('with missed blocks loses no attestation', async () => {
    const { chain, run } = await house();
    await run(start, 5);
    for (const slots of [3, 1, 2]) {
      chain.stall(start + (5 + slots) * minute);
      chain.resume(start + (5 + slots) * minute + 24_000);
    }
    expect(alphaOf(await run(start + 5 * minute, 20)).state).not.toBe('silent');
  });
});

describe('operators', () => {
  const lie: BeaconState = { lies: { alive: [], dead: [3, 77, 200] } };

  test('of which one says that living keys are silent are told of, and nobody is called silent', async () => {
    const { run } = await house({ nodes: [{}, lie] });
    const alpha = alphaOf(await run(start, 40));
    expect(alpha.state).toBe('unknown');
    expect(alpha.detail).toContain('operators disagree: op0 shows it signing, op1 does not');
  });

  test('of which one says that silent keys live are told of, and nobody is called alive', async () => {
    const { chain, run } = await house({ nodes: [{}, { lies: { alive: [3, 77, 200], dead: [] } }] });
    chain.stop([3, 77, 200], start - 3 * epochMs);
    expect(alphaOf(await run(start, 40)).state).toBe('unknown');
  });

  test('of which two are honest outvote the third', async () => {
    const { run } = await house({ nodes: [{}, lie, {}] });
    expect(alphaOf(await run(start, 40)).state).toBe('signing');
  });

  test('of which one hangs behind, or is of another network, do not keep the other from showing life', async () => {
    const { run } = await house({ nodes: [{}, { frozenAt: start - 10 * minute }] });
    const seen = await run(start, 15);
    expect(alphaOf(seen).state).toBe('signing');
    expect(seen.readings[1]?.trouble?.reason).toBe('stale');
  });

  test('of which one is away never show silence', async () => {
    const { chain, run } = await house({ nodes: [{}, { lacks: ['/'] }] });
    chain.stop([3, 77, 200], start);
    const alpha = alphaOf(await run(start, 40));
    expect(alpha.state).toBe('unknown');
    expect(alpha.detail).toContain('op0 alone');
  });
});

const changed =
  (path: RegExp, change: (body: string) => string): Spoil =>
  (request, answer) => {
    if (!path.test(request.path)) return answer;
    const text = change(JSON.stringify(answer.body));
    return { status: answer.status, body: text };
  };

const shorter = (hex: string): string => `0x${hex.slice(4)}`;

describe('a source that says something wrong shows neither life nor silence', () => {
  const cases: [string, Spoil][] = [
    [
      'numbers for strings of slots that are negative',
      changed(/blocks\//, (body) => body.replace(/"slot":"\d+"/, '"slot":-5')),
    ],
    [
      'a block that is not before the one after it',
      changed(/blocks\//, (body) =>
        body.replace(
          /"slot":"(\d+)","proposer/,
          (_, slot: string) => `"slot":"${Number(slot) + 9}","proposer`,
        ),
      ),
    ],
    [
      'an aggregation bitfield that is too short',
      changed(/blocks\//, (body) =>
        body.replace(
          /"aggregation_bits":"(0x[0-9a-f]+)"/g,
          (_, bits: string) => `"aggregation_bits":"${shorter(bits)}"`,
        ),
      ),
    ],
    [
      'an aggregation bitfield without an end',
      changed(/blocks\//, (body) =>
        body.replace(
          /"aggregation_bits":"(0x[0-9a-f]+)[0-9a-f]{2}"/g,
          (_, bits: string) => `"aggregation_bits":"${bits}00"`,
        ),
      ),
    ],
    [
      'committee bits of committees that there are not',
      changed(/blocks\//, (body) =>
        body.replace(/"committee_bits":"0x[0-9a-f]{2}/g, '"committee_bits":"0xff'),
      ),
    ],
    [
      'attestations from the future',
      changed(/blocks\//, (body) =>
        body.replace(
          /"data":\{"slot":"(\d+)"/g,
          (_, slot: string) => `"data":{"slot":"${Number(slot) + 1000}"`,
        ),
      ),
    ],
    [
      'a target of another epoch',
      changed(/blocks\//, (body) => body.replace(/"target":\{"epoch":"\d+"/g, '"target":{"epoch":"1"')),
    ],
    [
      'committees of another epoch',
      changed(/committees/, (body) =>
        body.replace(/"slot":"(\d+)"/g, (_, slot: string) => `"slot":"${Number(slot) + 32}"`),
      ),
    ],
    ['a committee twice', changed(/committees/, (body) => body.replace(/"index":"1"/g, '"index":"0"'))],
    [
      'one of our keys in two committees',
      changed(/committees/, (body) => body.replaceAll('"validators":["', '"validators":["3","77","200","')),
    ],
    [
      'committees without the first of their slot',
      changed(/committees/, (body) => body.replace(/\{"index":"0",[^}]*\},?/g, '')),
    ],
    ['committees cut off in the middle', changed(/committees/, (body) => body.slice(0, body.length / 2))],
    ['blocks in HTML', changed(/blocks\//, () => '<html>busy</html>')],
    [
      '404 for blocks',
      (request, answer) =>
        /blocks\//.test(request.path)
          ? { status: 404, body: { statusCode: 404, error: 'Not Found', message: 'x' } }
          : answer,
    ],
    [
      '500 for blocks',
      (request, answer) =>
        /blocks\//.test(request.path) ? { status: 500, body: { code: 500, message: 'x' } } : answer,
    ],
  ];

  test.each(cases)('%s', async (_, spoil) => {
    const { run } = await house({
      nodes: [{ lacks: ['/eth/v1/validator/liveness', '/eth/v1/beacon/rewards'] }],
      spoil,
    });
    const alpha = alphaOf(await run(start, 3));
    expect(alpha.state).toBe('unknown');
    expect(alpha.detail).toMatch(/a block|its committees|not seen/);
  });

  test.each([
    [
      'another genesis',
      changed(/genesis/, (body) => body.replace(/"genesis_time":"\d+"/, '"genesis_time":"1"')),
      'wrong-chain',
    ],
    [
      'a head from the future',
      changed(/headers\/head/, (body) =>
        body.replace(/"slot":"(\d+)"/, (_, slot: string) => `"slot":"${Number(slot) + 50}"`),
      ),
      'protocol',
    ],
    [
      'a head that its execution client has not verified',
      changed(/headers\/head/, (body) =>
        body.replace('"execution_optimistic":false', '"execution_optimistic":true'),
      ),
      'syncing',
    ],
    ['no head', changed(/headers\/head/, () => '{}'), 'body'],
    ['an empty answer for its head', changed(/headers\/head/, () => ''), 'body'],
  ] as const)('%s: it does not count at all', async (_, spoil, reason) => {
    const { run } = await house({ nodes: [{}], spoil });
    const seen = await run(start, 1);
    expect(seen.readings[0]?.trouble?.reason).toBe(reason);
    expect(alphaOf(seen).state).toBe('unknown');
  });

  test('100,000 validators where three were asked for', async () => {
    const many = changed(/validators\?/, (body) => {
      const one = /\[(\{.*?\}\})/.exec(body)?.[1] ?? '{}';
      return `{"data":[${Array.from({ length: 100_000 }, () => one).join(',')}]}`;
    });
    const { run } = await house({ nodes: [{}], spoil: many });
    const alpha = alphaOf(await run(start, 15));
    // Its keys are given as indices, so the blocks can be read all the same.
    expect(alpha.state).toBe('signing');
  });
});

test('a tick reads what is new, and blocks are read once however many signers ask', async () => {
  const { world, run } = await house();
  await run(start, 10);
  const seen = await run(start + 10 * minute, 6);
  expect(seen.requests).toBeLessThan(40);
  expect(Object.keys(world.ledger())).toEqual(['alpha']);
});
