// One tick of one site: what is remembered and what is found become what is remembered next, in one commit.
import type { SiteEvent } from '../domain/event.ts';
import type { Findings } from '../domain/gather.ts';
import type { SiteVerdict } from '../domain/verdict.ts';
import { step, type Step } from '../domain/step.ts';
import { isReplay } from '../domain/tick.ts';
import { describeError, WatchdogError } from '../kit/error.ts';
import { redactText } from '../kit/redact.ts';
import type { Loaded } from '../stores/store.ts';
import { findOut, listen } from './find-out.ts';
import { forgetEvents } from './take-in-events.ts';
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
  readonly error: string | null;
};

const tries = 4;

/** Adds when something is next due, asked for only once the remembered time has passed. */
async function withDueTime(loaded: Loaded, run: SiteRun): Promise<Loaded> {
  const { memory } = loaded;
  if (memory === null || memory.state.nextDueAt === null || memory.state.nextDueAt > run.at) return loaded;
  const nextDueAt = await run.world.store.nextDueAt(run.site.rules.id);
  return { ...loaded, memory: { ...memory, state: { ...memory.state, nextDueAt } } };
}

type Committed = { readonly step: Step } | { readonly replay: true };

/** The pure step is run again on what somebody else wrote, with the samples that we have; I/O is not. */
async function takeIn(
  first: Loaded,
  found: { readonly findings: Findings; readonly events: readonly SiteEvent[] },
  run: SiteRun,
): Promise<Committed | null> {
  const { events } = found;
  let { findings } = found;
  const { store, clock } = run.world;
  const { rules } = run.site;
  let loaded = first;
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    if (attempt > 1) {
      loaded = await store.loadSite(rules.id);
      const remembered = loaded.memory?.state.tick.scheduledAt ?? null;
      if (isReplay(remembered, run.tick.scheduledAt, clock.now())) return { replay: true };
      // Whoever wrote meanwhile may have taken in news of the house that we have not heard.
      const { pulse, refused } = await listen(store, rules, run.at);
      findings = { ...findings, pulse, refused };
    }
    const remembering = await withDueTime(loaded, run);
    const result = step(remembering.memory, {
      rules,
      findings,
      events,
      scheduledAt: run.tick.scheduledAt,
    });
    const end = await store.commitSite({
      base: loaded.base,
      memory: result.memory,
      touched: result.touched,
      rows: result.rows,
    });
    if (end === 'committed') return { step: result };
  }
  return null;
}

function outcomeOf(run: SiteRun, committed: Committed, problems: readonly string[]): SiteOutcome {
  const common = { site: run.site.rules.id, probes: run.site.probes.length };
  if ('replay' in committed) {
    return {
      ...common,
      outcome: 'replay',
      verdict: null,
      opened: [],
      resolved: [],
      messages: 0,
      error: null,
    };
  }
  const { memory, touched, rows } = committed.step;
  return {
    ...common,
    // What could not be found out is unknown to the judgement; that it could not is an error to whoever runs this.
    outcome: problems.length === 0 ? 'done' : 'error',
    verdict: memory.state.judgement.verdict,
    opened: touched.filter((incident) => incident.openedAt === run.at).map((incident) => incident.id),
    resolved: touched.filter((incident) => incident.resolvedAt === run.at).map((incident) => incident.id),
    messages: rows.length,
    error: problems.length === 0 ? null : problems.join('; '),
  };
}

function conflict(site: string): WatchdogError {
  return new WatchdogError('ERR_CONFLICT', `sites/${site}: somebody else kept writing, ${tries} tries`);
}

function failed(run: SiteRun, error: unknown): SiteOutcome {
  return {
    site: run.site.rules.id,
    outcome: 'error',
    verdict: null,
    opened: [],
    resolved: [],
    messages: 0,
    probes: 0,
    error: redactText(describeError(error)),
  };
}

/** Never rejects: what goes wrong is in the outcome, and the site is as it was or as the tick left it, never between. */
export async function watchSite(run: SiteRun): Promise<SiteOutcome> {
  const { store, clock } = run.world;
  const { id } = run.site.rules;
  try {
    const loading = store.loadSite(id);
    const pulse = listen(store, run.site.rules, run.at);
    const loaded = await loading;
    const remembered = loaded.memory?.state.tick.scheduledAt ?? null;
    if (isReplay(remembered, run.tick.scheduledAt, clock.now())) {
      await pulse;
      // The tick was taken in, but whoever did may have died before anybody was woken for its messages.
      const dueAt = loaded.memory?.state.nextDueAt ?? null;
      if (dueAt !== null && dueAt <= run.at) run.poker.wake();
      return { ...outcomeOf(run, { replay: true }, []), probes: 0 };
    }
    const { problems, events, ...findings } = await findOut(loaded, pulse, run);
    const committed = await takeIn(loaded, { findings, events }, run);
    if (committed === null) return failed(run, conflict(id));
    const forgotten = 'replay' in committed ? null : await forgetEvents(store, id, events);
    // A conflict with our own tick is either another instance, or our commit whose answer was lost: then nobody was woken.
    if ('replay' in committed || isWorkLeft(committed.step, run.at)) run.poker.wake();
    return outcomeOf(run, committed, forgotten === null ? problems : [...problems, forgotten]);
  } catch (error) {
    return failed(run, error);
  }
}

function isWorkLeft(result: Step, at: number): boolean {
  const { nextDueAt } = result.memory.state;
  return nextDueAt !== null && nextDueAt <= at;
}
