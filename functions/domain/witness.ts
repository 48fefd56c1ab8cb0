// What a second look from elsewhere makes of what we saw ourselves.
import type { Quality, TargetFact, WitnessFact, WitnessWord } from './facts.ts';
import type { Agreement, Policy } from './policy.ts';
import { saysNothing } from './sample.ts';

/** What a witness says of what it was asked: by site, by target. One that is blind found out nothing, whatever it says beside that. */
export type Testimony = {
  readonly isBlind: boolean;
  readonly qualities: Readonly<Record<string, Readonly<Record<string, Quality>>>>;
};

type Settled = { readonly quality: Quality; readonly word: WitnessWord };

function isBadBy(agree: Agreement, bad: number, all: number): boolean {
  switch (agree) {
    case 'any':
      return bad > 0;
    case 'majority':
      return bad * 2 > all;
    case 'all':
      return bad === all;
  }
}

/**
 * `ours` is good or bad. Who did not find out has no voice; without any other voice ours stands. A dispute that the agreement does not
 * call bad is unknown, and never good.
 */
function settle(ours: Quality, others: readonly Quality[], agree: Agreement): Settled {
  const voices = [ours, ...others].filter((each) => each !== 'unknown');
  if (voices.length < 2) return { quality: ours, word: 'silent' };
  const bad = voices.filter((each) => each === 'bad').length;
  const word = bad === 0 || bad === voices.length ? 'agreed' : 'disputed';
  if (isBadBy(agree, bad, voices.length)) return { quality: 'bad', word };
  return { quality: word === 'agreed' ? ours : 'unknown', word };
}

export type Witnessed = { readonly quality: Quality; readonly witness: WitnessFact | null };

/**
 * What stays of the witness's word in a look in which it had none. A dispute outlives a look that found out nothing, or whose target
 * nobody could be asked about: beginning anew after each, it would never come to its end.
 */
function kept(ours: Quality, before: Witnessed | undefined): WitnessFact | null {
  if (before === undefined) return null;
  if (before.witness?.word === 'disputed') return ours === 'good' ? null : before.witness;
  return before.quality === ours ? before.witness : null;
}

/**
 * A target as it is believed to be, of which we saw `ours`. `others` is what the witnesses saw of it, undefined when they were not asked.
 * While it is disputed and the agreement does not call it bad it is unknown; but a witness that is wrong must not hide an outage for
 * good, so after a while what we see ourselves counts. What the agreement calls bad stays bad for as long as it does.
 */
export function witnessed(
  ours: Quality,
  others: readonly Quality[] | undefined,
  context: {
    readonly before: Witnessed | undefined;
    readonly policy: Policy['witness'];
    readonly at: number;
  },
): Witnessed {
  const { before, policy, at } = context;
  if (ours === 'unknown' || others === undefined) return { quality: ours, witness: kept(ours, before) };
  const { quality, word } = settle(ours, others, policy.agree);
  const since = before?.witness?.word === word ? before.witness.since : at;
  const isDecided = quality === 'unknown' && at - since >= policy.disputedMs;
  return { quality: isDecided ? ours : quality, witness: { word, since } };
}

/**
 * True for a target of which this look came to a dispute that is not decided. A dispute that only outlived a look of ours which found out
 * nothing is no second sight of it.
 */
export const isDisputed = ({ quality, reason, totalMs, witness }: TargetFact): boolean =>
  quality === 'unknown' && witness?.word === 'disputed' && totalMs !== null && !saysNothing(reason);
