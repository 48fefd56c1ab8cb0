// An execution client over JSON-RPC: of our chain, at its head, with peers.
import { z } from 'zod';
import { accessFields } from '../kit/net/access.ts';
import { attempt, type Attempt } from '../kit/net/attempt.ts';
import { failed } from '../kit/net/failure.ts';
import * as execution from '../wire/execution.ts';
import { ageInSeconds, askApi, fewPeers, oldHead, openApi } from './node-api.ts';
import { checkAccess, describeAccess, endpointOfAccess, maxHeadAge, minPeers } from './node-options.ts';
import type { Failure, Outcome } from './outcome.ts';
import type { Probe } from './probe.ts';

const schema = z
  .strictObject({
    ...accessFields,
    chainId: z
      .int()
      .min(1)
      .describe(
        'The chain id that it must have, such as 1 for Ethereum and 80094 for Berachain. A node of another chain is never ok.',
      ),
    maxHeadAge: maxHeadAge('2m'),
    minPeers,
  })
  .superRefine(checkAccess);

type Options = z.output<typeof schema>;

export const jsonrpc = {
  schema,
  endpoint: endpointOfAccess,
  describe: (options) => describeAccess('JSON-RPC', options),
  run: (options, context) => attempt(context, (frame) => judge(options, frame)),
} satisfies Probe<Options>;

type Result<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: Failure };
type RpcAnswer<Value> = { readonly refused: number } | { readonly result: Value };

type Call = <Value>(
  method: string,
  schema: z.ZodType<RpcAnswer<Value>>,
  params?: readonly unknown[],
) => Promise<Result<Value>>;

function caller(options: Options, frame: Attempt): Call {
  const api = openApi(options, frame);
  return async (method, answerSchema, params = []) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const answer = await askApi(api, method, { path: '', body, schema: answerSchema, isAnyStatus: true });
    if (!answer.ok) return answer;
    if ('result' in answer.value) return { ok: true, value: answer.value.result };
    return { ok: false, failure: failed('body', `${method}: refused with error ${answer.value.refused}`) };
  };
}

async function judge(options: Options, frame: Attempt): Promise<Outcome> {
  const { at: now } = frame.context;
  const call = caller(options, frame);
  const chainId = await call('eth_chainId', execution.chainId);
  if (!chainId.ok) return chainId.failure;
  if (chainId.value !== options.chainId) {
    return failed('wrong-chain', `its chain id is ${chainId.value}, expected ${options.chainId}`);
  }
  const [syncing, block, peers] = await Promise.all([
    call('eth_syncing', execution.syncing),
    call('eth_getBlockByNumber', execution.block, ['latest', false]),
    call('net_peerCount', execution.peerCount),
  ]);
  if (!syncing.ok) return syncing.failure;
  if (!block.ok) return block.failure;
  if (syncing.value !== false) {
    // A fresh node of some clients says that it syncs from 0 to 0.
    const { currentBlock: current = 0, highestBlock: highest = 0 } = syncing.value;
    if (highest > current) return failed('syncing', `is syncing, at block ${current} of ${highest}`);
  }
  const height = block.value.number;
  const at = block.value.timestamp * 1000;
  const known = peers.ok ? peers.value : null;
  const failure =
    oldHead({ at, name: `its newest block, ${height},` }, { now, maxAgeMs: options.maxHeadAge }) ??
    fewPeers(known, options.minPeers);
  if (failure !== null) return failure;
  const facts = { chainId: chainId.value, height, headAgeS: ageInSeconds(at, now) };
  return { ok: true, facts: known === null ? facts : { ...facts, peers: known } };
}
