// What the routes of a pretend beacon node have in common: its view of the chain, its refusals, and how states and blocks are named.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ApiAnswer, ApiRequest, NodeState } from './api.ts';
import type { EthereumChain, Lies } from './ethereum-chain.ts';

export type BeaconState = NodeState<Lies>;

export type View = {
  readonly chain: EthereumChain;
  readonly node: BeaconState;
  readonly lies: Lies | null;
  /** The time as this node has it. */
  readonly at: number;
  readonly url: URL;
  readonly request: ApiRequest;
};

export const refuse = (code: number, message: string): ApiAnswer => ({
  status: code,
  body: { code, message },
});

export const zeroRoot = `0x${'00'.repeat(32)}`;

const part = (root: string, what: string): string =>
  `0x${createHash('sha256').update(`${root} ${what}`).digest('hex')}`;
export const stateRoot = (chain: EthereumChain, slot: number, lies: Lies | null): string =>
  part(chain.root(slot, lies), 'state');
export const bodyRoot = (chain: EthereumChain, slot: number, lies: Lies | null): string =>
  part(chain.root(slot, lies), 'body');

/** Null for what is no natural number in decimal digits. */
export const natural = (text: string): number | null => (/^[0-9]{1,20}$/.test(text) ? Number(text) : null);

const indexList = z.array(z.string().regex(/^[0-9]{1,20}$/));

/** The indices that the body lists; null when it is not such a list. */
export function indicesOf({ request }: View): readonly number[] | null {
  try {
    const body: unknown = JSON.parse(request.body);
    const read = indexList.safeParse(body);
    return read.success ? read.data.map(Number) : null;
  } catch {
    return null;
  }
}

const headOf = ({ chain, at }: View): number => chain.headSlot(at);

/** The slot of the block that is the checkpoint of an epoch: the newest one at its beginning. */
const checkpointSlot = (chain: EthereumChain, epoch: number): number =>
  chain.parentSlot(epoch * chain.options.slotsPerEpoch + 1);

/** That of genesis has no root. */
export const checkpointOf = (chain: EthereumChain, epoch: number, lies: Lies | null): object => ({
  epoch: String(epoch),
  root: epoch === 0 ? zeroRoot : chain.root(checkpointSlot(chain, epoch), lies),
});

const newest = (view: View, which: 'justified' | 'finalized'): number =>
  checkpointSlot(view.chain, view.chain.checkpoints(headOf(view))[which]);

export const isFinal = (view: View, slot: number): boolean => slot <= newest(view, 'finalized');

/** Roots are looked for where anybody would ask for them. */
const searchedSlots = 512;

function slotOfRoot(view: View, name: string, rootOf: (slot: number) => string): number | null {
  const head = headOf(view);
  for (let slot = head; slot >= Math.max(0, head - searchedSlots); slot -= 1) {
    if (rootOf(slot) === name) return slot;
  }
  return rootOf(0) === name ? 0 : null;
}

function named(view: View, name: string): number | null {
  if (name === 'head') return headOf(view);
  if (name === 'genesis') return 0;
  return name === 'finalized' ? newest(view, name) : natural(name);
}

const isRoot = (name: string): boolean => /^0x[0-9a-f]{64}$/i.test(name);

/** Answers for the state of this name, by its slot; every slot up to the head has one. */
export function withState(view: View, name: string, answer: (slot: number) => ApiAnswer): ApiAnswer {
  const { chain, lies } = view;
  const slot = name === 'justified' ? newest(view, name) : named(view, name);
  if (slot === null && !isRoot(name)) return refuse(400, `Invalid state ID: ${name}`);
  const found = slot ?? slotOfRoot(view, name.toLowerCase(), (each) => stateRoot(chain, each, lies));
  return found === null || found > headOf(view) ? refuse(404, 'State not found') : answer(found);
}

/** Answers for the block of this name, by its slot. */
export function withBlock(view: View, name: string, answer: (slot: number) => ApiAnswer): ApiAnswer {
  const { chain, lies } = view;
  const slot = named(view, name);
  if (slot === null && !isRoot(name)) return refuse(400, `Invalid block ID: ${name}`);
  const found = slot ?? slotOfRoot(view, name.toLowerCase(), (each) => chain.root(each, lies));
  const isThere = found !== null && found <= headOf(view) && (found === 0 || chain.hasBlock(found));
  return isThere ? answer(found) : refuse(404, 'Block not found');
}
