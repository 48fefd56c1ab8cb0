// Asks the sources of a signer's chain what it has ahead, and judges whether now is a good moment to take it down.
import type { BoundSource } from '../chains/chain.ts';
import type { QuietReading } from '../domain/lookahead.ts';
import type { SiteRules } from '../domain/policy.ts';
import { judgeQuiet, type Quiet } from '../domain/quiet.ts';
import { describeError } from '../kit/error.ts';
import { redactText } from '../kit/redact.ts';
import type { RoundNeeds } from './probe-round.ts';

export type LookedAhead = {
  /** The moment that it is judged for, epoch ms. */
  readonly at: number;
  readonly quiet: Quiet;
  readonly readings: readonly QuietReading[];
  /** Sources that threw, which is a bug or a missing secret: one line each. */
  readonly failures: readonly string[];
};

type Given = {
  readonly signer: SiteRules['signers'][number];
  readonly needs: RoundNeeds;
  /** Real milliseconds for each source; they are asked side by side. */
  readonly timeoutMs: number;
  /** How long the signer will be away. */
  readonly needMs: number;
};

async function ask(
  source: BoundSource,
  { signer, needs, timeoutMs }: Given,
): Promise<{ readonly reading: QuietReading; readonly failure: string | null }> {
  try {
    const run = { signal: needs.signal, timeoutMs, now: needs.clock.now };
    return { reading: await needs.inTurn(() => source.lookAhead(signer.keys, run)), failure: null };
  } catch (error) {
    const { id, operator, isOwn } = source;
    const trouble = { reason: 'aborted' as const, detail: 'it could not be asked' };
    return {
      reading: { source: id, operator, isOwn, ahead: null, trouble },
      failure: `target ${id}: ${redactText(describeError(error))}`,
    };
  }
}

/** Never rejects. Sources of other chains are not asked. */
export async function lookAhead(sources: readonly BoundSource[], given: Given): Promise<LookedAhead> {
  const { chain } = given.signer;
  const answers = await Promise.all(
    sources.filter((source) => source.chain === chain).map((source) => ask(source, given)),
  );
  const readings = answers.map(({ reading }) => reading);
  const at = given.needs.clock.now();
  return {
    at,
    quiet: judgeQuiet(readings, { chain, at, needMs: given.needMs }),
    readings,
    failures: answers.flatMap(({ failure }) => (failure === null ? [] : [failure])),
  };
}
