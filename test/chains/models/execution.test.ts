// The pretend execution client: shapes as recorded of geth, and the refusals of JSON-RPC.
import { describe, expect, test } from 'vitest';
import type { ApiAnswer, NodeState } from '../../../lab/chains/api.ts';
import { answerExecution } from '../../../lab/chains/execution-node.ts';
import { recordedAnswers, shapeOf } from '../../support/shape.ts';

const madeAt = 1_700_000_000_000;
const blockMs = 12_000;
const blocks = {
  chainId: 80_094,
  newest: (at: number) => {
    const number = Math.floor((at - madeAt) / blockMs);
    return { number, at: madeAt + number * blockMs };
  },
};
const at = madeAt + 255 * blockMs + 5_000;

const send = (body: string, state: NodeState<never> = {}, method = 'POST'): ApiAnswer =>
  answerExecution(blocks, { method, path: '/', body }, at, state);
const call = (method: string, params: readonly unknown[] = [], state: NodeState<never> = {}): ApiAnswer =>
  send(JSON.stringify({ jsonrpc: '2.0', id: 7, method, params }), state);

const nodes = ['geth-0', 'geth-1', 'geth-2'].map((node) => ['berachain/healthy', node] as const);
const fresh = [['execution/geth', 'geth']] as const;
const recorded = (method: string): unknown[] =>
  recordedAnswers(nodes, ({ requestBody }) => requestBody?.includes(`"${method}"`) === true);

describe('an execution client answers in the shape of a real one:', () => {
  test.each([
    'eth_chainId',
    'eth_syncing',
    'eth_blockNumber',
    'net_peerCount',
    'net_version',
    'web3_clientVersion',
  ])('%s', (method) => {
    const { status, body } = call(method);
    expect(status).toBe(200);
    expect(shapeOf([body])).toEqual(shapeOf(recorded(method)));
  });

  test('eth_getBlockByNumber, with what Prague has brought', () => {
    const { body } = call('eth_getBlockByNumber', ['latest', false]);
    const real = shapeOf(recorded('eth_getBlockByNumber'));
    expect(shapeOf([body])).toEqual([...real, '.result.requestsHash: hex'].toSorted());
  });

  test('eth_syncing of one that has begun', () => {
    const real = recordedAnswers(fresh, ({ requestBody }) => requestBody?.includes('eth_syncing') === true);
    expect(shapeOf([call('eth_syncing', [], { isSyncing: true }).body])).toEqual(shapeOf(real));
  });
});

describe('an execution client', () => {
  test('follows its chain by number, time and hash', () => {
    expect(call('eth_blockNumber').body).toMatchObject({ id: 7, result: '0xff' });
    const block = { number: '0xff', timestamp: `0x${(1_700_000_000 + 255 * 12).toString(16)}` };
    for (const tag of ['latest', 'safe', 'finalized', '0xff']) {
      expect(call('eth_getBlockByNumber', [tag, false]).body).toMatchObject({ result: block });
    }
    const hashes = /"hash":"(0x[0-9a-f]{64})".*"parentHash":"(0x[0-9a-f]{64})"/;
    const [, hash, parent] =
      hashes.exec(JSON.stringify(call('eth_getBlockByNumber', ['latest', false]).body)) ?? [];
    expect(hash).not.toBe(parent);
    expect(call('eth_getBlockByNumber', ['0x100', false]).body).toMatchObject({ result: null });
  });

  test('that is frozen has seen nothing since', () => {
    const frozenAt = madeAt + 100 * blockMs;
    expect(call('eth_blockNumber', [], { frozenAt }).body).toMatchObject({ result: '0x64' });
  });

  test.each(['', '{', '{"jsonrpc":"2.0","id":1,', 'eth_chainId', '<html>'])('cannot parse %j', (body) => {
    const error = { code: -32700, message: expect.any(String) };
    expect(send(body)).toEqual({ status: 200, body: { jsonrpc: '2.0', id: null, error } });
  });

  test.each([
    ['{}', null],
    ['5', null],
    ['null', null],
    ['"eth_chainId"', null],
    ['[]', null],
    ['{"jsonrpc":"2.0","id":3}', 3],
    ['{"jsonrpc":"2.0","id":3,"method":5}', 3],
    ['{"id":"a","method":"eth_chainId"}', 'a'],
  ])('takes %s for no request', (body, id) => {
    const error = { code: -32600, message: expect.any(String) };
    expect(send(body)).toEqual({ status: 200, body: { jsonrpc: '2.0', id, error } });
  });

  test.each(['eth_mine', 'toString', 'constructor', ''])('does not know the method %j', (method) => {
    const error = { code: -32601, message: `the method ${method} does not exist/is not available` };
    expect(call(method)).toEqual({ status: 200, body: { jsonrpc: '2.0', id: 7, error } });
  });

  test.each([[], ['latest'], ['newest', false], [5, false]])(
    'wants to know which block: %j, %j',
    (...params) => {
      expect(call('eth_getBlockByNumber', params).body).toMatchObject({ error: { code: -32602 } });
    },
  );

  test.each(['GET', 'PUT', 'DELETE', 'HEAD'])('does not take %s', (method) => {
    expect(send('{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}', {}, method).status).toBe(405);
  });

  test('answers each of a batch, in order', () => {
    const body = '[{"jsonrpc":"2.0","id":1,"method":"eth_chainId"},{"jsonrpc":"2.0","id":2,"method":"no"},4]';
    expect(send(body).body).toMatchObject([
      { id: 1, result: '0x138de' },
      { id: 2, error: { code: -32601 } },
      { id: null, error: { code: -32600 } },
    ]);
  });
});
