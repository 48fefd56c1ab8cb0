// Plays ticks of one site, one minute apart, and keeps what was said and what is open.
import type { SiteEvent } from '../../functions/domain/event.ts';
import type { Incident } from '../../functions/domain/incident.ts';
import type { Memory } from '../../functions/domain/memory.ts';
import type { OutboxRow } from '../../functions/domain/outbox.ts';
import type { Pulse } from '../../functions/domain/pulse.ts';
import type { SiteRules } from '../../functions/domain/policy.ts';
import { step, stepEvents, type Step } from '../../functions/domain/step.ts';
import { findingsOf, type Found, minute, start } from './site.ts';

export type Story = {
  /** The next tick: a minute after the last one, by the rules in force unless others are given from here on. */
  readonly tick: (found?: Found, rules?: SiteRules) => Step;
  readonly ticks: (count: number, found?: Found) => Step;
  /** Between two ticks: what people say, and the house, is taken in, half a minute before the next tick unless a time is given. */
  readonly hear: (events: readonly SiteEvent[], time?: number, pulse?: Pulse) => Step;
  /** The time of the next tick, unless it is given. */
  readonly nextAt: () => number;
  readonly memory: () => Memory | null;
  readonly rows: () => readonly OutboxRow[];
  /** All incidents that there ever were, as they are now. */
  readonly incidents: () => readonly Incident[];
};

/** Throws when a row's id is written a second time, for then a store would refuse the tick. */
export function storyOf(first: SiteRules): Story {
  let rules = first;
  let at = start;
  let memory: Memory | null = null;
  const rows = new Map<string, OutboxRow>();
  const incidents = new Map<string, Incident>();
  const tick = (found: Found = {}, other: SiteRules = rules): Step => {
    rules = other;
    at = found.at ?? at;
    const result = keep(
      step(memory, {
        rules,
        findings: findingsOf(rules, { ...found, at }),
        scheduledAt: at - (found.latenessMs ?? 0),
        latenessMs: found.latenessMs ?? 0,
        events: found.events ?? [],
      }),
    );
    at += minute;
    return result;
  };
  const keep = (result: Step): Step => {
    memory = result.memory;
    for (const incident of result.touched) incidents.set(incident.id, incident);
    for (const row of result.rows) {
      if (rows.has(row.id)) throw new Error(`the row ${row.id} was written twice`);
      rows.set(row.id, row);
    }
    return result;
  };
  return {
    tick,
    ticks: (count, found) => {
      let last = tick(found);
      for (let played = 1; played < count; played += 1) last = tick(found);
      return last;
    },
    hear: (events, time = at - minute / 2, pulse) => {
      if (memory === null) throw new Error('nothing was seen yet');
      return keep(
        stepEvents(memory, { rules, events, heard: { pulse: pulse ?? null, refused: [] }, at: time }),
      );
    },
    nextAt: () => at,
    memory: () => memory,
    rows: () => [...rows.values()],
    incidents: () => [...incidents.values()],
  };
}

/** What a tick said, one line a row: `opened critical to phone about site/home`. */
export const said = (rows: readonly OutboxRow[]): string[] =>
  rows.map(
    ({ notice, channel }) =>
      `${notice.kind} ${notice.severity} to ${channel} about ${notice.items
        .map(({ subject, problem }) => `${subject.kind}/${subject.id} ${problem}`)
        .join(', ')}`,
  );

/** A value of which nothing can be changed any more, so that whoever tries to is caught. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
