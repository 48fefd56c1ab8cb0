// The cometbft probe: the contract, the order in which a node is judged, and what it may answer.
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Sample } from '../../functions/domain/sample.ts';
import { cometbft } from '../../functions/probes/cometbft.ts';
import { type Answers, apiServer, type Asked, nonsense } from '../support/api-server.ts';
import {
  cometNetwork as network,
  cometNode,
  type CometChanges,
  netInfoAnswer,
  statusAnswer,
} from '../support/node-answers.ts';
import { listen } from '../support/server.ts';
import { contextWith } from './context.ts';
import { contract } from './contract.ts';

contract('cometbft', {
  target: (address) => ({
    probe: 'cometbft',
    ...cometbft.schema.parse({ url: `http://${address}`, network }),
  }),
  server: () => apiServer(cometNode(Date.now())).server,
});

type Probed = { readonly sample: Sample; readonly asked: readonly Asked[]; readonly connections: number };

async function started(answers: Answers): Promise<{ url: string; asked: Asked[]; accepted: () => number }> {
  const { server, asked } = apiServer(answers);
  const { address, accepted, close } = await listen(server);
  onTestFinished(close);
  return { url: `http://${address}`, asked, accepted };
}

async function probed(changes: Answers, options: object = {}, timeoutMs = 10_000): Promise<Probed> {
  const { url, asked, accepted } = await started({ ...cometNode(Date.now()), ...changes });
  const target = cometbft.schema.parse({ url, network, ...options });
  return { sample: await cometbft.run(target, contextWith({ timeoutMs })), asked, connections: accepted() };
}

const probe = async (changes: Answers, options: object = {}): Promise<Sample> =>
  (await probed(changes, options)).sample;
const status = (changes: CometChanges): Answers => ({
  '/status': { body: statusAnswer(Date.now(), changes) },
});
const peers = (count: unknown): Answers => ({ '/net_info': { body: netInfoAnswer(count) } });
/** The url of another node. */
const other = async (changes: CometChanges | Answers[string]): Promise<string> => {
  const isAnswer = typeof changes === 'string' || 'body' in changes;
  const answers = isAnswer ? { '/status': changes } : status(changes);
  return (await started(answers)).url;
};

const bad = (reason: string, detail: unknown = expect.any(String)): object => ({ ok: false, reason, detail });

describe('the cometbft probe', () => {
  test('is ok with a node of the chain at its head, and asks over one connection', async () => {
    const { sample, asked, connections } = await probed({});
    expect(sample).toMatchObject({ ok: true, facts: { height: 11_000_000, peers: 12, votingPower: 0 } });
    expect(sample).toHaveProperty('facts.headAgeS', expect.any(Number));
    expect(asked.map(({ key }) => key)).toEqual(['/status', '/net_info']);
    expect(connections).toBe(1);
  });

  test('never takes a node of another chain for a good one, whatever else is wrong with it', async () => {
    const strange = { network: 'testnet-beacon-80069', isCatchingUp: true, at: 0 };
    expect(await probe(status(strange))).toMatchObject(
      bad('wrong-chain', 'it is a node of testnet-beacon-80069, not of mainnet-beacon-80094'),
    );
    expect(await probe(status({ network: 'x'.repeat(101) }))).toMatchObject(bad('body'));
  });

  test('wants the node that the operator means', async () => {
    const nodeId = '9A'.repeat(20);
    expect(await probe({}, { nodeId })).toMatchObject({ ok: true });
    expect(await probe(status({ id: 'ff'.repeat(20) }), { nodeId })).toMatchObject(
      bad('identity', 'its node id is ffffffffff…, not the expected one'),
    );
  });

  test('says that a node is catching up before it says how old its head is', async () => {
    expect(await probe(status({ isCatchingUp: true, height: '34', at: 0 }))).toMatchObject(
      bad('syncing', 'is catching up, at height 34'),
    );
  });

  test('finds by the clock alone that a chain stands still, or that a node has lost its execution client', async () => {
    const old = status({ at: Date.now() - 300_000 });
    expect(await probe(old)).toMatchObject(
      bad('stale', expect.stringMatching(/^its newest block, 11000000, is 3\d\d s old$/)),
    );
    expect(await probe(old, { maxHeadAge: '1h' })).toMatchObject({ ok: true });
  });

  test('does not believe a block from the future', async () => {
    expect(await probe(status({ at: Date.now() + 50_000 }))).toMatchObject({ ok: true });
    expect(await probe(status({ at: Date.now() + 200_000 }))).toMatchObject(
      bad('protocol', expect.stringMatching(/is \d+ s in the future$/)),
    );
    expect(await probe(status({ at: '9999-12-31T23:59:59.0Z' }))).toMatchObject(bad('protocol'));
  });

  test('finds a node below the highest of others', async () => {
    const compareWith = await Promise.all([other({ height: '11000005' }), other({ height: '11000011' })]);
    expect(await probe({}, { compareWith })).toMatchObject(bad('lagging', 'is 11 heights below other nodes'));
    expect(await probe({}, { compareWith, maxLag: 11 })).toMatchObject({
      ok: true,
      facts: { othersHeight: 11_000_011 },
    });
  });

  test('counts the others that fail, are of another chain or of the future, and ignores them', async () => {
    const ignored = await Promise.all([
      other({ height: '99000000', network: 'testnet-beacon-80069' }),
      other({ height: '99000000', at: Date.now() + 9e6 }),
      other('reset'),
    ]);
    const sample = await probe({}, { compareWith: ignored });
    expect(sample).toMatchObject({ ok: true, facts: { othersIgnored: 3 } });
    expect(sample).not.toHaveProperty('facts.othersHeight');
    const mixed = [await other({ body: '<html>', status: 502 }), await other({ height: '11000003' })];
    expect(await probe({}, { compareWith: mixed })).toMatchObject({
      ok: true,
      facts: { othersHeight: 11_000_003, othersIgnored: 1 },
    });
  });

  test('is not late because another node never answers', async () => {
    const compareWith = [await other('silence')];
    const { sample } = await probed({}, { compareWith }, 6_000);
    expect(sample).toMatchObject({ ok: true, facts: { othersIgnored: 1 } });
  });

  test('speaks of its own node when that one is late', async () => {
    const compareWith = [await other({}), await other('silence')];
    const { sample } = await probed({ '/status': 'silence' }, { compareWith }, 1_500);
    expect(sample).toMatchObject(bad('timeout', 'connected, but no answer came within 1500 ms'));
  });

  test('wants peers, unless the operator does not', async () => {
    expect(await probe(peers('0'))).toMatchObject(bad('few-peers', 'has 0 peers, expected at least 1'));
    expect(await probe(peers('0'), { minPeers: 0 })).toMatchObject({ ok: true });
    expect(await probe(peers('2'), { minPeers: 3 })).toMatchObject(bad('few-peers'));
  });

  const error = (code: number) => ({ jsonrpc: '2.0', id: -1, error: { code, message: 'no' } });
  test.for([
    ['404', { status: 404, body: '404 page not found' }],
    ['403', { status: 403, body: '' }],
    ['an error of JSON-RPC', { body: error(-32_601) }],
    ['an error of JSON-RPC in a 500', { status: 500, body: error(-32_601) }],
  ] as const)('does without peers of a server that answers %s to them', async ([, said]) => {
    const sample = await probe({ '/net_info': said });
    expect(sample).toMatchObject({ ok: true });
    expect(sample).not.toHaveProperty('facts.peers');
  });

  test('is not ok when peers cannot be read', async () => {
    expect(await probe(peers(-1))).toMatchObject(
      bad('body', 'its peers: result.n_peers is not as the API defines it'),
    );
    expect(await probe({ '/net_info': { status: 500, body: error(-32_603) } })).toMatchObject(
      bad('status', 'its peers: answered 500 with error -32603'),
    );
  });

  test('reads the peers of a node that has hundreds of them', async () => {
    const peer = { node_info: { moniker: 'x'.repeat(1_500) }, is_outbound: false, remote_ip: '192.0.2.1' };
    const { result, ...rest } = netInfoAnswer('400');
    const many = { ...rest, result: { ...result, peers: Array.from({ length: 400 }, () => peer) } };
    expect(await probe({ '/net_info': { body: many } })).toMatchObject({ ok: true, facts: { peers: 400 } });
  });

  test('wants voting power where there must be some, and none where there must be none', async () => {
    const some = status({ power: '250000000000000' });
    expect(await probe({}, { votingPower: 'some' })).toMatchObject(
      bad('identity', 'it has voting power 0, expected some'),
    );
    expect(await probe(some, { votingPower: 'none' })).toMatchObject(bad('identity'));
    expect(await probe(some, { votingPower: 'some' })).toMatchObject({
      ok: true,
      facts: { votingPower: 250_000_000_000_000 },
    });
  });

  test('says whose key the node has, if that may vote', async () => {
    expect(await probe(status({ power: '7' }))).toMatchObject({
      facts: { validator: '12'.repeat(20) },
    });
    const idle = await probe(status({ power: '0' }));
    expect(idle.ok && Object.keys(idle.facts)).not.toContain('validator');
  });

  test('reads a voting power that is more than a double holds exactly', async () => {
    const huge = status({ power: '10000000000000001' });
    expect(await probe(huge, { votingPower: 'some' })).toMatchObject({ ok: true });
  });

  test.for([
    [{ height: '-5' }, 'sync_info.latest_block_height'],
    [{ height: 5.5 }, 'sync_info.latest_block_height'],
    [{ height: '9007199254740993' }, 'sync_info.latest_block_height'],
    [{ isCatchingUp: 'false' }, 'sync_info.catching_up'],
    [{ isCatchingUp: 0 }, 'sync_info.catching_up'],
    [{ at: 'yesterday' }, 'sync_info.latest_block_time'],
    [{ power: '-1' }, 'validator_info.voting_power'],
    [{ id: 'none' }, 'node_info.id'],
    [{ network: 80_094 }, 'node_info.network'],
  ] as const)('does not accept a wrong status: %j', async ([changes, place]) => {
    expect(await probe(status(changes))).toMatchObject(
      bad('body', `its status: result.${place} is not as the API defines it`),
    );
  });

  test.for(nonsense)('takes %s for an answer of no node', async ([, said, reason]) => {
    expect(await probe({ '/status': said })).toMatchObject(bad(reason));
  });

  test('says that an error with HTTP 200 is no status', async () => {
    expect(await probe({ '/status': { body: error(-32_603) } })).toMatchObject(bad('body'));
  });

  test.for([
    [{ compareWith: ['http://me:secret@a.test'] }],
    [{ compareWith: ['ftp://a.test'] }],
    [{ compareWith: ['a', 'b', 'c', 'd'].map((name) => `http://${name}.test`) }],
    [{ network: '' }],
    [{ network: undefined }],
    [{ nodeId: '12' }],
    [{ maxLag: 0 }],
    [{ votingPower: 'much' }],
  ] as const)('does not take %j as options', ([options]) => {
    expect(cometbft.schema.safeParse({ url: 'http://a.test', network, ...options }).success).toBe(false);
  });
});
