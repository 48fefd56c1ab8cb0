// Takes in what people said since the last tick: acknowledgements, mutes and causes; of standbys see standby/wish.ts, of drills drill/ask.ts. Pure, and harmless when it is done twice.
import { acknowledge } from './acknowledge.ts';
import type { ClearEvent, SiteEvent } from './event.ts';
import { type Incident, record, type SubjectKind, subjectKey } from './incident.ts';
import type { Memory, Mute } from './memory.ts';
import type { Policy } from './policy.ts';

export type Folded = {
  readonly memory: Memory;
  /** Incidents that were changed. */
  readonly touched: readonly Incident[];
};

/** A mute may not outlast a maintenance window. */
const longestMuteMs = 31 * 24 * 3_600_000;
const mostMutes = 50;
/** What was seen longer ago nobody remembers either. */
const forgottenMs = 7 * 24 * 3_600_000;
/** What these show does not age: a person who has stated its cause is not to be asked again next week. */
const lasting: readonly SubjectKind[] = [
  'handover',
  'zombie',
  'break-glass',
  'signature',
  'slashing',
  'standby',
  'drill',
];

const isKept = (key: string, when: number, at: number): boolean =>
  at - when < forgottenMs || lasting.some((kind) => key.startsWith(`${kind}/`));

/**
 * Everything that was told of together: one page is acknowledged by one answer. The answer names the first incident of the page, which
 * may be over while others of it are not.
 */
function sameThread(incidents: Readonly<Record<string, Incident>>, id: string): Incident[] {
  const thread = incidents[id]?.thread ?? id;
  return Object.values(incidents).filter((each) => each.id === id || each.thread === thread);
}

function withEvent(mutes: readonly Mute[], event: SiteEvent): readonly Mute[] {
  switch (event.kind) {
    case 'ack':
    case 'clear':
    case 'standby':
    case 'drill':
      return mutes;
    case 'unmute':
      return mutes.filter((mute) => mute.id !== event.mute);
    case 'mute': {
      if (mutes.some((mute) => mute.id === event.id)) return mutes;
      const { id, subject, from, until, why, by } = event;
      const end = Math.min(until, from + longestMuteMs);
      return end <= from ? mutes : [...mutes, { id, subject, from, until: end, why, by }];
    }
  }
}

const inOrder = (events: readonly SiteEvent[]): SiteEvent[] => events.toSorted((a, b) => a.at - b.at);

/** The mutes with the events taken in; those that are over are dropped. */
export function mutesAfter(mutes: readonly Mute[], events: readonly SiteEvent[], at: number): Mute[] {
  return inOrder(events)
    .reduce(withEvent, mutes)
    .filter((mute) => mute.until > at)
    .slice(-mostMutes);
}

/** Null when that changes nothing: it is over, or its cause is stated already. */
function clear(incident: Incident | undefined, { by, at, why }: ClearEvent, now: number): Incident | null {
  if (incident === undefined || incident.resolvedAt !== null || incident.cause !== null) return null;
  return { ...record(incident, now, 'cleared', `by ${by}: ${why}`), cause: { by, at, why } };
}

/** The memory with the events taken in, in the order in which they came. */
export function fold(
  memory: Memory,
  events: readonly SiteEvent[],
  now: { readonly at: number; readonly policy: Pick<Policy, 'ackMs'> },
): Folded {
  const { at, policy } = now;
  const incidents: Record<string, Incident> = { ...memory.incidents };
  const touched = new Map<string, Incident>();
  const answered: Record<string, number> = {};
  for (const event of inOrder(events)) {
    if (event.kind === 'clear') {
      const next = clear(incidents[event.incident], event, at);
      if (next === null) continue;
      incidents[next.id] = next;
      touched.set(next.id, next);
      answered[subjectKey(next.subject)] = event.at;
      continue;
    }
    if (event.kind !== 'ack') continue;
    for (const incident of sameThread(incidents, event.incident)) {
      const next = acknowledge(incident, event, { at, criticalMs: policy.ackMs });
      if (next === null) continue;
      incidents[next.id] = next;
      touched.set(next.id, next);
    }
  }
  const mutes = mutesAfter(memory.state.mutes, events, at);
  const cleared = Object.fromEntries(
    Object.entries({ ...memory.state.cleared, ...answered }).filter(([key, when]) => isKept(key, when, at)),
  );
  return {
    memory: { incidents, state: { ...memory.state, mutes, cleared } },
    touched: [...touched.values()],
  };
}
