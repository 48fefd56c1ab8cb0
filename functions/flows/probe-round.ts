// Probes a set of targets once, and what has changed again, within one tick.
import { isNews, qualityOf, settleSamples } from '../domain/confirm.ts';
import type { Quality } from '../domain/facts.ts';
import type { Policy } from '../domain/policy.ts';
import type { Sample } from '../domain/sample.ts';
import type { Clock } from '../kit/clock.ts';
import { describeError } from '../kit/error.ts';
import type { InTurn } from '../kit/take-turns.ts';
import { redactText } from '../kit/redact.ts';
import type { BoundProbe } from '../probes/probe.ts';

export type RoundNeeds = { readonly clock: Clock; readonly inTurn: InTurn; readonly signal: AbortSignal };

export type Round = {
  readonly samples: Readonly<Record<string, Sample>>;
  /** Probes that threw, which is a bug or a missing secret: one line each. Their targets have no sample and are unknown. */
  readonly failures: readonly string[];
  /** Targets whose second look said something else than the first. */
  readonly wavering: readonly string[];
};

type Answer = {
  readonly id: string;
  readonly sample: Sample | null;
  readonly failure: string | null;
  readonly isWavering: boolean;
};

async function ask(probe: BoundProbe, timeoutMs: number, needs: RoundNeeds): Promise<Answer> {
  try {
    const sample = await needs.inTurn(() =>
      probe.run({ signal: needs.signal, timeoutMs, at: needs.clock.now() }),
    );
    return { id: probe.id, sample, failure: null, isWavering: false };
  } catch (error) {
    const failure = `target ${probe.id}: ${redactText(describeError(error))}`;
    return { id: probe.id, sample: null, failure, isWavering: false };
  }
}

export type RoundOptions = {
  readonly needs: RoundNeeds;
  readonly probing: Policy['probe'];
  /** Told of each first answer as it comes, before anything is looked at again; null for a probe that threw. */
  readonly onFirstLook?: (id: string, sample: Sample | null) => void;
};

async function lookAgain(probe: BoundProbe, first: Sample, options: RoundOptions): Promise<Sample> {
  const { needs, probing } = options;
  const answers = await Promise.all(
    Array.from({ length: probing.burst }, async (_, index) => {
      try {
        await needs.clock.sleep(index * probing.burstGapMs, needs.signal);
      } catch {
        return null;
      }
      return (await ask(probe, probing.burstTimeoutMs, needs)).sample;
    }),
  );
  return settleSamples(
    first,
    answers.filter((sample) => sample !== null),
  );
}

/** A look that remembers nothing is as long as a second look, and two looks at least. */
const freshLooks = ({ burst }: Policy['probe']): number => Math.max(2, burst);

/** How long `lookFresh` takes at most, in milliseconds: as long as the second look of `probeRound` when that is two looks or more. */
export const freshLookMs = (probing: Policy['probe']): number =>
  (freshLooks(probing) - 1) * probing.burstGapMs + probing.burstTimeoutMs;

/** What a target is when nothing is remembered of it: one good answer of at least two is good, and several bad ones are bad. */
export async function lookFresh(
  probe: BoundProbe,
  { needs, probing }: Omit<RoundOptions, 'onFirstLook'>,
): Promise<Quality> {
  const enough = new AbortController();
  const signal = AbortSignal.any([needs.signal, enough.signal]);
  const qualities = await Promise.all(
    Array.from({ length: freshLooks(probing) }, async (_, index): Promise<Quality> => {
      try {
        await needs.clock.sleep(index * probing.burstGapMs, signal);
      } catch {
        return 'unknown';
      }
      const { sample } = await ask(probe, probing.burstTimeoutMs, { ...needs, signal });
      const quality = qualityOf(sample ?? undefined);
      if (quality === 'good') enough.abort();
      return quality;
    }),
  );
  return qualities.includes('good') ? 'good' : qualities.includes('bad') ? 'bad' : 'unknown';
}

/** True when our own network fails by its references: a single one may fail by itself. */
export const areFailing = (qualities: readonly Quality[]): boolean =>
  qualities.length >= 2 && qualities.every((quality) => quality === 'bad');

/** Never rejects. `before` says what was remembered of a target; what differs from it is probed again before it is believed. */
export async function probeRound(
  probes: readonly BoundProbe[],
  before: (id: string) => Quality | undefined,
  options: RoundOptions,
): Promise<Round> {
  const answers = await Promise.all(
    probes.map(async (probe): Promise<Answer> => {
      const answer = await ask(probe, options.probing.timeoutMs, options.needs);
      options.onFirstLook?.(probe.id, answer.sample);
      if (answer.sample === null || !isNews(before(probe.id), answer.sample)) return answer;
      const sample = await lookAgain(probe, answer.sample, options);
      return { ...answer, sample, isWavering: sample.ok !== answer.sample.ok };
    }),
  );
  return {
    samples: Object.fromEntries(
      answers.flatMap(({ id, sample }) => (sample === null ? [] : [[id, sample] as const])),
    ),
    failures: answers.flatMap(({ failure }) => (failure === null ? [] : [failure])),
    wavering: answers.flatMap(({ id, isWavering }) => (isWavering ? [id] : [])),
  };
}
