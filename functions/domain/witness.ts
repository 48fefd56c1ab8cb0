// What a second look from elsewhere makes of what we saw ourselves.
import type { Quality, WitnessFact, WitnessWord } from './facts.ts';
import type { Agreement, Policy } from './policy.ts';

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

/** `ours` is good or bad. Who did not find out has no voice; without any other voice ours stands. */
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
 * A target as it is believed to be, of which we saw `ours`. `others` is what the witnesses saw of it, undefined when they were not asked.
 * While it is disputed and the agreement is not reached it is unknown; but a witness that is wrong must not hide an outage for good, so
 * after a while what we see ourselves counts.
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
  if (ours === 'unknown' || others === undefined) {
    return { quality: ours, witness: before?.quality === ours ? before.witness : null };
  }
  const { quality, word } = settle(ours, others, policy.agree);
  const since = before?.witness?.word === word ? before.witness.since : at;
  const isDecided = word === 'disputed' && at - since >= policy.disputedMs;
  return { quality: isDecided ? ours : quality, witness: { word, since } };
}
