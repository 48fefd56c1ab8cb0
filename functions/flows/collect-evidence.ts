// Asks the sources of one site's chains what they show of its signers.
import type { SourceReading } from '../domain/evidence.ts';
import type { SiteRules } from '../domain/policy.ts';
import type { Sample } from '../domain/sample.ts';
import type { Ledger } from '../domain/signing.ts';
import type { BoundSource, SignerQuery } from '../chains/chain.ts';
import { describeError } from '../kit/error.ts';
import { redactText } from '../kit/redact.ts';
import type { RoundNeeds } from './probe-round.ts';

export type Collection = {
  readonly readings: readonly SourceReading[];
  /** What each source's target answered, by its id. */
  readonly samples: Readonly<Record<string, Sample>>;
  /** Sources that threw, which is a bug or a missing secret: one line each. */
  readonly failures: readonly string[];
  readonly requests: number;
};

type Answer = {
  readonly reading: SourceReading;
  readonly sample: Sample | null;
  readonly failure: string | null;
  readonly requests: number;
};

type Given = {
  readonly rules: SiteRules;
  readonly ledger: Ledger;
  readonly needs: RoundNeeds;
  /** Real milliseconds for each source; they are asked side by side. */
  readonly timeoutMs: number;
  /** Reads back far enough to see silence without memory; false by default. */
  readonly isDeep?: boolean;
};

function queriesFor(source: BoundSource, rules: SiteRules, ledger: Ledger): SignerQuery[] {
  return rules.signers
    .filter((signer) => signer.chain === source.chain)
    .map(({ id, keys }) => ({ signer: id, keys, trace: ledger[id]?.traces[source.id] ?? null }));
}

async function ask(
  source: BoundSource,
  signers: readonly SignerQuery[],
  given: Pick<Given, 'needs' | 'timeoutMs' | 'isDeep'>,
): Promise<Answer> {
  const { needs, timeoutMs, isDeep = false } = given;
  try {
    const answer = await needs.inTurn(() =>
      source.collect(signers, { signal: needs.signal, timeoutMs, now: needs.clock.now, isDeep }),
    );
    return { ...answer, failure: null };
  } catch (error) {
    const { id, chain, operator, isOwn } = source;
    const trouble = { reason: 'aborted' as const, detail: 'it could not be asked' };
    return {
      reading: { source: id, chain, operator, isOwn, head: null, trouble, votesWith: [], signers: [] },
      sample: null,
      failure: `target ${id}: ${redactText(describeError(error))}`,
      requests: 0,
    };
  }
}

/** Never rejects. */
export async function collectEvidence(sources: readonly BoundSource[], given: Given): Promise<Collection> {
  const answers = await Promise.all(
    sources.map(async (source) => ({
      id: source.id,
      answer: await ask(source, queriesFor(source, given.rules, given.ledger), given),
    })),
  );
  return {
    readings: answers.map(({ answer }) => answer.reading),
    samples: Object.fromEntries(
      answers.flatMap(({ id, answer }) => (answer.sample === null ? [] : [[id, answer.sample] as const])),
    ),
    failures: answers.flatMap(({ answer }) => (answer.failure === null ? [] : [answer.failure])),
    requests: answers.reduce((sum, { answer }) => sum + answer.requests, 0),
  };
}
