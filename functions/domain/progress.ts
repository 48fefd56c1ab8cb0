// What one step does to the subjects of a site and to their incidents, one observation after the other.
import {
  describeProblem,
  type Incident,
  isSafety,
  openIncident,
  record,
  type Subject,
  subjectKey,
  subjectKinds,
} from './incident.ts';
import { advance, type Change, type Observation, type SubjectState } from './machine.ts';
import type { Memory } from './memory.ts';
import type { SiteRules } from './policy.ts';

/** The subjects and incidents of a site while a step goes through them. */
export type Progress = {
  readonly subjects: Map<string, SubjectState>;
  readonly incidents: Map<string, Incident>;
  readonly touched: Map<string, Incident>;
};

function resolved(incident: Incident, observation: Observation, at: number): Incident {
  const over = (text: string): Incident => ({ ...record(incident, at, 'resolved', text), resolvedAt: at });
  if (incident.cause !== null) return over(`not seen any more; the cause was stated by ${incident.cause.by}`);
  if (observation.status !== 'gone') return over('stayed well');
  const { ending } = observation;
  return ending === undefined ? over('no longer configured') : { ...over(ending), evidence: [ending] };
}

function applyChange(incident: Incident, change: Change, observation: Observation, at: number): Incident {
  switch (change.event) {
    case 'none':
    case 'opened':
      return incident;
    case 'changed':
      return describeProblem(incident, change.problem, at);
    case 'relapsed':
      return record(incident, at, 'relapsed', change.problem.summary);
    case 'recovering':
      return record(incident, at, 'recovering', 'well again; watching whether it stays so');
    case 'resolved':
      return resolved(incident, observation, at);
  }
}

/** One observation of one subject: its state, and what that does to its incident. */
export function stepSubject(
  progress: Progress,
  subject: Subject,
  input: { readonly observation: Observation; readonly rules: SiteRules; readonly at: number },
): void {
  const { observation, rules, at } = input;
  const key = subjectKey(subject);
  const before = progress.subjects.get(key);
  const { next, change } = advance(before ?? null, safely(progress, before, observation, at), {
    at,
    recoverMs: rules.policy.recoverMs,
  });
  progress.subjects.delete(key);
  if (change.event === 'opened' && next?.phase === 'open') {
    const incident = openIncident(rules.id, subject, change.problem, change.since, at);
    progress.incidents.set(incident.id, incident);
    progress.touched.set(incident.id, incident);
    progress.subjects.set(key, { ...next, incident: incident.id });
    return;
  }
  if (next !== null) progress.subjects.set(key, next);
  if (change.event === 'none' || before === undefined || before.phase === 'suspected') return;
  const incident = progress.incidents.get(before.incident);
  if (incident === undefined) return;
  const changed = applyChange(incident, change, observation, at);
  progress.incidents.set(changed.id, changed);
  progress.touched.set(changed.id, changed);
}

/**
 * What an observation means for a doubt about safety, which does not time out: until a person has stated the cause nothing ends it, and then
 * the first look that does not show it any more. Seen again after that, it is a doubt again.
 */
function safely(
  progress: Progress,
  state: SubjectState | undefined,
  observation: Observation,
  at: number,
): Observation {
  if (state === undefined || state.phase === 'suspected' || !isSafety(state.kind)) return observation;
  const incident = progress.incidents.get(state.incident);
  if (incident === undefined) return observation;
  if (observation.status === 'bad' && isSafety(observation.problem.kind)) {
    if (incident.cause !== null) {
      const again = record(incident, at, 'seen-again', observation.problem.summary);
      const climb = again.climb === null ? null : { ...again.climb, wokenAt: 0 };
      const next: Incident = { ...again, cause: null, ack: null, climb };
      progress.incidents.set(next.id, next);
      progress.touched.set(next.id, next);
    }
    return observation;
  }
  if (incident.cause === null || observation.status === 'unknown') return { status: 'unknown' };
  return { status: 'gone' };
}

function parseKey(key: string): Subject | null {
  const [name, ...rest] = key.split('/');
  const kind = subjectKinds.find((candidate) => candidate === name);
  return kind === undefined ? null : { kind, id: rest.join('/') };
}

/** Subjects that are remembered but that nothing was said of: what was opened for them must still be resolved. */
export function orphans(progress: Progress, seen: ReadonlySet<string>): Subject[] {
  return [...progress.subjects.keys()].flatMap((key) => {
    const subject = seen.has(key) ? null : parseKey(key);
    return subject === null ? [] : [subject];
  });
}

export function begin(memory: Memory | null, touched: readonly Incident[]): Progress {
  return {
    subjects: new Map(Object.entries(memory?.state.subjects ?? {})),
    incidents: new Map(Object.entries(memory?.incidents ?? {})),
    touched: new Map(touched.map((incident) => [incident.id, incident])),
  };
}
