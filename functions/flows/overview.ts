// What all readers are shown, read once for all of them: at most one refresh in ten seconds, and the last that was known when the store fails.
import { dayOf } from '../domain/history/day.ts';
import type { Calendar } from '../domain/history/history.ts';
import type { SiteState } from '../domain/memory.ts';
import type { SiteRules } from '../domain/policy.ts';
import type { Clock } from '../kit/clock.ts';
import { describeError, WatchdogError } from '../kit/error.ts';
import type { Log } from '../kit/log.ts';
import { redactText } from '../kit/redact.ts';
import type { ReadStore, States } from '../stores/store.ts';
import { blindly, overviewOf } from '../views/overview-of.ts';
import type { NothingKnown, Overview } from '../views/overview.ts';
import { staleAfterMs } from '../views/status.ts';

export type OverviewWorld = {
  readonly rules: readonly SiteRules[];
  readonly store: Pick<ReadStore, 'readStates' | 'readCalendars'>;
  readonly clock: Clock;
  /** Told when the store begins to fail and when it is back. */
  readonly log?: Log;
};

export type OverviewReader = {
  /**
   * Never rejects for a store that fails: then it is the last that was known, with `blind`, or nothing. Waits for the store no longer than
   * its own deadline.
   */
  readonly read: () => Promise<Overview | NothingKnown>;
};

/** By the world's clock; a clock that goes back makes the next reader refresh. */
const freshMs = 10_000;

/** The calendars of the sites, and of each what the state said that it was read beside. */
type Calendars = {
  readonly calendars: ReadonlyMap<string, Calendar>;
  readonly beside: ReadonlyMap<string, string>;
  /** By site, sentences about its calendar. */
  readonly broken: ReadonlyMap<string, readonly string[]>;
};

const noCalendars: Calendars = { calendars: new Map(), beside: new Map(), broken: new Map() };

/** What changes when a day of the site was filed, and at midnight. */
function besideOf(state: SiteState | undefined, at: number): string {
  const filed = state === undefined ? '' : `${state.history.today.day} ${state.history.today.from}`;
  return `${dayOf(at)} ${filed}`;
}

const isOf = (site: string) => (text: string) => text.startsWith(`history/${site} `);

type Read = {
  readonly states: ReadonlyMap<string, SiteState>;
  readonly at: number;
};

/** Reads those calendars again that may have changed. A failure is a sentence about each, and the next refresh tries again. */
async function readCalendars(
  { rules, store }: OverviewWorld,
  before: Calendars,
  { states, at }: Read,
): Promise<Calendars> {
  const wanted = rules.map(({ id }) => ({ id, beside: besideOf(states.get(id), at) }));
  const missing = wanted.filter(({ id, beside }) => before.beside.get(id) !== beside);
  if (missing.length === 0) return before;
  const ids = missing.map(({ id }) => id);
  try {
    // Read after the states: what is filed in between is seen by the next refresh at the latest.
    const { calendars, broken } = await store.readCalendars(ids);
    return {
      calendars: new Map([...before.calendars, ...calendars]),
      beside: new Map([...before.beside, ...missing.map(({ id, beside }) => [id, beside] as const)]),
      broken: new Map([...before.broken, ...ids.map((id) => [id, broken.filter(isOf(id))] as const)]),
    };
  } catch (error) {
    if (!(error instanceof WatchdogError)) throw error;
    const why = redactText(describeError(error));
    const said = ids.map((id) => [id, [`history/${id} could not be read: ${why}`]] as const);
    return {
      ...before,
      broken: new Map([...before.broken, ...said]),
      beside: new Map([...before.beside].filter(([id]) => !ids.includes(id))),
    };
  }
}

/**
 * Sites whose calendar was read just now and holds the day that the state read before it still counts. It is filed in parts, or it was filed
 * between the two reads and would be counted twice: a day is filed in the same commit that counts the next, so a second look tells which.
 */
function filedSince(before: Calendars, after: Calendars, states: ReadonlyMap<string, SiteState>): string[] {
  return [...states].flatMap(([id, { history }]) => {
    const calendar = after.calendars.get(id);
    const isNew = calendar !== before.calendars.get(id);
    return isNew && calendar?.days.some(({ day }) => day === history.today.day) === true ? [id] : [];
  });
}

/** One for each instance: it remembers what it read last. */
export function openOverview(world: OverviewWorld): OverviewReader {
  const { rules, store, clock, log } = world;
  let calendars = noCalendars;
  /** The last that was read whole. */
  let known: Overview | null = null;
  let blindSince: number | null = null;
  /** The last answer, and when it was made. */
  let last: { readonly at: number; readonly answer: Overview | NothingKnown } | null = null;
  let pending: Promise<Overview | NothingKnown> | null = null;

  const seen = async (): Promise<Overview> => {
    const read = await store.readStates(rules.map(({ id }) => id));
    // Taken after the answer: a tick that was read is not later than this.
    const at = clock.now();
    const before = calendars;
    calendars = await readCalendars(world, before, { states: read.states, at });
    const again = filedSince(before, calendars, read.states);
    if (again.length === 0) return made(read, at);
    const second = await store.readStates(again);
    const states = new Map([...read.states, ...second.states]);
    const beside = again.map((id) => [id, besideOf(states.get(id), at)] as const);
    calendars = { ...calendars, beside: new Map([...calendars.beside, ...beside]) };
    return made({ states, broken: [...read.broken, ...second.broken] }, clock.now());
  };

  const made = ({ states, broken }: States, at: number): Overview => {
    const all = [...broken, ...[...calendars.broken.values()].flat()];
    return overviewOf(rules, { states, calendars: calendars.calendars, broken: all }, at);
  };

  const unseen = (error: WatchdogError): Overview | NothingKnown => {
    const at = clock.now();
    const why = redactText(describeError(error));
    if (blindSince === null) log?.error({ err: error }, 'the view is blind: the store cannot be read');
    blindSince ??= at;
    if (known === null) return { version: 1, nothing: true, at, since: blindSince, why };
    return blindly(known, { since: blindSince, why }, at);
  };

  const refresh = async (): Promise<Overview | NothingKnown> => {
    try {
      known = await seen();
      if (blindSince !== null) log?.info({ since: blindSince }, 'the view can read the store again');
      blindSince = null;
      return known;
    } catch (error) {
      if (!(error instanceof WatchdogError)) throw error;
      return unseen(error);
    }
  };

  const isYoung = (ms: number): boolean => {
    const age = last === null ? -1 : clock.now() - last.at;
    return age >= 0 && age < ms;
  };

  return {
    read: async () => {
      if (last !== null && isYoung(freshMs)) return last.answer;
      // Whoever comes while it is being read need not wait for a store that may hang: the answer says of when it is.
      if (last !== null && pending !== null && isYoung(staleAfterMs)) return last.answer;
      pending ??= refresh()
        .then((answer) => {
          last = { at: clock.now(), answer };
          return answer;
        })
        .finally(() => {
          pending = null;
        });
      return pending;
    },
  };
}
