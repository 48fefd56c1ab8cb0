// Follows the chain from its head back to what was read before, block by block, so that no block and no empty slot is taken on trust.
import type { Session } from '../../kit/net/session.ts';
import { block as blockSchema, type Block } from '../../wire/beacon.ts';
import { ask, type Asked, type Failure } from '../ask.ts';
import type { Cache } from '../cache.ts';

export type Chainwalk = {
  /** Oldest first. The head itself is not among them: it may still be replaced. */
  readonly blocks: readonly Block[];
  /** Every slot from here to the head is covered, by a block or by being empty. */
  readonly low: number;
  /** The walk did not end at what was read before. */
  readonly hasGap: boolean;
  readonly trouble: Failure | null;
};

type Given = {
  readonly session: Session;
  readonly cache: Cache<Asked<Block>>;
  readonly sourceKey: string;
  readonly head: { readonly slot: number; readonly parentRoot: string };
  /** What was read before: the newest block, and the first slot that was not covered. Null at the first time. */
  readonly before: { readonly tip: string; readonly next: number } | null;
  /** Without `before`: how far back to go. */
  readonly lowest: number;
  readonly mostBlocks: number;
  readonly hasTime: () => boolean;
};

const blockBytes = 16_000_000;

async function readBlock(given: Given, root: string): Promise<Asked<Block>> {
  return given.cache(`${given.sourceKey} ${root}`, async () => {
    const answer = await ask(given.session, 'a block', {
      path: `/eth/v2/beacon/blocks/${root}`,
      maxBytes: blockBytes,
      schema: blockSchema,
    });
    return answer.ok ? { ok: true, value: answer.value.data.message } : answer;
  });
}

/** Reads at most `mostBlocks`, one after the other, for each names the one before it. */
export async function walkBack(given: Given): Promise<Chainwalk> {
  const { head, before, lowest, mostBlocks } = given;
  const blocks: Block[] = [];
  const end = (low: number, hasGap: boolean, trouble: Failure | null = null): Chainwalk => ({
    blocks: blocks.toReversed(),
    low,
    hasGap,
    trouble,
  });
  let root = head.parentRoot;
  let upper = head.slot;
  while (root !== before?.tip) {
    if (blocks.length === mostBlocks || !given.hasTime()) return end(upper, true);
    // oxlint-disable-next-line no-await-in-loop -- a block names the one before it
    const answer = await readBlock(given, root);
    if (!answer.ok) return end(upper, true, answer);
    const block = answer.value;
    if (block.slot >= upper) {
      const detail = 'a block: it is not before the one that follows it';
      return end(upper, true, { ok: false, reason: 'protocol', detail, status: 200 });
    }
    blocks.push(block);
    upper = block.slot;
    root = block.parent_root;
    // Beside what was read before: the chain was reorganised, and what was read may not be a part of it any more.
    if (block.slot <= (before === null ? lowest : before.next - 1) || block.slot === 0)
      return end(upper, true);
  }
  return end(before?.next ?? upper, false);
}
