// The state machine of one subject: ok → suspected → open → recovering → resolved (ok).
import type { Problem, ProblemKind } from './incident.ts';
import type { Severity } from './severity.ts';

/**
 * What a tick says of a subject. `suppressed`: it is bad, but a parent is down and speaks for it. `gone`: it is not there any more, `ending`
 * says why (by default: it is not configured). `unknown` neither opens nor resolves anything.
 */
export type Observation =
  | { readonly status: 'good' }
  | { readonly status: 'unknown' }
  | { readonly status: 'suppressed' }
  | { readonly status: 'gone'; readonly ending?: string }
  | { readonly status: 'bad'; readonly problem: Problem };

/** A subject without a state is ok. `kind` and `severity` are those last seen. */
export type SubjectState =
  | {
      readonly phase: 'suspected';
      readonly kind: ProblemKind;
      readonly since: number;
      readonly ticks: number;
    }
  | {
      readonly phase: 'open';
      readonly kind: ProblemKind;
      readonly severity: Severity;
      readonly incident: string;
    }
  | {
      readonly phase: 'recovering';
      readonly kind: ProblemKind;
      readonly severity: Severity;
      readonly incident: string;
      readonly since: number;
    };

/** What happened to the incident, if anything did. */
export type Change =
  | { readonly event: 'none' }
  | { readonly event: 'opened'; readonly problem: Problem; readonly since: number }
  | { readonly event: 'changed' | 'relapsed'; readonly problem: Problem }
  | { readonly event: 'recovering' | 'resolved' };

export type Advance = { readonly next: SubjectState | null; readonly change: Change };

const nothing: Change = { event: 'none' };

function suspect(
  state: Extract<SubjectState, { phase: 'suspected' }> | null,
  problem: Problem,
  at: number,
): Advance {
  const since = state?.since ?? at;
  const ticks = (state?.ticks ?? 0) + 1;
  if (ticks >= problem.confirmTicks && at - since >= problem.confirmMs) {
    const { kind, severity } = problem;
    return {
      next: { phase: 'open', kind, severity, incident: '' },
      change: { event: 'opened', problem, since },
    };
  }
  return { next: { phase: 'suspected', kind: problem.kind, since, ticks }, change: nothing };
}

/** Well for a while and then unseen is not well without a break: the wait begins anew. */
function unseen(state: Extract<SubjectState, { phase: 'open' | 'recovering' }>): Advance {
  const { kind, severity, incident } = state;
  return state.phase === 'open'
    ? { next: state, change: nothing }
    : { next: { phase: 'open', kind, severity, incident }, change: nothing };
}

function stayBad(state: Extract<SubjectState, { phase: 'open' | 'recovering' }>, problem: Problem): Advance {
  const next: SubjectState = {
    phase: 'open',
    kind: problem.kind,
    severity: problem.severity,
    incident: state.incident,
  };
  // What has to last before it opens anything says nothing yet of an incident about something else.
  if (state.kind !== problem.kind && problem.confirmMs > 0) return unseen(state);
  const isSame = state.kind === problem.kind && state.severity === problem.severity;
  if (!isSame) return { next, change: { event: 'changed', problem } };
  return state.phase === 'recovering'
    ? { next, change: { event: 'relapsed', problem } }
    : { next: state, change: nothing };
}

function recover(
  state: Extract<SubjectState, { phase: 'open' | 'recovering' }>,
  at: number,
  recoverMs: number,
): Advance {
  const since = state.phase === 'recovering' ? state.since : at;
  if (at - since >= recoverMs) return { next: null, change: { event: 'resolved' } };
  if (state.phase === 'recovering') return { next: state, change: nothing };
  const { kind, severity, incident } = state;
  return { next: { phase: 'recovering', kind, severity, incident, since }, change: { event: 'recovering' } };
}

/**
 * One step of one subject. In the state that follows an opening, `incident` is empty: whoever opens the incident names it.
 * | state      | bad                    | good                       | unknown            | suppressed         | gone     |
 * | ok         | suspected, or open     | ok                         | ok                 | ok                 | ok       |
 * | suspected  | counts, or open        | ok                         | same               | ok                 | ok       |
 * | open       | same, or changed       | recovering                 | same               | same               | resolved |
 * | recovering | open again             | same, or resolved          | open, silently     | open, silently     | resolved |
 */
export function advance(
  state: SubjectState | null,
  observation: Observation,
  time: { readonly at: number; readonly recoverMs: number },
): Advance {
  switch (observation.status) {
    case 'bad':
      return state === null || state.phase === 'suspected'
        ? suspect(state, observation.problem, time.at)
        : stayBad(state, observation.problem);
    case 'good':
      return state === null || state.phase === 'suspected'
        ? { next: null, change: nothing }
        : recover(state, time.at, time.recoverMs);
    case 'gone':
      return state === null || state.phase === 'suspected'
        ? { next: null, change: nothing }
        : { next: null, change: { event: 'resolved' } };
    case 'unknown':
    case 'suppressed': {
      if (state === null || (state.phase === 'suspected' && observation.status === 'suppressed')) {
        return { next: null, change: nothing };
      }
      return state.phase === 'suspected' ? { next: state, change: nothing } : unseen(state);
    }
  }
}
