// Once a day: what nobody needs any more goes, what somebody left lying is taken up again, and the weekly drills are asked for. Bounded; the rest is for the next day.
import { dayAfter, dayMs, dayOf } from '../domain/history/day.ts';
import { calendarDays, type Day, keptDays } from '../domain/history/history.ts';
import type { SiteRules } from '../domain/policy.ts';
import type { Clock } from '../kit/clock.ts';
import { describeError, WatchdogError } from '../kit/error.ts';
import { redactText } from '../kit/redact.ts';
import type { EventStore, ReadStore, SweepStore } from '../stores/store.ts';
import { askDrills } from './ask-drills.ts';

export type DailyStore = SweepStore & EventStore & Pick<ReadStore, 'readStandbys'>;

export type DailyWorld = {
  readonly store: DailyStore;
  readonly clock: Clock;
  /** All that are configured. */
  readonly sites: readonly SiteRules[];
};

/** What one day's work came to. */
export type DailySummary = {
  /** Messages that were settled long ago. */
  readonly removedMessages: number;
  /** Rows of which somebody began to send the message and never came back. */
  readonly releasedLeases: readonly string[];
  /** Sites that are not configured any more, of which nothing is left in the inbox. */
  readonly forgottenSites: readonly string[];
  readonly removedEvents: number;
  /** Days that the calendars of the sites do not show any more. */
  readonly trimmedDays: number;
  /** Documents of days that were to end by themselves a week ago, and did not. */
  readonly removedDays: number;
  /** Signers for which the weekly drill was asked for. */
  readonly askedDrills: readonly string[];
  /** False when the time was over first: the next sweep goes on. */
  readonly isDone: boolean;
  /** One sentence for each part that failed; it leaves the others alone. */
  readonly errors: readonly string[];
};

/** Settled messages are kept this long, to look up what became of them. */
export const keptMs = 30 * dayMs;
const page = 200;
/** More sites than can be configured, so that each sweep meets some that are not. */
const mostSites = 500;

type Budget = { readonly hasTime: () => boolean };

/** Page by page until one is not full; `isDone` is false when the time was over first. */
async function inPages(
  remove: () => Promise<number>,
  { hasTime }: Budget,
): Promise<{ readonly count: number; readonly isDone: boolean }> {
  let count = 0;
  while (hasTime()) {
    // oxlint-disable-next-line no-await-in-loop -- one page after the other
    const removed = await remove();
    count += removed;
    if (removed < page) return { count, isDone: true };
  }
  return { count, isDone: false };
}

type Forgotten = Pick<DailySummary, 'forgottenSites' | 'removedEvents' | 'isDone'>;

/** The events go first: while what the site said is there, the next sweep finds the rest of them. */
async function forgetSites({ store, sites }: DailyWorld, budget: Budget): Promise<Forgotten> {
  const forgottenSites: string[] = [];
  let removedEvents = 0;
  for (const site of await store.heardSites(mostSites)) {
    if (sites.some(({ id }) => id === site)) continue;
    // oxlint-disable-next-line no-await-in-loop -- few, and nobody waits
    const events = await inPages(() => store.removeEvents(site, page), budget);
    removedEvents += events.count;
    if (!events.isDone) return { forgottenSites, removedEvents, isDone: false };
    // oxlint-disable-next-line no-await-in-loop -- as above
    await store.removeHeard(site);
    forgottenSites.push(site);
  }
  return { forgottenSites, removedEvents, isDone: true };
}

const dayBefore = (at: number, days: number): Day => dayAfter(dayOf(at), -days);
/** The database has a day or so to delete what has ended, and is given a week. */
const lateDays = 7;

type Swept = Pick<DailySummary, 'trimmedDays' | 'removedDays' | 'isDone'>;

/** A page of each site: a day comes and a day goes. Sites that are not configured any more keep theirs, until it ends by itself. */
async function sweepHistory({ store, sites }: DailyWorld, at: number, { hasTime }: Budget): Promise<Swept> {
  let trimmedDays = 0;
  let removedDays = 0;
  let isDone = true;
  // What is beyond tomorrow was filed by a clock that was ahead.
  const shownDays = { from: dayBefore(at, calendarDays), to: dayAfter(dayOf(at)) };
  for (const { id } of sites) {
    if (!hasTime()) return { trimmedDays, removedDays, isDone: false };
    // oxlint-disable-next-line no-await-in-loop -- few, and nobody waits
    const trimmed = await store.trimCalendar(id, shownDays, page);
    // oxlint-disable-next-line no-await-in-loop -- as above
    const removed = await store.removeDays(id, dayBefore(at, keptDays + lateDays), page);
    trimmedDays += trimmed;
    removedDays += removed;
    isDone &&= trimmed < page && removed < page;
  }
  return { trimmedDays, removedDays, isDone };
}

/** Never rejects. May be repeated at any time, and be cut off anywhere. Incidents stay: they are the history. */
export async function daily(
  world: DailyWorld,
  { budgetMs }: { readonly budgetMs: number },
): Promise<DailySummary> {
  const { store, clock } = world;
  const at = clock.now();
  const budget: Budget = { hasTime: () => clock.now() < at + budgetMs };
  const errors: string[] = [];
  const part = async <Result>(work: () => Promise<Result>, otherwise: Result): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      errors.push(error instanceof WatchdogError ? redactText(describeError(error)) : 'a bug in the sweep');
      return otherwise;
    }
  };
  const releasedLeases = await part(
    () => store.releaseLeases({ endedBefore: at - dayMs, at, limit: page }),
    [],
  );
  const messages = await part(() => inPages(() => store.removeSettled(at - keptMs, page), budget), {
    count: 0,
    isDone: true,
  });
  const nothing: Forgotten = { forgottenSites: [], removedEvents: 0, isDone: true };
  const houses = await part(() => forgetSites(world, budget), nothing);
  const history = await part(() => sweepHistory(world, at, budget), {
    trimmedDays: 0,
    removedDays: 0,
    isDone: true,
  });
  const askedDrills = await part(() => askDrills(world, at), []);
  return {
    removedMessages: messages.count,
    releasedLeases,
    forgottenSites: houses.forgottenSites,
    removedEvents: houses.removedEvents,
    trimmedDays: history.trimmedDays,
    removedDays: history.removedDays,
    askedDrills,
    isDone: messages.isDone && houses.isDone && history.isDone && releasedLeases.length < page,
    errors,
  };
}
