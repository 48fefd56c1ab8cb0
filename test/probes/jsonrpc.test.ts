// The jsonrpc probe: the contract, the order in which an execution client is judged, and what it may answer.
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Sample } from '../../functions/domain/sample.ts';
import { jsonrpc } from '../../functions/probes/jsonrpc.ts';
import { type Answers, apiServer, type Asked, nonsense, type Said } from '../support/api-server.ts';
import { blockResult, executionNode, rpcError, rpcResult } from '../support/node-answers.ts';
import { closedPort, listen } from '../support/server.ts';
import { contextWith } from './context.ts';
import { contract } from './contract.ts';

contract('jsonrpc', {
  target: (address) => ({
    probe: 'jsonrpc',
    ...jsonrpc.schema.parse({ url: `http://${address}/`, chainId: 1 }),
  }),
  server: () => apiServer(executionNode(Date.now())).server,
});

const now = Date.now();

type Probed = { readonly sample: Sample; readonly asked: readonly Asked[]; readonly connections: number };

async function probed(changes: Answers, options: object = {}): Promise<Probed> {
  const { server, asked } = apiServer({ ...executionNode(now), ...changes });
  const { address, accepted, close } = await listen(server);
  onTestFinished(close);
  const target = jsonrpc.schema.parse({ url: `http://${address}/`, chainId: 1, ...options });
  return { sample: await jsonrpc.run(target, contextWith()), asked, connections: accepted() };
}

const probe = async (changes: Answers, options: object = {}): Promise<Sample> =>
  (await probed(changes, options)).sample;

const bad = (reason: string, detail: unknown = expect.any(String)): object => ({ ok: false, reason, detail });
const blockAt = (at: number): Answers => ({ eth_getBlockByNumber: rpcResult(blockResult(5, at)) });

describe('the jsonrpc probe', () => {
  test('is ok with a node of the chain at its head, and asks over one connection', async () => {
    const { sample, asked, connections } = await probed({});
    expect(sample).toMatchObject({ ok: true, facts: { chainId: 1, height: 23_900_000, peers: 50 } });
    expect(sample).toHaveProperty('facts.headAgeS', expect.any(Number));
    expect(asked.map(({ key }) => key)).toEqual([
      'eth_chainId',
      'eth_syncing',
      'eth_getBlockByNumber',
      'net_peerCount',
    ]);
    expect(connections).toBe(1);
  });

  test('never takes a node of another chain for a good one, whatever else is wrong with it', async () => {
    const other = rpcResult('0x138de');
    const detail = 'its chain id is 80094, expected 1';
    expect(await probe({ eth_chainId: other })).toMatchObject(bad('wrong-chain', detail));
    const broken = { eth_syncing: rpcResult({ currentBlock: '0x1', highestBlock: '0x9' }), ...blockAt(0) };
    expect(await probe({ eth_chainId: other, ...broken })).toMatchObject(bad('wrong-chain', detail));
  });

  test('says how far a node is that syncs, before it says how old its head is', async () => {
    const syncing = rpcResult({ startingBlock: '0x0', currentBlock: '0xa', highestBlock: '0x64' });
    expect(await probe({ eth_syncing: syncing, ...blockAt(now - 9e6) })).toMatchObject(
      bad('syncing', 'is syncing, at block 10 of 100'),
    );
  });

  test('does not take the zeros of a fresh private node for syncing', async () => {
    const zeros = { currentBlock: '0x0', highestBlock: '0x0', txIndexRemainingBlocks: '0x1' };
    expect(await probe({ eth_syncing: rpcResult(zeros) })).toMatchObject({ ok: true });
    expect(await probe({ eth_syncing: rpcResult({}) })).toMatchObject({ ok: true });
  });

  test('finds by the clock that a head stands still although the node says that it is in sync', async () => {
    expect(await probe(blockAt(now - 600_000))).toMatchObject(
      bad('stale', expect.stringMatching(/^its newest block, 5, is 6\d\d s old$/)),
    );
    expect(await probe(blockAt(now - 600_000), { maxHeadAge: '1h' })).toMatchObject({ ok: true });
  });

  test('does not believe a head from the future', async () => {
    expect(await probe(blockAt(now + 50_000))).toMatchObject({ ok: true, facts: { headAgeS: 0 } });
    expect(await probe(blockAt(now + 200_000))).toMatchObject(
      bad('protocol', expect.stringMatching(/^its newest block, 5, is \d+ s in the future$/)),
    );
    const far = rpcResult({ ...blockResult(5, now), timestamp: '0x1fffffffffffff' });
    expect(await probe({ eth_getBlockByNumber: far })).toMatchObject(bad('protocol'));
  });

  test('wants peers, unless the operator does not', async () => {
    const lonely = { net_peerCount: rpcResult('0x0') };
    expect(await probe(lonely)).toMatchObject(bad('few-peers', 'has 0 peers, expected at least 1'));
    expect(await probe(lonely, { minPeers: 0 })).toMatchObject({ ok: true, facts: { peers: 0 } });
    expect(await probe({ net_peerCount: rpcResult('0x1') }, { minPeers: 3 })).toMatchObject(
      bad('few-peers', 'has 1 peer, expected at least 3'),
    );
  });

  test.for([
    ['does not know the method, as anvil', rpcError(-32_601)],
    ['refuses the method with HTTP 403', { status: 403, body: 'forbidden' }],
    ['refuses it with an error in an HTTP 400', rpcError(-32_600, 400)],
  ] as const)('does without peers of a server that %s', async ([, said]) => {
    const sample = await probe({ net_peerCount: said });
    expect(sample).toMatchObject({ ok: true });
    expect(sample).not.toHaveProperty('facts.peers');
  });

  test('is not ok when the number of peers cannot be read or the server breaks over it', async () => {
    expect(await probe({ net_peerCount: rpcResult(50) })).toMatchObject(
      bad('body', 'net_peerCount: result is not as the API defines it'),
    );
    expect(await probe({ net_peerCount: { status: 500, body: 'oops' } })).toMatchObject(bad('status'));
    expect(await probe({ net_peerCount: 'reset' })).toMatchObject(bad('reset'));
  });

  test.for(['eth_chainId', 'eth_syncing', 'eth_getBlockByNumber'])(
    'says in words that %s was refused, with HTTP 200 or another status',
    async (method) => {
      expect(await probe({ [method]: rpcError(-32_601) })).toMatchObject(
        bad('body', `${method} is not served`),
      );
      expect(await probe({ [method]: rpcError(-32_000, 500) })).toMatchObject(
        bad('status', `${method}: answered 500, it was refused with error -32000`),
      );
      expect(await probe({ [method]: rpcError(-32_005, 429) })).toMatchObject(bad('status'));
    },
  );

  test('does not take the answer to another question for its own', async () => {
    for (const id of [99, '1', null]) {
      const body = { jsonrpc: '2.0', id, result: '0x1' };
      expect(await probe({ eth_chainId: { body } })).toMatchObject(
        bad('body', 'eth_chainId: the answer has another id'),
      );
    }
    expect(await probe({ eth_chainId: { body: { result: '0x1' } } })).toMatchObject(bad('body'));
  });

  test('times the phases that there were, and no other', async () => {
    expect(Object.keys((await probe({})).latencyMs).toSorted()).toEqual(['connect', 'firstByte', 'total']);
    const port = await closedPort(createServer());
    const options = jsonrpc.schema.parse({ url: `http://127.0.0.1:${port}`, chainId: 1 });
    const { latencyMs } = await jsonrpc.run(options, contextWith());
    expect(Object.keys(latencyMs).toSorted()).toEqual(['connect', 'total']);
  });

  test('reads a block with thousands of transactions', async () => {
    const transactions = Array.from({ length: 4_000 }, () => `0x${'7'.repeat(64)}`);
    const full = rpcResult({ ...blockResult(5, now), transactions });
    expect(await probe({ eth_getBlockByNumber: full })).toMatchObject({ ok: true });
  });

  const block = (changes: object): Said => rpcResult({ ...blockResult(5, now), ...changes });
  test.for([
    ['eth_chainId', rpcResult(1)],
    ['eth_chainId', rpcResult('1')],
    ['eth_chainId', rpcResult('0x')],
    ['eth_chainId', rpcResult('-0x1')],
    ['eth_chainId', rpcResult('0x20000000000000')],
    ['eth_chainId', rpcResult(null)],
    ['eth_syncing', rpcResult('false')],
    ['eth_syncing', rpcResult(true)],
    ['eth_syncing', rpcResult({ currentBlock: 1, highestBlock: 2 })],
    ['eth_getBlockByNumber', rpcResult(null)],
    ['eth_getBlockByNumber', block({ number: 5 })],
    ['eth_getBlockByNumber', block({ number: '-0x5' })],
    ['eth_getBlockByNumber', block({ hash: '0x12' })],
    ['eth_getBlockByNumber', block({ timestamp: undefined })],
    ['eth_getBlockByNumber', { body: [{ jsonrpc: '2.0', id: 1, result: '0x1' }] }],
  ] as const)('does not accept a wrong %s: %j', async ([method, said]) => {
    expect(await probe({ [method]: said })).toMatchObject(
      bad('body', expect.stringMatching(new RegExp(`^${method}: .* is not as the API defines it$`))),
    );
  });

  test.for(nonsense)('takes %s for an answer of no node', async ([, said, reason]) => {
    for (const method of ['eth_chainId', 'eth_getBlockByNumber']) {
      expect(await probe({ [method]: said })).toMatchObject(bad(reason));
    }
  });

  test('sends the secret of its path and says nothing of it', async () => {
    const { server, asked } = apiServer({ ...executionNode(now), eth_chainId: { status: 500, body: '' } });
    const { address, close } = await listen(server);
    onTestFinished(close);
    const target = { url: `http://${address}/v3`, chainId: 1, pathSecret: { env: 'KEY' } };
    const options = jsonrpc.schema.parse(target);
    const sample = await jsonrpc.run(options, contextWith({ secrets: { KEY: 'hunter2' } }));
    expect(asked.map(({ url }) => url)).toEqual(['/v3/hunter2']);
    expect(sample).toMatchObject(bad('status', 'eth_chainId: answered 500'));
    expect(JSON.stringify([sample, jsonrpc.describe(options)])).not.toMatch(/hunter2|v3/);
    await expect(jsonrpc.run(options, contextWith({ secrets: { KEY: 'a/b' } }))).rejects.toMatchObject({
      code: 'ERR_SECRET',
    });
  });
});
