// What Lodestar 1.5.1, geth 1.16.9 and anvil 1.7.1 were seen to do that tempts to a wrong verdict, judged from their recorded answers.
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Sample } from '../../functions/domain/sample.ts';
import { beacon } from '../../functions/probes/beacon.ts';
import { cometbft } from '../../functions/probes/cometbft.ts';
import { jsonrpc } from '../../functions/probes/jsonrpc.ts';
import { contextWith } from '../probes/context.ts';
import { type Exchange, type Lie, readRecording, type Recording } from '../support/recorded.ts';
import { listen } from '../support/server.ts';
import { second } from '../support/site.ts';
import { everybody, network, pair, withCommittees, withLiveness } from './recorded-ethereum.ts';
import { answerAt, bad, factOf, instead, serveNode, statesOf } from './recorded-nodes.ts';
import { type Seen, type World, worldOf } from './world.ts';

type House = { readonly world: World; readonly asked: () => readonly string[] };

const worldAt = (urls: readonly string[], keys: readonly (readonly string[])[]): World =>
  worldOf(
    urls.map((url, place) => ({
      id: `rpc-${place}`,
      operator: `op${place}`,
      isOwn: false,
      chain: 'ethereum' as const,
      source: { url, network },
    })),
    keys.map((each) => ({ id: each.join('+'), chain: 'ethereum' as const, keys: each })),
  );

/** Each recording is a source of an operator of its own, each list of keys a signer. */
async function house(
  nodes: readonly Recording[],
  given: { readonly keys: readonly (readonly string[])[]; readonly lie?: Lie },
): Promise<House> {
  const served = await Promise.all(nodes.map((node) => serveNode(node, given.lie)));
  const urls = served.map(({ url }) => url);
  return { world: worldAt(urls, given.keys), asked: () => served.flatMap(({ asked }) => asked()) };
}

/** What keeps the first source from showing all of its first signer. */
const troubleOf = (seen: Seen): string | null | undefined => seen.readings[0]?.signers[0]?.trouble;

/** Nobody is said to be silent, not even for so short a time that it does not count yet. */
function expectNoSilence(seen: Seen): void {
  expect(seen.signers.map(({ silentSince, keys }) => [silentSince, keys.silent])).toEqual(
    seen.signers.map(() => [null, 0]),
  );
}

type Probed = { readonly sample: Sample; readonly asked: readonly string[] };

async function probed(
  node: Recording,
  given: { readonly at?: number; readonly lie?: Lie; readonly options?: object } = {},
): Promise<Probed> {
  const { url, asked } = await serveNode(node, given.lie);
  const target = beacon.schema.parse({ url, network, ...given.options });
  const sample = await beacon.run(target, { ...contextWith(), at: given.at ?? node.at });
  return { sample, asked: asked() };
}

/** A node that seems well by all that it says of itself. */
function expectGreen(node: Recording): void {
  expect(answerAt(node, '/eth/v1/node/health').status).toBe(200);
  const { body } = answerAt(node, '/eth/v1/node/syncing');
  expect(body).toContain('"sync_distance":"0","is_syncing":false,"is_optimistic":false');
}

describe('liveness', () => {
  const lodestar = pair('ethereum/healthy');
  const [node, other] = lodestar;
  const nodes = lodestar.map(withCommittees).map(withLiveness);
  const epochPath = (epoch: number): string => `/eth/v1/validator/liveness/${epoch}`;

  test('of the running epoch is false for the living: it is not asked', async () => {
    expect(answerAt(withLiveness(other), epochPath(3)).body).toContain(
      '{"index":5,"epoch":3,"is_live":false}',
    );
    const { world, asked } = await house(nodes, { keys: [everybody] });
    expect(statesOf(await world.tick(node.at, { isDeep: true }))).toEqual(['signing']);
    expect(asked().filter((path) => path.includes('liveness'))).toEqual([
      `POST ${epochPath(2)}`,
      `POST ${epochPath(2)}`,
    ]);
  });

  test('of a finished epoch that is false for the living (told by a lie) makes nobody silent', async () => {
    const lie = instead(/\/liveness\/2$/, ({ body }) => ({
      body: body.replaceAll('"is_live":true', '"is_live":false'),
    }));
    const { world } = await house(nodes, { keys: [everybody], lie });
    expect(statesOf(await world.tick(node.at, { isDeep: true }))).toEqual(['signing']);
    // Without committees nothing else is known of them.
    const blind = await house(lodestar.map(withLiveness), { keys: [everybody], lie });
    const seen = await blind.world.tick(node.at, { isDeep: true });
    expect(statesOf(seen)).toEqual(['unknown']);
    expectNoSilence(seen);
  });

  test('and rewards that are answered with 404 by an older node are unknown, not silent; blocks show life all the same', async () => {
    for (const path of [epochPath(2), '/eth/v1/beacon/rewards/attestations/1'])
      expect(answerAt(node, path).status).toBe(404);
    const { world, asked } = await house(lodestar, { keys: [everybody] });
    const seen = await world.tick(node.at, { isDeep: true });
    expect(asked()).toContain('POST /eth/v1/beacon/rewards/attestations/1');
    expect(statesOf(seen)).toEqual(['unknown']);
    expectNoSilence(seen);
    const right = await house(lodestar.map(withCommittees), { keys: [everybody] });
    expect(statesOf(await right.world.tick(node.at, { isDeep: true }))).toEqual(['signing']);
  });
});

describe('a beacon node whose execution client was killed', () => {
  const [node, other] = pair('ethereum/execution-killed');

  test('stays green with health 200 and no distance: the probe finds it stale by the age of its head', async () => {
    expectGreen(node);
    // The least age that may be configured is 10 seconds, and it was asked after 8: its head stands still, and its answers with it.
    const at = node.at + 4 * second;
    const { sample, asked } = await probed(node, { at, options: { maxHeadAge: '10s' } });
    expect(sample).toMatchObject(bad('stale', 'its head, slot 55, is 12 s old'));
    expect(asked).not.toContain('GET /eth/v1/node/health');
    const [healthy] = pair('ethereum/healthy');
    expectGreen(healthy);
    expect((await probed(healthy, { options: { maxHeadAge: '10s' } })).sample).toMatchObject({
      ok: true,
      facts: { slot: 31, peers: 1, syncDistance: 0 },
    });
  });

  test('calls its validators live: it does not count, and they are unknown', async () => {
    const nodes = [node, other].map(withCommittees).map(withLiveness);
    expect(answerAt(withLiveness(node), '/eth/v1/validator/liveness/6').body).toContain(
      '{"index":0,"epoch":6,"is_live":true}',
    );
    const { world } = await house(nodes, { keys: [everybody] });
    const seen = await world.tick(node.at);
    expect(seen.readings.map(({ trouble }) => trouble?.reason)).toEqual(['stale', 'stale']);
    expect(statesOf(seen)).toEqual(['unknown']);
    expect(seen.signers[0]?.detail).toContain('op0: stale, its head, slot 55, is 4 slots old');
    expectNoSilence(seen);
  });
});

describe('a beacon node beside one that is frozen', () => {
  test('follows nobody, with health 200 and one peer: it is syncing, and not ok', async () => {
    const node = readRecording('ethereum/second-node-frozen-peer', 'beacon-2');
    expect(answerAt(node, '/eth/v1/node/health').status).toBe(200);
    expect(answerAt(node, '/eth/v1/node/peer_count').body).toContain('"connected":"1"');
    expect((await probed(node)).sample).toMatchObject(bad('syncing', 'is syncing, 10 slots behind'));
    const { world } = await house([withCommittees(node)], { keys: [['0', '15']] });
    const seen = await world.tick(node.at);
    expect(seen.readings[0]?.trouble?.reason).toBe('stale');
    expect(statesOf(seen)).toEqual(['unknown']);
  });
});

describe('a frozen node (a bare socket: there is no answer to record)', () => {
  const frozen = async (): Promise<string> => {
    const { address, close } = await listen(createServer());
    onTestFinished(close);
    return `http://${address}`;
  };
  const late = bad('timeout', 'connected, but no answer came within 500 ms');

  test('accepts the connection and never answers: every probe of a node calls it a timeout', async () => {
    const url = await frozen();
    const context = contextWith({ timeoutMs: 500 });
    const samples = await Promise.all([
      beacon.run(beacon.schema.parse({ url, network }), context),
      jsonrpc.run(jsonrpc.schema.parse({ url, chainId: 1 }), context),
      cometbft.run(cometbft.schema.parse({ url, network: 'chain-kaG4X2' }), context),
    ]);
    expect(samples).toMatchObject([late, late, late]);
  });

  test('shows nothing of a signer: unknown, and it says why', async () => {
    const world = worldAt([await frozen()], [['0', '15']]);
    const seen = await world.tick(readRecording('ethereum/healthy', 'beacon-1').at, { timeoutMs: 500 });
    expect(statesOf(seen)).toEqual(['unknown']);
    expect(seen.signers[0]?.detail).toContain('op0: timeout, connected, but no answer came within 500 ms');
    expect(seen.chains).toMatchObject([{ state: 'unknown' }]);
  });
});

describe('an error', () => {
  const node = withCommittees(readRecording('ethereum/healthy', 'beacon-1'));
  const beacond = readRecording('berachain/healthy', 'beacond-0-api');
  const said = ({ status, body }: Exchange): Partial<Exchange> => ({ status, body });

  test.each([
    ['{statusCode, error, message}', said(answerAt(node, /liveness\/2$/)), 404],
    ['{message} alone', said(answerAt(beacond, '/eth/v1/node/peer_count')), 404],
    ['{code, message}', said(answerAt(beacond, '/eth/v1/node/health')), 500],
  ])('in the shape %s is told by its status, and is never an answer', async (_, error, status) => {
    expect(error.status).toBe(status);
    const peers = await probed(node, { lie: instead(/peer_count$/, () => error) });
    // A node that has no such route is judged without it.
    expect(peers.sample).toMatchObject(
      status === 404 ? { ok: true } : bad('status', 'its peers: answered 500'),
    );
    expect(peers.sample).not.toHaveProperty('facts.peers');
    const head = await probed(node, { lie: instead(/headers\/head$/, () => error) });
    expect(head.sample).toMatchObject(bad('status', `its head: answered ${status}`));
    const lie = instead(/\/blocks\//, () => error);
    const { world } = await house([node, node], { keys: [['0', '15']], lie });
    const seen = await world.tick(node.at, { isDeep: true });
    expect(statesOf(seen)).toEqual(['unknown']);
    expect(troubleOf(seen)).toBe(`a block: answered ${status}`);
    expectNoSilence(seen);
  });
});

describe('an execution client', () => {
  const probe = async (node: Recording, options: object): Promise<Sample> => {
    const { url } = await serveNode(node);
    return jsonrpc.run(jsonrpc.schema.parse({ url, ...options }), { ...contextWith(), at: node.at });
  };

  test('that is fresh (geth) answers eth_syncing with an object of zeros: it does not sync', async () => {
    const fresh = readRecording('execution/geth', 'geth');
    const options = { chainId: 80_999, minPeers: 0 };
    expect(fresh.exchanges.map(({ body }) => body)).toContainEqual(
      expect.stringMatching(/"result":\{"currentBlock":"0x0".*"highestBlock":"0x0"/),
    );
    // Its only block is that of its genesis, of 1970.
    expect(await probe(fresh, options)).toMatchObject(
      bad('stale', expect.stringContaining('its newest block, 0, is ')),
    );
    const later = readRecording('ethereum/healthy', 'geth');
    const block = later.exchanges.filter(({ requestBody = '' }) =>
      requestBody.includes('eth_getBlockByNumber'),
    );
    const mixed = { ...fresh, at: later.at, exchanges: [...block, ...fresh.exchanges] };
    expect(await probe(mixed, options)).toMatchObject({ ok: true, facts: { height: 31, peers: 0 } });
  });

  test('that has no net_peerCount (anvil) is ok, and its peers are not judged', async () => {
    const anvil = readRecording('execution/anvil', 'anvil');
    expect(anvil.exchanges.map(({ body }) => body)).toContainEqual(expect.stringContaining('-32601'));
    const sample = await probe(anvil, { chainId: 31_337, minPeers: 3 });
    expect(sample).toMatchObject({ ok: true, facts: { height: 0 } });
    expect(sample).not.toHaveProperty('facts.peers');
  });
});

describe('committees', () => {
  const nodes = pair('ethereum/one-client-stopped');

  test('with slot and index exchanged (Lodestar) are refused: unknown, and neither alive nor silent', async () => {
    expect(answerAt(nodes[0], '/eth/v1/beacon/states/head/committees?epoch=6').body).toContain(
      '{"index":"1","slot":"0",',
    );
    const { world } = await house(nodes, { keys: [['0', '15'], ['15']] });
    const seen = await world.tick(nodes[0].at, { isDeep: true });
    expect(statesOf(seen)).toEqual(['unknown', 'unknown']);
    expect(troubleOf(seen)).toBe('its committees: they are not as the API defines them');
    expect(seen.signers.map(({ actAt }) => actAt)).toEqual([null, null]);
    expectNoSilence(seen);
  });

  test('put right show with the same blocks who attests, and whose client was stopped', async () => {
    const { world } = await house(nodes.map(withCommittees), { keys: [['0'], ['14'], ['15'], everybody] });
    const seen = await world.tick(nodes[0].at, { isDeep: true });
    expect(statesOf(seen)).toEqual(['signing', 'quiet', 'quiet', 'quiet']);
    expect(factOf(seen, '15').detail).toBe('no signature in 1 epoch (op0, op1)');
    expect(factOf(seen, everybody.join('+')).keys.silent).toBe(0);
  });
});
