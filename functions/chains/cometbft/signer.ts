// One signer as one CometBFT node shows it: the newest canonical commit, and those before it when a key is missing there.
import type { Act, KeyReading, SignerReading, SlashingProof, UnitReading } from '../../domain/evidence.ts';
import type { SignerQuery } from '../chain.ts';
import { type HeightNeeds, type HeightVotes, readHeight } from './heights.ts';

/** The most heights that one tick reads: two minutes of Berachain. */
const mostHeights = 60;
/** How far back to look for a sign of life when there is nothing to go on from. */
const firstLook = 20;
/** The same for a deep look: what the default policy calls silence, and then some. */
const deepLook = 200;

const unitOf = ({ height, at, votes }: HeightVotes): UnitReading => ({
  unit: height,
  at,
  isBegun: true,
  isFinished: true,
  blocks: 1,
  fullBlocks: 1,
  duties: votes.flatMap((vote, key) => (vote === 'alive' || vote === 'absent' ? [key] : [])),
});

const actsOf = ({ height, at, votes }: HeightVotes): Act[] =>
  votes.flatMap((vote, key) =>
    vote === 'alive' ? [{ key, unit: height, at, unitEndsAt: at, how: 'commit' as const }] : [],
  );

const slashingsOf = ({ height, accused }: HeightVotes): SlashingProof[] =>
  accused.map((key) => ({ key, unit: height, how: 'duplicate-vote' as const }));

const isWell = ({ votes }: HeightVotes): boolean =>
  votes.every((vote) => vote === 'alive' || vote === 'not-in-set');

const standings = (newest: HeightVotes): KeyReading[] =>
  newest.votes.map((vote, key) => ({
    standing: vote === 'not-in-set' ? 'not-in-set' : 'active',
    balance: null,
    stake: newest.shares[key] ?? null,
  }));

type Read = { readonly heights: readonly HeightVotes[]; readonly trouble: string | null };

/** The heights from `from` to before `to`, oldest first; after one that could not be read only those above it. */
async function readRange(
  from: number,
  to: number,
  given: { readonly keys: readonly string[]; readonly needs: HeightNeeds },
): Promise<Read> {
  const answers = await Promise.all(
    Array.from({ length: Math.max(0, to - from) }, (_, index) =>
      readHeight(from + index, given.keys, given.needs),
    ),
  );
  const lastBad = answers.findLastIndex((answer) => !answer.ok);
  const bad = answers[lastBad];
  const heights = answers.slice(lastBad + 1).flatMap((answer) => (answer.ok ? [answer.value] : []));
  return { heights, trouble: bad === undefined || bad.ok ? null : bad.detail };
}

/** Never rejects for what the node does. `tip` is the node's newest height, whose own commit is not final yet. */
export async function readSigner(
  signer: SignerQuery,
  tip: number,
  needs: HeightNeeds,
): Promise<SignerReading> {
  const { trace, keys } = signer;
  const base = trace?.next ?? null;
  const newest = tip - 1;
  const common = { signer: signer.signer, base, tip: null };
  const stay = (
    trouble: string | null,
    acts: readonly Act[] = [],
    slashings: readonly SlashingProof[] = [],
  ): SignerReading => ({
    ...common,
    next: base ?? Math.max(newest, 0),
    hasGap: base === null,
    units: [],
    acts,
    keys: [],
    slashings,
    trouble,
  });
  if (newest < 1 || (base !== null && newest < base)) return stay(null);
  const first = await readHeight(newest, keys, needs);
  if (!first.ok) return stay(first.detail);
  const from = needs.isDeep
    ? Math.max(1, newest - deepLook)
    : Math.max(1, newest - mostHeights + 1, base ?? newest - firstLook);
  const before: Read = isWell(first.value)
    ? { heights: [], trouble: null }
    : await readRange(from, newest, { keys, needs });
  const heights = [...before.heights, first.value];
  const acts = heights.flatMap(actsOf);
  const slashings = heights.flatMap(slashingsOf);
  const unread = heights.find(({ accusedTrouble }) => accusedTrouble !== null)?.accusedTrouble ?? null;
  // A height that could not be read now is tried again in the next tick, as long as it is within reach.
  if (before.trouble !== null && base !== null && from === base) return stay(before.trouble, acts, slashings);
  return {
    ...common,
    next: newest + 1,
    hasGap: base === null || (!isWell(first.value) && (heights[0]?.height ?? newest) > base),
    units: heights.map(unitOf),
    acts,
    keys: standings(first.value),
    slashings,
    trouble: before.trouble ?? unread,
  };
}
