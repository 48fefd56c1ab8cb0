// An execution client over JSON-RPC: of our chain, at its head, with peers.
import { z } from 'zod';
import { accessFields } from '../kit/net/access.ts';
import { attempt, type Attempt } from '../kit/net/attempt.ts';
import { failed } from '../kit/net/failure.ts';
import * as execution from '../wire/execution.ts';
import { ageInSeconds, askApi, fewPeers, isNotServed, listBytes, oldHead, openApi } from './node-api.ts';
import {
  accessAtPort,
  checkAccess,
  describeAccess,
  endpointOfAccess,
  maxHeadAge,
  minPeers,
} from './node-options.ts';
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
  atPort: accessAtPort,
  describe: (options) => describeAccess('JSON-RPC', options),
  run: (options, context) => attempt(context, (frame) => judge(options, frame)),
} satisfies Probe<Options>;

type Called<Value> =
  | { readonly ok: true; readonly value: Value }
  /** `isServed` is false when the server says that it has no such method. */
  | { readonly ok: false; readonly failure: Failure; readonly isServed: boolean };
type RpcAnswer<Value> = { readonly refused: number } | { readonly id: unknown; readonly result: Value };

type Call = <Value>(
  method: string,
  schema: z.ZodType<RpcAnswer<Value>>,
  params?: readonly unknown[],
) => Promise<Called<Value>>;

function caller(options: Options, frame: Attempt): Call {
  const api = openApi(options, frame);
  let calls = 0;
  return async (method, schema, params = []) => {
    const id = ++calls;
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    const question = { path: '', body, maxBytes: listBytes, schema, otherwise: execution.refusal };
    const answer = await askApi(api, method, question);
    if (!answer.ok) return { ...answer, isServed: !isNotServed(answer) };
    if ('refused' in answer.value) return refusal(method, answer.value.refused, answer.status);
    // Something between us mixes up answers, and this one may be anybody's.
    if (answer.value.id !== id) {
      return { ok: false, failure: failed('body', `${method}: the answer has another id`), isServed: true };
    }
    return { ok: true, value: answer.value.result };
  };
}

function refusal(method: string, code: number, status: number): Called<never> {
  const words = code === -32_601 ? 'is not served' : `was refused with error ${code}`;
  const failure =
    status === 200
      ? failed('body', `${method} ${words}`)
      : failed('status', `${method}: answered ${status}, it ${words}`);
  return { ok: false, failure, isServed: false };
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
    (!peers.ok && peers.isServed ? peers.failure : null) ??
    fewPeers(known, options.minPeers);
  if (failure !== null) return failure;
  const facts = { chainId: chainId.value, height, headAgeS: ageInSeconds(at, now) };
  return { ok: true, facts: known === null ? facts : { ...facts, peers: known } };
}
