// A pretend execution client: its JSON-RPC, which follows the blocks of a pretend chain. Source: https://github.com/ethereum/execution-apis
import { z } from 'zod';
import { type ApiAnswer, type ApiRequest, type NodeState, ok } from './api.ts';

/** The newest block at a time: its number, and when it was made, in epoch ms. */
export type Blocks = {
  readonly chainId: number;
  readonly newest: (at: number) => { readonly number: number; readonly at: number };
};

const call = z.object({ id: z.union([z.number(), z.string()]), method: z.string() });
const hex = (value: number): string => `0x${value.toString(16)}`;

/** Answers as a client of this state does at a time, epoch ms. */
export function answerExecution(
  blocks: Blocks,
  request: ApiRequest,
  at: number,
  state: NodeState<never> = {},
): ApiAnswer {
  const asked = call.safeParse(JSON.parse(request.body === '' ? '{}' : request.body));
  if (!asked.success) {
    return ok({ jsonrpc: '2.0', id: null, error: { code: -32600, message: 'invalid request' } });
  }
  const { id, method } = asked.data;
  const { number, at: madeAt } = blocks.newest(Math.min(at, state.frozenAt ?? at));
  const results: Readonly<Record<string, unknown>> = {
    eth_chainId: hex(blocks.chainId),
    eth_blockNumber: hex(number),
    eth_syncing:
      state.isSyncing === true
        ? { startingBlock: '0x0', currentBlock: hex(number), highestBlock: hex(number + 5_000) }
        : false,
    eth_getBlockByNumber: {
      number: hex(number),
      hash: `0x${number.toString(16).padStart(64, '0')}`,
      timestamp: hex(Math.floor(madeAt / 1000)),
      transactions: [],
    },
    net_peerCount: hex(state.peers ?? 30),
    net_version: String(blocks.chainId),
    web3_clientVersion: 'Pretend/v1.0.0',
  };
  return Object.hasOwn(results, method)
    ? ok({ jsonrpc: '2.0', id, result: results[method] })
    : ok({ jsonrpc: '2.0', id, error: { code: -32601, message: `the method ${method} does not exist` } });
}
