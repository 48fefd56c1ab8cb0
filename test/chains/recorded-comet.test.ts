// What real nodes of CometBFT 0.38.17 and beacond 1.1.3 were seen to do that tempts to a wrong verdict, judged from their recorded answers.
import { describe, expect, test } from 'vitest';
import { canonicalKey } from '../../functions/config/signer.ts';
import type { Sample } from '../../functions/domain/sample.ts';
import { cometbft } from '../../functions/probes/cometbft.ts';
import { contextWith } from '../probes/context.ts';
import { type Lie, readRecording, type Recording } from '../support/recorded.ts';
import { minute } from '../support/site.ts';
import { bera, comet, type Dialect, goneOn, networks, recorded } from './recorded-comet.ts';
import { answerAt, bad, factOf, instead, serveNode, statesOf } from './recorded-nodes.ts';
import { type Seen, type World, worldOf } from './world.ts';

type House = { readonly world: World; readonly asked: () => readonly string[] };

/** Each recording is a source of an operator of its own, each key a signer of its own. */
async function house(
  chain: Dialect,
  nodes: readonly Recording[],
  given: { readonly keys: Readonly<Record<string, string>>; readonly lie?: Lie },
): Promise<House> {
  const served = await Promise.all(nodes.map((node) => serveNode(node, given.lie)));
  const targets = served.map(({ url }, place) => ({
    id: `rpc-${place}`,
    operator: `op${place}`,
    isOwn: false,
    chain,
    source: { url, network: networks[chain] },
  }));
  const signers = Object.entries(given.keys).map(([id, key]) => ({
    id,
    chain,
    keys: [canonicalKey(key, chain)],
  }));
  return { world: worldOf(targets, signers), asked: () => served.flatMap(({ asked }) => asked()) };
}

const troubleOf = (seen: Seen): string | null | undefined => seen.readings[0]?.signers[0]?.trouble;

type Probed = { readonly sample: Sample; readonly asked: readonly string[] };

async function probed(
  dialect: Dialect,
  node: Recording,
  options: object = {},
  at = node.at,
): Promise<Probed> {
  const { url, asked } = await serveNode(node);
  const target = cometbft.schema.parse({ url, network: networks[dialect], ...options });
  const sample = await cometbft.run(target, { ...contextWith(), at });
  return { sample, asked: asked() };
}

describe('a commit', () => {
  test.each([
    ['berachain', 'beacond-0', bera.one],
    ['cometbft', 'cometbft-0', comet.third],
  ] as const)(
    'of %s at the tip is not canonical and misses a validator that lives: it is never counted',
    async (dialect, name, address) => {
      const node = recorded(`${dialect}/healthy`, name);
      const { body } = answerAt(node, '/commit?height=10');
      expect(body).toContain('"canonical":false');
      expect(body).not.toContain(`"validator_address":"${address}"`);
      const { world, asked } = await house(dialect, [node], { keys: { alpha: address } });
      expect(statesOf(await world.tick(node.at))).toEqual(['signing']);
      expect(asked().filter((path) => path.includes('/commit'))).toEqual(['GET /commit?height=9']);
    },
  );

  test('that is not canonical where it should be (told by a lie) shows nothing', async () => {
    const node = recorded('berachain/healthy', 'beacond-0');
    const lie = instead(/^\/commit\?height=9$/, () => ({
      body: answerAt(node, '/commit?height=10').body.replaceAll('"height":"10"', '"height":"9"'),
    }));
    const { world } = await house('berachain', [node, node], {
      keys: { one: bera.one, three: bera.three },
      lie,
    });
    const seen = await world.tick(node.at);
    expect(statesOf(seen)).toEqual(['unknown', 'unknown']);
    expect(troubleOf(seen)).toBe('a commit: it is not canonical yet');
  });

  test('has an empty address for who is absent: entries are told apart by their place in the set', async () => {
    const node = recorded('berachain/one-stopped', 'beacond-0');
    const other = recorded('berachain/one-stopped', 'beacond-2');
    const { world } = await house('berachain', [node, other], { keys: bera });
    const seen = await world.tick(node.at);
    expect(statesOf(seen)).toEqual(['quiet', 'signing', 'signing', 'signing']);
    expect(factOf(seen, 'one').detail).toBe('no signature in 5 heights (op0, op1)');
  });

  test('beyond the tip is an error of JSON-RPC in HTTP 500: unknown, and it says why', async () => {
    // One address, two nodes: one that is at the tip answers for its status, one that stands still for all else.
    const ahead = recorded('berachain/execution-killed', 'beacond-0');
    const behind = readRecording('berachain/execution-killed', 'beacond-2');
    const beyond = answerAt(behind, '/commit?height=30');
    expect([beyond.status, beyond.body]).toEqual([500, expect.stringContaining('"code":-32603')]);
    const mixed = { ...behind, exchanges: [answerAt(ahead, '/status'), ...behind.exchanges] };
    // Its block is always a new one, so that it is no old head that is told in the end.
    let now = ahead.at;
    const lie = instead(/^\/status$/, ({ body }) => ({
      body: body.replace(/(?<="latest_block_time":")[^"]+/, new Date(now).toISOString()),
    }));
    const { world } = await house('berachain', [mixed, mixed], {
      keys: { two: bera.two, three: bera.three },
      lie,
    });
    const seen = await world.tick(now);
    expect(statesOf(seen)).toEqual(['unknown', 'unknown']);
    expect(troubleOf(seen)).toBe('a commit: answered 500');
    now += 4 * minute;
    expect((await world.tick(now)).signers).toMatchObject(
      Array.from({ length: 2 }, () => ({
        state: 'unknown',
        detail: 'no source shows it: op0: a commit: answered 500; op1: a commit: answered 500',
      })),
    );
  });
});

describe('a vote of beacond', () => {
  const flagsOf = (node: Recording, height: number): number[] =>
    [...answerAt(node, `/commit?height=${height}`).body.matchAll(/"block_id_flag":(\d)/g)].map(([, flag]) =>
      Number(flag),
    );

  test('is flag 4 for one and flag 5, without signature and time, for the others: all are alive', async () => {
    const node = recorded('berachain/healthy', 'beacond-0');
    expect(flagsOf(node, 9)).toEqual([4, 5, 5, 5]);
    const { world } = await house('berachain', [node], { keys: bera });
    expect(statesOf(await world.tick(node.at))).toEqual(['signing', 'signing', 'signing', 'signing']);
  });

  test('of flag 4 passes to another validator when who carried it stops: it shows nothing of anybody else', async () => {
    const node = recorded('berachain/one-stopped', 'beacond-0');
    expect(flagsOf(node, 17)).toEqual([1, 4, 5, 5]);
    const { world } = await house('berachain', [node], { keys: bera });
    expect(statesOf(await world.tick(node.at))).toEqual(['quiet', 'signing', 'signing', 'signing']);
  });
});

describe('a key of Berachain', () => {
  const node = recorded('berachain/healthy', 'beacond-0');
  const held = [
    ...answerAt(node, '/validators?height=10&page=1&per_page=100').body.matchAll(/"value":"([^"]+)"/g),
  ];
  const base64 = (place: number): string => held[place]?.[1] ?? '';
  const uncompressed = (place: number): string => Buffer.from(base64(place), 'base64').toString('hex');

  // The compressed forms are those that @noble/curves 2.4.0 gives; y is the larger one of the first key, the smaller one of the second.
  test.each([
    [
      0,
      bera.one,
      'ad734254cc59b710c449f14beb43315845deb51fc366583bc3e30dc13451766fa0857f114456a3082a6c5a01d794760f',
    ],
    [
      1,
      bera.two,
      '99e4920eba4fd00107e5971a428bfe60e0bae6641ba3fb3003fbed089f137bcdddc1ee6a558f7610a581b23f53d0584c',
    ],
  ] as const)(
    'is 96 uncompressed bytes at the node, and number %i is found by its address, compressed and uncompressed alike',
    async (place, address, compressed) => {
      expect(uncompressed(place)).toHaveLength(192);
      const keys = {
        address,
        compressed,
        uncompressed: uncompressed(place),
        base64: base64(place),
        prefixed: `0x${compressed}`,
      };
      const { world } = await house('berachain', [node], { keys });
      const seen = await world.tick(node.at);
      expect(statesOf(seen)).toEqual(['signing', 'signing', 'signing', 'signing', 'signing']);
      expect(new Set(seen.signers.map(({ actAt }) => actAt)).size).toBe(1);
      const stopped = recorded('berachain/one-stopped', 'beacond-0');
      const other = await house('berachain', [stopped], { keys });
      const later = await other.world.tick(stopped.at);
      expect(new Set(statesOf(later))).toEqual(new Set([address === bera.one ? 'quiet' : 'signing']));
    },
  );
});

describe('a beacond whose execution client was killed', () => {
  const scene = 'berachain/execution-killed';

  test('stays green and only its height freezes: the probe finds it stale by the clock, and lagging beside others', async () => {
    const node = readRecording(scene, 'beacond-2');
    expect(answerAt(node, '/status').body).toContain('"catching_up":false');
    expect(answerAt(node, '/health').status).toBe(200);
    const api = readRecording(scene, 'beacond-2-api');
    expect(answerAt(api, '/eth/v1/node/syncing').body).toContain('"el_offline":false');
    expect((await probed('berachain', node, { maxHeadAge: '10s' })).sample).toMatchObject(
      bad('stale', 'its newest block, 24, is 14 s old'),
    );
    const others = await Promise.all(
      ['beacond-0', 'beacond-1'].map((name) => serveNode(readRecording(scene, name))),
    );
    const compareWith = others.map(({ url }) => url);
    expect((await probed('berachain', node, { compareWith, maxLag: 5 })).sample).toMatchObject(
      bad('lagging', 'is 7 heights below other nodes'),
    );
  });

  test('is shown absent by the others: its signer is quiet, and silent when it goes on (told by a lie)', async () => {
    const node = recorded(scene, 'beacond-0');
    const other = recorded(scene, 'beacond-1');
    const now = await house('berachain', [node, other], { keys: bera });
    const seen = await now.world.tick(node.at);
    expect(statesOf(seen)).toEqual(['signing', 'quiet', 'signing', 'signing']);
    const later = goneOn(node, 90);
    const { world } = await house('berachain', [later, goneOn(other, 90)], { keys: bera });
    const silent = await world.tick(later.at, { isDeep: true });
    expect(statesOf(silent)).toEqual(['signing', 'silent', 'signing', 'signing']);
  });
});

describe('a chain that has halted', () => {
  const first = recorded('cometbft/halted', 'cometbft-0');
  const nodes = [first, recorded('cometbft/halted', 'cometbft-3')];
  const keys = { living: comet.first, stopped: comet.last };
  const { at } = first;

  test('answers health 200 and catching_up false: the probe finds it stale by the age of its block', async () => {
    for (const node of nodes) {
      expect(answerAt(node, '/health').status).toBe(200);
      expect(answerAt(node, '/status').body).toContain('"catching_up":false');
      const { sample } = await probed('cometbft', node, { maxHeadAge: '10s' });
      expect(sample).toMatchObject(bad('stale', 'its newest block, 18, is 12 s old'));
    }
  });

  test('is stalled, not moving, and its signers are unknown, not silent; who was quiet before is not more than that', async () => {
    // Its answers stay what they are for as long as it stands still.
    const { world } = await house('cometbft', nodes, { keys });
    const stalled = await world.tick(at + 2 * minute);
    expect(stalled.chains).toMatchObject([{ state: 'stalled' }]);
    expect(stalled.readings.map(({ trouble }) => trouble?.reason)).toEqual(['stale', 'stale']);
    expect(statesOf(stalled)).toEqual(['unknown', 'unknown']);
    const before = await house('cometbft', nodes, { keys });
    expect(statesOf(await before.world.tick(at))).toEqual(['signing', 'quiet']);
    // At the second of these times the one that was stopped has been away for longer than silence takes, by the clock alone.
    for (const later of [2, 2.9, 4, 60]) {
      const states = statesOf(await before.world.tick(at + later * minute));
      expect(states).not.toContain('silent');
    }
    expect(statesOf(await before.world.tick(at + 61 * minute))).toEqual(['unknown', 'unknown']);
  });
});

describe('a node that was started again', () => {
  test('says catching_up false while it is far behind: the heights of others show it, and the clock (told by what it said before it stopped)', async () => {
    const node = readRecording('cometbft/healthy', 'cometbft-1');
    const other = readRecording('cometbft/one-stopped', 'cometbft-0');
    expect(answerAt(node, '/status').body).toContain('"catching_up":false');
    const { url } = await serveNode(other);
    const beside = { compareWith: [url], maxLag: 5 };
    expect((await probed('cometbft', node, beside, other.at)).sample).toMatchObject(
      bad('lagging', 'is 8 heights below other nodes'),
    );
    expect((await probed('cometbft', node, { maxHeadAge: '10s' }, other.at)).sample).toMatchObject(
      bad('stale', 'its newest block, 10, is 21 s old'),
    );
    const source = await house('cometbft', [node], { keys: { alpha: comet.last } });
    const seen = await source.world.tick(other.at);
    expect(seen.readings[0]?.trouble?.reason).toBe('stale');
    expect(statesOf(seen)).toEqual(['unknown']);
  });
});

describe('what a node answers', () => {
  test('has id -1 and writes numbers as text: both are read, by the probe and for the chain', async () => {
    const node = recorded('berachain/healthy', 'beacond-0');
    const { body } = answerAt(node, '/status');
    expect(body).toContain('"id":-1,');
    expect(body).toContain('"latest_block_height":"10"');
    const { sample } = await probed('berachain', node);
    expect(sample).toMatchObject({
      ok: true,
      facts: { height: 10, peers: 3, votingPower: 32_000_000_000, headAgeS: 0 },
    });
    const { world } = await house('berachain', [node], { keys: { alpha: bera.two } });
    const { readings } = await world.tick(node.at);
    expect(readings[0]?.head?.number).toBe(10);
    expect(readings[0]?.signers[0]).toMatchObject({ next: 10, units: [{ unit: 9 }], trouble: null });
  });

  test('at the API of beacond is a stub: neither it nor any health route is asked for anything', async () => {
    const rpc = recorded('berachain/healthy', 'beacond-0');
    const api = readRecording('berachain/healthy', 'beacond-0-api');
    expect(answerAt(api, '/eth/v1/node/health').body).toContain('not implemented');
    expect(answerAt(api, '/eth/v1/node/peer_count').status).toBe(404);
    // Both behind one address, so that whoever asks finds it.
    const both = { ...rpc, exchanges: [...rpc.exchanges, ...api.exchanges] };
    const { sample, asked } = await probed('berachain', both);
    expect(sample).toMatchObject({ ok: true, facts: { peers: 3 } });
    expect(asked).toEqual(['GET /status', 'GET /net_info']);
    const source = await house('berachain', [both], { keys: bera });
    await source.world.tick(both.at);
    expect(source.asked()).toEqual([
      'GET /status',
      'GET /commit?height=9',
      'GET /validators?height=9&page=1&per_page=100',
    ]);
  });
});
