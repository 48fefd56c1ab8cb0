// What the routes of a pretend CometBFT node have in common: its view of the chain, its refusals, and which height is asked for.
import { type ApiAnswer, type NodeState, ok } from './api.ts';
import type { CometChain, CometLies } from './comet-chain.ts';

export type CometState = NodeState<CometLies> & {
  /** The place of its own key in the set; null for a node that does not validate. */
  readonly ownPlace?: number | null;
  /** The oldest height that it has not pruned; 1 by default. */
  readonly earliest?: number;
  /** It was started after the last block, and has not seen the votes for it. */
  readonly isRestarted?: boolean;
};

export type View = {
  readonly chain: CometChain;
  readonly node: CometState;
  readonly lies: CometLies | null;
  /** The time as this node has it. */
  readonly at: number;
  readonly url: URL;
};

/** Answers to GET carry the id -1. */
export const result = (value: unknown): ApiAnswer => ok({ jsonrpc: '2.0', id: -1, result: value });

const refused = (code: number, message: string, data: string): ApiAnswer => ({
  status: 500,
  body: { jsonrpc: '2.0', id: -1, error: { code, message, data } },
});
export const failed = (data: string): ApiAnswer => refused(-32603, 'Internal error', data);
const badParameter = (text: string): ApiAnswer =>
  refused(-32602, 'Invalid params', `error converting http params to arguments: invalid number "${text}"`);

/** The nanoseconds that real nodes write. */
export const timeText = (at: number): string => new Date(at).toISOString().replace('Z', '123456Z');

export type PublicKey = { readonly type: string; readonly value: string };

export const keyOf = (chain: CometChain, bytes: Buffer): PublicKey => ({
  type: chain.options.dialect === 'berachain' ? 'cometbft/PubKeyBls12_381' : 'tendermint/PubKeyEd25519',
  value: bytes.toString('base64'),
});

/** Answers with the number that a parameter holds; undefined when it is not there. */
export function withNumber(
  { url }: View,
  name: string,
  answer: (value: number | undefined) => ApiAnswer,
): ApiAnswer {
  const text = url.searchParams.get(name);
  if (text === null || text === '') return answer(undefined);
  return /^-?[0-9]{1,18}$/.test(text) ? answer(Number(text)) : badParameter(text);
}

/** Answers for the height that is asked for, the newest one without any. */
export const withHeight = (view: View, newest: number, answer: (height: number) => ApiAnswer): ApiAnswer =>
  withNumber(view, 'height', (height = newest) => {
    if (height <= 0) return failed(`height must be greater than 0, but got ${height}`);
    if (height > newest)
      return failed(`height ${height} must be less than or equal to the current blockchain height ${newest}`);
    const lowest = view.node.earliest ?? 1;
    return height < lowest
      ? failed(`height ${height} is not available, lowest height is ${lowest}`)
      : answer(height);
  });
