// A pretend execution client: its JSON-RPC, which follows the blocks of a pretend chain. Source: https://github.com/ethereum/execution-apis
import { z } from 'zod';
import { type ApiAnswer, type ApiRequest, type NodeState, ok } from './api.ts';
import { executionBlock, hex } from './execution-block.ts';

/** The newest block at a time: its number, and when it was made, in epoch ms. */
export type Blocks = {
  readonly chainId: number;
  readonly newest: (at: number) => { readonly number: number; readonly at: number };
};

type Id = string | number | null;
type Outcome =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string } };
type Reply = { readonly jsonrpc: '2.0'; readonly id: Id } & Outcome;

const id = z.union([z.number(), z.string(), z.null()]);
const call = z.object({
  jsonrpc: z.literal('2.0'),
  id,
  method: z.string(),
  params: z.array(z.unknown()).default([]),
});
const anyId = z.object({ id });
type Call = z.output<typeof call>;

type View = {
  readonly blocks: Blocks;
  readonly state: NodeState<never>;
  readonly newest: { readonly number: number; readonly at: number };
};

const failed = (code: number, message: string): Outcome => ({ error: { code, message } });
const reply = (to: Id, outcome: Outcome): Reply => ({ jsonrpc: '2.0', id: to, ...outcome });

const tags = ['latest', 'pending', 'safe', 'finalized'];

/** Only the newest block is at hand; a number that is not there yet is null, as is everything before it here. */
function blockByNumber({ newest }: View, params: readonly unknown[]): Outcome {
  const [wanted, isFull] = params;
  if (wanted === undefined) return failed(-32602, 'missing value for required argument 0');
  if (isFull === undefined) return failed(-32602, 'missing value for required argument 1');
  if (typeof wanted !== 'string' || !(tags.includes(wanted) || /^0x[0-9a-f]+$/.test(wanted))) {
    return failed(-32602, 'invalid argument 0: hex string without 0x prefix');
  }
  const isNewest = tags.includes(wanted) || wanted === hex(newest.number);
  return { result: isNewest ? executionBlock(newest.number, newest.at) : null };
}

/** A client that has all of it has nothing to say but no. */
const syncing = ({ state, newest: { number } }: View): unknown =>
  state.isSyncing === true
    ? {
        currentBlock: hex(number),
        healedBytecodeBytes: '0x0',
        healedBytecodes: '0x0',
        healedTrienodeBytes: '0x0',
        healedTrienodes: '0x0',
        healingBytecode: '0x0',
        healingTrienodes: '0x0',
        highestBlock: hex(number + 5_000),
        startingBlock: '0x0',
        stateIndexRemaining: '0x0',
        syncedAccountBytes: '0x0',
        syncedAccounts: '0x0',
        syncedBytecodeBytes: '0x0',
        syncedBytecodes: '0x0',
        syncedStorage: '0x0',
        syncedStorageBytes: '0x0',
        txIndexFinishedBlocks: '0x0',
        txIndexRemainingBlocks: '0x1',
      }
    : false;

const methods: Readonly<Record<string, (view: View, params: readonly unknown[]) => Outcome>> = {
  eth_chainId: ({ blocks }) => ({ result: hex(blocks.chainId) }),
  eth_blockNumber: ({ newest }) => ({ result: hex(newest.number) }),
  eth_syncing: (view) => ({ result: syncing(view) }),
  eth_getBlockByNumber: blockByNumber,
  net_peerCount: ({ state }) => ({ result: hex(state.peers ?? 30) }),
  net_version: ({ blocks }) => ({ result: String(blocks.chainId) }),
  web3_clientVersion: () => ({ result: 'Pretend/v1.0.0' }),
};

function perform(view: View, { method, params }: Call): Outcome {
  const run = Object.hasOwn(methods, method) ? methods[method] : undefined;
  return run === undefined
    ? failed(-32601, `the method ${method} does not exist/is not available`)
    : run(view, params);
}

function answerOne(view: View, value: unknown): Reply {
  const asked = call.safeParse(value);
  if (asked.success) return reply(asked.data.id, perform(view, asked.data));
  const known = anyId.safeParse(value);
  return reply(known.success ? known.data.id : null, failed(-32600, 'invalid request'));
}

function parsed(body: string): { readonly value: unknown } | null {
  try {
    const value: unknown = JSON.parse(body);
    return { value };
  } catch {
    return null;
  }
}

/** Answers as a client of this state does at a time, epoch ms. */
export function answerExecution(
  blocks: Blocks,
  request: ApiRequest,
  at: number,
  state: NodeState<never> = {},
): ApiAnswer {
  if (request.method !== 'POST') return { status: 405, body: 'method not allowed\n' };
  const body = parsed(request.body);
  if (body === null) return ok(reply(null, failed(-32700, 'parse error')));
  const view = { blocks, state, newest: blocks.newest(Math.min(at, state.frozenAt ?? at)) };
  const { value } = body;
  if (!Array.isArray(value)) return ok(answerOne(view, value));
  if (value.length === 0) return ok(reply(null, failed(-32600, 'empty batch')));
  return ok(value.map((each) => answerOne(view, each)));
}
