// The guard of CometBFT and Berachain: many heights without a vote, shown by somebody else and by the node that is to sign, and no vote in the making.
import type { Condition } from './condition.ts';
import type { SourceFacts } from './facts.ts';
import {
  foreignOf,
  type Judging,
  late,
  met,
  type Must,
  notMet,
  shortKey,
  targetOf,
  unknown,
  wait,
} from './judged.ts';
import type { Shown } from './record.ts';
import { voteGapMs } from './votes.ts';

export type Heights = Extract<Shown, { readonly of: 'heights' }>;
export const heightsOf = ({ shown }: SourceFacts): Heights | null => (shown?.of === 'heights' ? shown : null);

/** While nothing is known of it. */
const usualPaceMs = 2_000;

/** What is missing in what one source has shown; null when nothing is. */
function missing(
  source: SourceFacts,
  judging: Judging,
  given: { readonly must: Must; readonly begun: number },
): Condition | null {
  const { facts, policy } = judging;
  const { must, begun } = given;
  const shown = heightsOf(source);
  const { operator, trouble } = source;
  if (shown === null) return late(must, `${operator}: ${trouble ?? 'it has shown no height'}`);
  const { run, lastBreak } = shown;
  const broken = lastBreak !== null && lastBreak.at > begun ? lastBreak : null;
  const said =
    broken === null
      ? ''
      : `; ${shortKey(facts.signer.keys[broken.key])} was ${broken.word} at height ${broken.height}`;
  // What was seen to live is not a thing of patience.
  const short = (why: string, notBefore: number): Condition => {
    const condition = wait(must, `${operator}: ${why}${said}`, notBefore);
    return broken === null ? condition : { ...condition, isWaiting: false };
  };
  if (run === null) {
    return broken === null
      ? late(must, `${operator}: ${trouble ?? 'no height yet'}`)
      : short('not one height yet', facts.at + policy.heightsMs);
  }
  if (!(run.fromAt > begun)) return unknown(must, `${operator}: its heights are from before the beginning`);
  if (lastBreak !== null && lastBreak.height >= run.from)
    return unknown(must, `${operator}: what it shows does not fit together`);
  const heights = run.through - run.from + 1;
  const lasted = run.throughAt - run.fromAt;
  const pace = heights > 1 && lasted > 0 ? lasted / (heights - 1) : usualPaceMs;
  if (heights < policy.heights || lasted < policy.heightsMs) {
    const left = Math.max((policy.heights - heights) * pace, policy.heightsMs - lasted);
    return short(`${heights} heights`, run.throughAt + left);
  }
  // It must reach to the present: what came after it may be a vote.
  const isRecent = facts.at - run.throughAt <= policy.freshMs;
  return isRecent ? null : late(must, `${operator}: its last height that was read is too old`);
}

function silence(judging: Judging, begun: number): Condition[] {
  const { facts, policy } = judging;
  const words = `${policy.heights} heights in a row and ${Math.round(policy.heightsMs / 60_000)} minutes without a vote of ours`;
  const ofTarget: Must = { id: 'silence', part: 'target', must: `${words}, by the node that is to sign` };
  const ofForeign: Must = { id: 'silence', part: 'foreign', must: `${words}, by somebody else` };
  const target = targetOf(facts);
  const foreign = foreignOf(facts);
  const lacks = foreign.map((source) => missing(source, judging, { must: ofForeign, begun }));
  const good = foreign.filter((_, index) => lacks[index] === null);
  // Whoever saw a vote counts, whatever others say.
  const contrary = lacks.find((each) => each !== null && !each.isWaiting);
  const first = lacks.find((each) => each !== null);
  const count = (source: SourceFacts): string => {
    const run = heightsOf(source)?.run;
    return run === null || run === undefined ? '' : `${run.through - run.from + 1} heights`;
  };
  return [
    target === null
      ? late(ofTarget, 'it is not reached')
      : (missing(target, judging, { must: ofTarget, begun }) ?? met(ofTarget, count(target))),
    contrary ??
      (good.length > 0
        ? met(ofForeign, good.map((source) => `${source.operator}: ${count(source)}`).join(', '))
        : (first ?? late(ofForeign, 'no source of somebody else is configured'))),
  ];
}

function agreement(judging: Judging): Condition {
  const { facts, policy } = judging;
  const must: Must = {
    id: 'agreement',
    must: `both show the same block at ${policy.samples} heights or more`,
  };
  const target = targetOf(facts);
  const ours = target === null ? null : heightsOf(target);
  if (ours === null || ours.run === null) return late(must, 'the node that is to sign has shown no height');
  const { from } = ours.run;
  const known = new Map(
    ours.samples.filter(({ height }) => height >= from).map(({ height, hash }) => [height, hash]),
  );
  let most = 0;
  for (const source of facts.sources) {
    if (source.role === 'target') continue;
    const common = (heightsOf(source)?.samples ?? []).filter(({ height }) => known.has(height));
    const other = common.find(({ height, hash }) => known.get(height) !== hash);
    if (other !== undefined)
      return notMet(must, `${source.operator} shows another block at height ${other.height}`);
    if (source.role === 'foreign') most = Math.max(most, new Set(common.map(({ height }) => height)).size);
  }
  return most >= policy.samples ? met(must, `${most} heights`) : late(must, `${most} so far`);
}

function votes({ facts, policy }: Judging): Condition {
  const minutes = Math.round(policy.votesMs / 60_000);
  const must: Must = { id: 'votes', must: `no vote of ours in the making for ${minutes} minutes` };
  const { votes: watched } = facts;
  if (watched === null) return late(must, 'nobody has watched');
  const { from, through, seenAt } = watched;
  // What was seen to live is not a thing of patience.
  const unlessSeen = (condition: Condition): Condition =>
    seenAt === null ? condition : { ...condition, isWaiting: false };
  const age = facts.at - through;
  if (!(age <= voteGapMs && age >= -voteGapMs)) return unlessSeen(late(must, 'nobody watches now'));
  if (!(from <= through)) return unknown(must, 'it was watched backwards');
  if (through - from >= policy.votesMs) return met(must, 'none');
  const until = from + policy.votesMs;
  if (seenAt === null) return wait(must, 'none so far', until);
  return unlessSeen(wait(must, 'one was seen: make sure that the other side is off', until));
}

/** `begun` is when the keys were taken from everybody, epoch ms. */
export function judgeCometbft(judging: Judging, begun: number): Condition[] {
  return [...silence(judging, begun), agreement(judging), votes(judging)];
}
