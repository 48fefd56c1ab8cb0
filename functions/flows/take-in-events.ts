// Between two ticks: takes in what people and the house said, without looking at anything, so that an acknowledgement counts at once.
import { isDeepStrictEqual } from 'node:util';
import type { SiteEvent } from '../domain/event.ts';
import type { Memory } from '../domain/memory.ts';
import type { SiteRules } from '../domain/policy.ts';
import { type Step, stepEvents } from '../domain/step.ts';
import type { Clock } from '../kit/clock.ts';
import { describeError } from '../kit/error.ts';
import { redactText } from '../kit/redact.ts';
import type { WatchStore } from '../stores/store.ts';
import { listen } from './find-out.ts';
import type { Poker } from './poker.ts';
import { commit, tries } from './take-in.ts';

export type EventsOutcome = {
  readonly site: string;
  /** `busy`: others kept writing; the next tick takes it in. */
  readonly outcome: 'done' | 'nothing' | 'busy' | 'error';
  readonly events: number;
  readonly messages: number;
  readonly error: string | null;
};

type Given = {
  readonly rules: SiteRules;
  readonly store: WatchStore;
  readonly clock: Clock;
  readonly poker: Poker;
  readonly provisionPoker: Poker;
};

/** They were taken in; one that cannot be removed is taken in again by the next tick, which changes nothing. A sentence when that is so. */
export async function forgetEvents(
  store: Pick<WatchStore, 'forgetEvents'>,
  site: string,
  events: readonly SiteEvent[],
): Promise<string | null> {
  if (events.length === 0) return null;
  try {
    await store.forgetEvents(
      site,
      events.map((event) => event.id),
    );
    return null;
  } catch (error) {
    return redactText(describeError(error));
  }
}

/** Repeated news change nothing, and then nothing is written. */
const hasChanged = (memory: Memory, step: Step): boolean =>
  step.touched.length > 0 ||
  step.rows.length > 0 ||
  !isDeepStrictEqual(memory.state.subjects, step.memory.state.subjects);

async function takeIn(given: Given): Promise<EventsOutcome> {
  const { rules, store, clock, poker, provisionPoker } = given;
  const { pulse, refused, events, problem } = await listen(store, rules, clock.now());
  const common = { site: rules.id, events: events.length, messages: 0 };
  const heard = { pulse, refused };
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    // oxlint-disable-next-line no-await-in-loop -- each try depends on what the one before met
    const { memory, base } = await store.loadSite(rules.id);
    // A site that was never watched has nothing to acknowledge; its first tick takes the events in.
    if (memory === null) return { ...common, outcome: 'nothing', error: problem };
    const step = stepEvents(memory, { rules, events, heard, at: clock.now() });
    if (!hasChanged(memory, step) && events.length === 0) {
      return { ...common, outcome: problem === null ? 'nothing' : 'error', error: problem };
    }
    // oxlint-disable-next-line no-await-in-loop -- as above
    const { end, problems } = await commit(store, base, step);
    if (end === 'conflict') continue;
    if (step.rows.length > 0) poker.wake();
    if (step.wakesProvision) provisionPoker.wake();
    // oxlint-disable-next-line no-await-in-loop -- this is the end
    const error = (await forgetEvents(store, rules.id, events)) ?? problems[0] ?? problem;
    return { ...common, outcome: error === null ? 'done' : 'error', messages: step.rows.length, error };
  }
  return { ...common, outcome: 'busy', error: problem };
}

/** Never rejects: what goes wrong is in the outcome, and whatever was not taken in waits for the next tick. */
export async function takeInEvents(given: Given): Promise<EventsOutcome> {
  try {
    return await takeIn(given);
  } catch (error) {
    return {
      site: given.rules.id,
      outcome: 'error',
      events: 0,
      messages: 0,
      error: redactText(describeError(error)),
    };
  }
}
