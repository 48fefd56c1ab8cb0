// Asks the witnesses about what changed at one site, once for all of it, while we look at it again ourselves.
import { isWitnessWanted, isWordMissing } from '../domain/confirm.ts';
import type { Findings } from '../domain/gather.ts';
import type { SiteState } from '../domain/memory.ts';
import type { Sample } from '../domain/sample.ts';
import type { AskWitness, WitnessAnswer } from '../cloud/cloud.ts';
import { describeError } from '../kit/error.ts';
import { redactText } from '../kit/redact.ts';
import type { LeasedProbes } from './leased-probes.ts';
import { freshLookMs } from './probe-round.ts';
import type { SiteRun } from './watch-world.ts';

/**
 * A witness looks for as long as our own second look takes, and begins when the last of those begins. What it needs beside that is its
 * start, its token and the way there and back; whoever takes longer is silent, for a page must not wait for a machine that may be down.
 */
const graceMs = 2_000;

/** What a witness takes; of a larger site those that come later in the configuration are judged by what we see alone. */
const mostTargets = 400;

/** One question about one site. */
export type WitnessQuestion = {
  /** Takes in the first look at a target; after the last of them the witnesses are asked. */
  readonly onFirstLook: (id: string, sample: Sample | null) => void;
  /** What they saw, for `Findings`; it never rejects, and needs the first looks at all targets. */
  readonly voices: () => Promise<Findings['witness']>;
};

type Asked = Parameters<AskWitness>[0];

async function askOne(
  ask: AskWitness,
  targets: Asked,
  run: SiteRun,
): Promise<WitnessAnswer | { readonly answered: false; readonly reason: 'bug'; readonly detail: string }> {
  const { rules } = run.site;
  const timeoutMs = freshLookMs(rules.policy.probe) + graceMs;
  try {
    return await ask(targets, { signal: run.needs.signal, timeoutMs });
  } catch (error) {
    return { answered: false, reason: 'bug', detail: redactText(describeError(error)) };
  }
}

/** With the port of those whose port is leased; what has none now cannot be asked about. */
async function placed(ids: readonly string[], site: string, portOf: LeasedProbes['portOf']): Promise<Asked> {
  const targets = await Promise.all(
    ids.map(async (target) => {
      const port = await portOf(target);
      if (port === null) return [];
      return [{ site, target, ...(port === undefined ? {} : { port }) }];
    }),
  );
  return targets.flat();
}

async function askAll(
  wanted: readonly string[],
  run: SiteRun,
  portOf: LeasedProbes['portOf'],
): Promise<Findings['witness']> {
  const { witness } = run.world;
  // Who cannot see cannot be asked either, and what we saw ourselves is no evidence then.
  if (witness === null || wanted.length === 0 || !(await run.hasNetwork())) return {};
  const { id } = run.site.rules;
  const asked = await placed(wanted, id, portOf);
  if (asked.length === 0) return {};
  const answers = await Promise.all(
    witness.ask.map(async (ask, index) => {
      const answer = await askOne(ask, asked, run);
      if (answer.answered && !answer.isBlind) return answer.qualities[id] ?? {};
      const why = answer.answered ? 'it is blind itself' : `${answer.reason} ${answer.detail}`;
      witness.onSilence(id, `witness ${index + 1} is silent: ${why}`);
      return null;
    }),
  );
  const heard = answers.filter((answer) => answer !== null);
  return Object.fromEntries(
    asked.map(({ target }) => [target, heard.map((qualities) => qualities[target] ?? 'unknown')]),
  );
}

/** Opens a question about what differs from `state`, and about what is disputed. Without witnesses there is nothing to ask. */
export function openQuestion(
  run: SiteRun,
  state: SiteState | null,
  portOf: LeasedProbes['portOf'],
): WitnessQuestion {
  if (run.world.witness === null || run.site.probes.length === 0) {
    return { onFirstLook: () => undefined, voices: () => Promise.resolve({}) };
  }
  const { rules } = run.site;
  const isAskedAbout = (id: string, sample: Sample): boolean =>
    isWitnessWanted(state, id, sample) || isWordMissing(state, { id, sample, rules });
  const { promise, resolve } = Promise.withResolvers<readonly string[]>();
  const wanted = new Set<string>();
  let looks = 0;
  // Begins with the last first look, not when somebody waits for the voices.
  const voices = promise.then((ids) => askAll(ids.slice(0, mostTargets), run, portOf));
  return {
    onFirstLook: (id, sample) => {
      looks += 1;
      if (sample !== null && isAskedAbout(id, sample)) wanted.add(id);
      if (looks === run.site.probes.length) resolve([...wanted]);
    },
    voices: () => voices,
  };
}
