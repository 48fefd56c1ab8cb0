// A tick that the store does not take in: it is judged all the same, and what may not wait is told past the store.
import { decideDirect, freshInstance, told } from '../domain/direct.ts';
import { type Findings, gatherFacts } from '../domain/gather.ts';
import { judge } from '../domain/judge.ts';
import type { SiteState } from '../domain/memory.ts';
import type { SiteVerdict } from '../domain/verdict.ts';
import { describeError, WatchdogError } from '../kit/error.ts';
import { redactText } from '../kit/redact.ts';
import type { Loaded } from '../stores/store.ts';
import { findOut, type HeardPulse } from './find-out.ts';
import type { SiteRun } from './watch-world.ts';

/** As far as the tick came: what was remembered, and what was found. */
export type Begun = {
  readonly pulse: Promise<HeardPulse>;
  readonly state: SiteState | null;
  readonly findings: Findings | null;
};

export type Untaken = { readonly verdict: SiteVerdict; readonly problems: readonly string[] };

const storeCodes: readonly string[] = ['ERR_STORE', 'ERR_DOCUMENT', 'ERR_DOCUMENT_NEWER'];

/** True for what a store does; a bug of ours is no reason to wake anybody. */
export const isOfStore = (error: unknown): error is WatchdogError =>
  error instanceof WatchdogError && storeCodes.includes(error.code);

async function look(
  { findings, pulse }: Begun,
  run: SiteRun,
): Promise<Findings & { problems?: readonly string[] }> {
  if (findings !== null) return findings;
  const nothing: Loaded = { memory: null, base: { site: run.site.rules.id, versions: new Map() } };
  return findOut(nothing, pulse, run);
}

/** Judges what was found, by what is known, and tells what `decideDirect` says. What is not handed over is due again at the next tick. */
export async function tellUntaken(run: SiteRun, begun: Begun, error: WatchdogError): Promise<Untaken> {
  const { rules } = run.site;
  const { instances } = run.world;
  const { problems = [], ...findings } = await look(begun, run);
  const facts = gatherFacts(begun.state, findings, rules);
  const judgement = judge(facts, rules.policy);
  const { due, next } = decideDirect(
    instances.get(rules.id) ?? freshInstance,
    {
      at: run.at,
      facts,
      judgement,
      error: redactText(describeError(error)),
      isWholeStore: error.code === 'ERR_STORE',
    },
    rules,
  );
  instances.set(rules.id, next);
  const refused: string[] = [];
  for (const direct of due) {
    // oxlint-disable-next-line no-await-in-loop -- two at most, the graver first
    const problem = await run.poker.tell({ direct });
    if (problem === null) instances.set(rules.id, told(instances.get(rules.id) ?? next, direct));
    else refused.push(problem);
  }
  return { verdict: judgement.verdict, problems: [...problems, ...refused] };
}
