// Heights for the guard of a handover: one canonical commit after another from the first one after its beginning, without a gap.
import { excerptChars, type HeightReading, type KeyWord } from '../../domain/handover/record.ts';
import { failed } from '../../kit/net/failure.ts';
import { madeBlock } from '../../wire/comet.ts';
import { ask, type Asked } from '../ask.ts';
import type { Recorded, RecordQuery } from '../chain.ts';
import { type HeightNeeds, type HeightVotes, readHeight } from './heights.ts';
import type { Vote } from './votes.ts';

export type RecordNeeds = {
  readonly query: RecordQuery<unknown>;
  readonly heights: HeightNeeds;
  /** The node's newest height, whose own commit is not final yet; and the oldest that it still has. */
  readonly tip: number;
  readonly earliest: number;
};

/** 40 minutes of Berachain; what is left comes with the next call. */
const mostHeights = 1_200;
const atOnce = 24;
const commitBytes = 2_000_000;

const words = {
  alive: 'alive',
  absent: 'silent',
  'not-in-set': 'not-in-set',
  unknown: 'unknown',
} as const satisfies Record<Vote, KeyWord>;

async function timeOf({ query, heights }: RecordNeeds, height: number): Promise<Asked<number>> {
  const answer = await ask(query.session, 'a block', {
    path: `/commit?height=${height}`,
    maxBytes: commitBytes,
    schema: madeBlock,
  });
  if (!answer.ok) return answer;
  const { header } = answer.value.result.signed_header;
  return header.chain_id === heights.network && header.height === height
    ? { ok: true, value: header.time }
    : { ...failed('protocol', 'a block: it is not the one that was asked for'), status: 200 };
}

/** The first height whose block is later than `begunAt`; one above the tip when there is none yet. */
async function firstHeight(needs: RecordNeeds): Promise<Asked<number>> {
  const { query, tip, earliest } = needs;
  const isLater = async (height: number): Promise<Asked<boolean>> => {
    const at = await timeOf(needs, height);
    return at.ok ? { ok: true, value: at.value > query.begunAt } : at;
  };
  // From the tip back in steps that grow, until one is not later; then halfway between, again and again.
  let [low, high] = [earliest - 1, tip + 1];
  for (let step = 0, height = tip; height >= earliest; step = Math.max(1, step * 2), height = tip - step) {
    // oxlint-disable-next-line no-await-in-loop -- each answer says where to look next
    const later = await isLater(height);
    if (!later.ok) return later;
    if (!later.value) {
      low = height;
      break;
    }
    high = height;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    // oxlint-disable-next-line no-await-in-loop -- each answer says where to look next
    const later = await isLater(middle);
    if (!later.ok) return later;
    if (later.value) high = middle;
    else low = middle;
  }
  return high === earliest && earliest > 1
    ? { ...failed('status', 'it has pruned the heights after the beginning'), status: 200 }
    : { ok: true, value: high };
}

const readingOf = ({ height, at, hash, votes }: HeightVotes): HeightReading => ({
  height,
  at,
  hash,
  keys: votes.map((vote) => words[vote]),
});

/** For whoever looks at it afterwards: the first and the last height, and what stands there for us in the newest commit. */
function excerptOf(read: readonly HeightVotes[]): string {
  const [first, last] = [read[0], read.at(-1)];
  const shown = (votes: HeightVotes | undefined): unknown =>
    votes === undefined
      ? null
      : { height: votes.height, time: new Date(votes.at).toISOString(), hash: votes.hash };
  return JSON.stringify({
    asked: ['GET /commit?height={height}', 'GET /validators?height={height}'],
    heights: read.length,
    from: shown(first),
    through: shown(last),
    entries: last?.entries ?? [],
  }).slice(0, excerptChars);
}

/** What a node that is at the head of the right chain shows of heights. Never rejects for what it does. */
export async function recordHeights(needs: RecordNeeds): Promise<Recorded> {
  const { query, heights: context, tip, earliest } = needs;
  const { before, keys } = query;
  const next = before?.of === 'heights' ? before.next : null;
  const first: Asked<number> = next === null ? await firstHeight(needs) : { ok: true, value: next };
  if (!first.ok) return first;
  const from = first.value;
  const read: HeightVotes[] = [];
  const shown = (trouble: string | null): Recorded => ({
    ok: true,
    reading: { of: 'heights', heights: read.map(readingOf), excerpt: excerptOf(read) },
    trouble,
  });
  if (from < earliest) return shown(`it has pruned height ${from}`);
  if (from > tip) return shown(next === null ? null : `its head, ${tip}, is behind what it has shown`);
  const end = Math.min(tip, from + mostHeights);
  for (let height = from; height < end; height += atOnce) {
    if (!query.hasTime()) return shown('there was no time for all of it');
    const count = Math.min(atOnce, end - height);
    // oxlint-disable-next-line no-await-in-loop -- some at once, and those in order
    const answers = await Promise.all(
      Array.from({ length: count }, (_, index) => readHeight(height + index, keys, context)),
    );
    for (const answer of answers) {
      // What comes after one that is missing would leave a gap.
      if (!answer.ok) return shown(answer.detail);
      read.push(answer.value);
    }
  }
  return shown(null);
}
