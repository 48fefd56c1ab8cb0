// One tick of one site: what is remembered and what is found become what is remembered next, in one commit.
import { freshInstance, takenIn } from '../domain/direct.ts';
import type { SiteState } from '../domain/memory.ts';
import { isNobodyTold } from '../domain/observe-own.ts';
import type { SiteVerdict } from '../domain/verdict.ts';
import type { Step } from '../domain/step.ts';
import { isReplay } from '../domain/tick.ts';
import { describeError, WatchdogError } from '../kit/error.ts';
import { redactText } from '../kit/redact.ts';
import { recordHandovers } from './record-handovers.ts';
import { findOut, listen } from './find-out.ts';
import { type Committed, takeIn, tries } from './take-in.ts';
import { forgetEvents } from './take-in-events.ts';
import { type Begun, isOfStore, tellUntaken } from './untaken.ts';
import type { SiteRun } from './watch-world.ts';

/** What became of one site in one tick. `error` names the document or target in trouble. */
export type SiteOutcome = {
  readonly site: string;
  readonly outcome: 'done' | 'replay' | 'error';
  readonly verdict: SiteVerdict | null;
  readonly opened: readonly string[];
  readonly resolved: readonly string[];
  readonly messages: number;
  readonly probes: number;
  /** People cannot be told: a message has waited for too long, or no channel accepts any. */
  readonly isNobodyTold: boolean;
  readonly error: string | null;
};

const nothing = { verdict: null, opened: [], resolved: [], messages: 0, probes: 0, isNobodyTold: false };

function replayed({ site, at, poker }: SiteRun, state: SiteState | null): SiteOutcome {
  // The tick was taken in, but whoever did may have died before anybody was woken for its messages.
  if (state !== null && state.nextDueAt !== null && state.nextDueAt <= at) poker.wake();
  const { rules } = site;
  const nobody = state !== null && isNobodyTold(state.subjects, rules);
  return { ...nothing, site: rules.id, outcome: 'replay', isNobodyTold: nobody, error: null };
}

function done(
  { site, at }: SiteRun,
  { memory, touched, rows }: Step,
  problems: readonly string[],
): SiteOutcome {
  return {
    site: site.rules.id,
    // What could not be found out is unknown to the judgement; that it could not is an error to whoever runs this.
    outcome: problems.length === 0 ? 'done' : 'error',
    verdict: memory.state.judgement.verdict,
    opened: touched.filter((incident) => incident.openedAt === at).map((incident) => incident.id),
    resolved: touched.filter((incident) => incident.resolvedAt === at).map((incident) => incident.id),
    messages: rows.length,
    probes: site.probes.length,
    isNobodyTold: isNobodyTold(memory.state.subjects, site.rules),
    error: problems.length === 0 ? null : problems.join('; '),
  };
}

async function failed(run: SiteRun, error: unknown, begun: Begun): Promise<SiteOutcome> {
  const { rules, probes } = run.site;
  const common = { ...nothing, site: rules.id, outcome: 'error' as const };
  const why = redactText(describeError(error));
  if (!isOfStore(error)) return { ...common, error: why };
  try {
    const { verdict, problems } = await tellUntaken(run, begun, error);
    return { ...common, verdict, probes: probes.length, error: [why, ...problems].join('; ') };
  } catch (second) {
    return { ...common, error: `${why}; ${redactText(describeError(second))}` };
  }
}

async function tick(
  run: SiteRun,
  pulse: Begun['pulse'],
  keep: (more: Partial<Begun>) => void,
): Promise<SiteOutcome> {
  const { store, clock } = run.world;
  const { id } = run.site.rules;
  const loaded = await store.loadSite(id);
  const state = loaded.memory?.state ?? null;
  keep({ state });
  if (isReplay(state?.tick.scheduledAt ?? null, run.tick.scheduledAt, clock.now())) {
    await pulse;
    return replayed(run, state);
  }
  const { problems, events, ...findings } = await findOut(loaded, pulse, run);
  keep({ findings });
  const committed: Committed | null = await takeIn(loaded, { findings, events }, run);
  if (committed === null) {
    throw new WatchdogError('ERR_CONFLICT', `sites/${id}: somebody else kept writing, ${tries} tries`);
  }
  const { instances } = run.world;
  instances.set(id, takenIn(instances.get(id) ?? freshInstance));
  // A conflict with our own tick is either another instance, or our commit whose answer was lost: then nobody was woken.
  if ('replay' in committed) {
    run.poker.wake();
    return { ...replayed(run, null), probes: run.site.probes.length };
  }
  const forgotten = await forgetEvents(store, id, events);
  const { memory, wakesProvision } = committed.step;
  const { nextDueAt } = memory.state;
  if (nextDueAt !== null && nextDueAt <= run.at) run.poker.wake();
  if (wakesProvision) run.provisionPoker.wake();
  // Only now: a record that takes long must not keep a page back.
  const { rules, sources } = run.site;
  const unrecorded = await recordHandovers({
    rules,
    sources,
    flags: findings.flags,
    store,
    needs: run.needs,
  });
  const more = [...committed.problems, ...(forgotten === null ? [] : [forgotten]), ...unrecorded];
  return done(run, committed.step, [...problems, ...more]);
}

/** Never rejects: what goes wrong is in the outcome, and the site is as it was or as the tick left it, never between. */
export async function watchSite(run: SiteRun): Promise<SiteOutcome> {
  const { rules } = run.site;
  let begun: Begun = { pulse: listen(run.world.store, rules, run.at), state: null, findings: null };
  const keep = (more: Partial<Begun>): void => {
    begun = { ...begun, ...more };
  };
  try {
    return await tick(run, begun.pulse, keep);
  } catch (error) {
    return failed(run, error, begun);
  }
}
