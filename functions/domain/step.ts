// One step of a site: what it was, and what was found, give what it is and what is to be said. Pure.
import { announce, type Announcement } from './announce.ts';
import type { SiteEvent } from './event.ts';
import type { Facts } from './facts.ts';
import { fold, mutesAfter } from './fold.ts';
import { type Findings, gatherFacts } from './gather.ts';
import {
  describeProblem,
  type Incident,
  openIncident,
  record,
  type Subject,
  subjectKey,
  subjectKinds,
} from './incident.ts';
import { judge } from './judge.ts';
import { advance, type Change, type Observation, type SubjectState } from './machine.ts';
import type { Memory, Mute, SiteState } from './memory.ts';
import { observe, observeTarget } from './observe.ts';
import type { OutboxRow } from './outbox.ts';
import type { SiteRules } from './policy.ts';
import type { Role } from './target.ts';
import { waitingCosts } from './waiting-cost.ts';

export type StepInput = {
  readonly rules: SiteRules;
  readonly findings: Findings;
  readonly scheduledAt: number;
  /** What people said since the last tick; nothing by default. */
  readonly events?: readonly SiteEvent[];
};

/** `touched` are the incidents that must be written, among them those that are resolved and no longer in `memory`. */
export type Step = {
  readonly memory: Memory;
  readonly touched: readonly Incident[];
  readonly rows: readonly OutboxRow[];
};

type Progress = {
  readonly subjects: Map<string, SubjectState>;
  readonly incidents: Map<string, Incident>;
  readonly touched: Map<string, Incident>;
};

function applyChange(incident: Incident, change: Change, isGone: boolean, at: number): Incident {
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
      return {
        ...record(incident, at, 'resolved', isGone ? 'no longer configured' : 'stayed well'),
        resolvedAt: at,
      };
  }
}

function stepSubject(
  progress: Progress,
  subject: Subject,
  input: { readonly observation: Observation; readonly rules: SiteRules; readonly at: number },
): void {
  const { observation, rules, at } = input;
  const key = subjectKey(subject);
  const { next, change } = advance(progress.subjects.get(key) ?? null, observation, {
    at,
    recoverMs: rules.policy.recoverMs,
  });
  const before = progress.subjects.get(key);
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
  const changed = applyChange(incident, change, observation.status === 'gone', at);
  progress.incidents.set(changed.id, changed);
  progress.touched.set(changed.id, changed);
}

function parseKey(key: string): Subject | null {
  const [name, ...rest] = key.split('/');
  const kind = subjectKinds.find((candidate) => candidate === name);
  return kind === undefined ? null : { kind, id: rest.join('/') };
}

/** Subjects that are remembered but no longer configured: what was opened for them must still be resolved. */
function orphans(progress: Progress, seen: ReadonlySet<string>): Subject[] {
  return [...progress.subjects.keys()].flatMap((key) => {
    const subject = seen.has(key) ? null : parseKey(key);
    return subject === null ? [] : [subject];
  });
}

/** The roles whose targets are subjects of their own; references and chains only bear witness. */
const speaks = (role: Role): boolean => role === 'inbound' || role === 'exit';

/**
 * True for a subject that is configured although this tick says nothing of it, such as a signer without evidence. Of every
 * target, the site and the watcher each tick says something: when it does not, they are not configured.
 */
function isConfigured(subject: Subject, rules: SiteRules): boolean {
  switch (subject.kind) {
    case 'signer':
      return rules.signers.some((signer) => signer.id === subject.id);
    case 'chain':
      return rules.signers.some((signer) => signer.chain === subject.id);
    case 'target':
    case 'site':
    case 'self':
      return false;
  }
}

/** Mutes count as maintenance. */
const withMutes = (rules: SiteRules, mutes: readonly Mute[]): SiteRules =>
  mutes.length === 0 ? rules : { ...rules, maintenance: [...rules.maintenance, ...mutes] };

function speak(
  progress: Progress,
  rules: SiteRules,
  { at, facts }: { readonly at: number; readonly facts: Facts },
): Announcement {
  const open = new Set<string>();
  for (const state of progress.subjects.values()) {
    if (state.phase === 'open') open.add(state.incident);
  }
  const said = announce([...progress.incidents.values()], {
    rules,
    at,
    isOpen: (id) => open.has(id),
    costsOf: (incident) => waitingCosts(incident.subject, incident.kind, facts),
  });
  for (const incident of said.incidents) {
    progress.incidents.set(incident.id, incident);
    progress.touched.set(incident.id, incident);
  }
  return said;
}

/** What is open goes on; a message that is due now wakes whoever delivers. */
function endOf(progress: Progress, state: SiteState, rules: SiteRules, at: number): Step {
  const { rows } = speak(progress, withMutes(rules, state.mutes), { at, facts: state.facts });
  return {
    memory: {
      state: {
        ...state,
        subjects: Object.fromEntries(progress.subjects),
        nextDueAt: rows.length === 0 ? state.nextDueAt : at,
      },
      incidents: Object.fromEntries(
        [...progress.incidents].filter(([, incident]) => incident.resolvedAt === null),
      ),
    },
    touched: [...progress.touched.values()],
    rows,
  };
}

function begin(memory: Memory | null, touched: readonly Incident[]): Progress {
  return {
    subjects: new Map(Object.entries(memory?.state.subjects ?? {})),
    incidents: new Map(Object.entries(memory?.incidents ?? {})),
    touched: new Map(touched.map((incident) => [incident.id, incident])),
  };
}

/** Between two ticks: takes in what people said, and says what is to be said of it. Nothing was looked at. */
export function stepEvents(
  memory: Memory,
  input: { readonly rules: SiteRules; readonly events: readonly SiteEvent[]; readonly at: number },
): Step {
  const { rules, events, at } = input;
  const folded = fold(memory, events, { at, policy: rules.policy });
  return endOf(begin(folded.memory, folded.touched), folded.memory.state, rules, at);
}

/**
 * Takes one tick in. It changes nothing in its arguments; the same arguments give the same result. Never opens two incidents for
 * one subject, and writes no message without a change of an incident.
 */
export function step(remembered: Memory | null, input: StepInput): Step {
  const { rules, findings, scheduledAt, events = [] } = input;
  const { at } = findings;
  const folded = remembered === null ? null : fold(remembered, events, { at, policy: rules.policy });
  const memory = folded?.memory ?? null;
  const facts = gatherFacts(memory?.state ?? null, findings, rules);
  const judgement = judge(facts, rules.policy);
  const progress = begin(memory, folded?.touched ?? []);
  const seen = new Set<string>();
  const take = (subject: Subject, observation: Observation): void => {
    seen.add(subjectKey(subject));
    stepSubject(progress, subject, { observation, rules, at });
  };
  // A tick that saw nothing of the way in does not end a blackout: the silence of a signer still belongs to that.
  const isDark = (): boolean => {
    const site = progress.subjects.get(subjectKey({ kind: 'site', id: rules.id }));
    const isDown = site !== undefined && site.phase !== 'recovering';
    return isDown && (site.kind === 'dark' || site.kind === 'vpn-down') && judgement.signals.life === 'none';
  };

  for (const { subject, observation } of observe(facts, judgement, rules)) {
    const isSpokenFor = subject.kind === 'signer' && observation.status === 'bad' && isDark();
    take(subject, isSpokenFor ? { status: 'suppressed' } : observation);
  }
  const isSiteDown = progress.subjects.has(subjectKey({ kind: 'site', id: rules.id }));
  for (const target of facts.targets) {
    if (!speaks(target.role)) continue;
    take({ kind: 'target', id: target.id }, observeTarget(target, { rules, judgement, isSiteDown }));
  }
  for (const subject of orphans(progress, seen)) {
    take(subject, { status: isConfigured(subject, rules) ? 'unknown' : 'gone' });
  }

  const before = memory?.state;
  const state: SiteState = {
    site: rules.id,
    createdAt: before?.createdAt ?? at,
    tick: { scheduledAt, at, count: (before?.tick.count ?? 0) + 1 },
    facts,
    judgement,
    signing: findings.signing.ledger,
    verdictSince: before?.judgement.verdict === judgement.verdict ? before.verdictSince : at,
    mutes: before?.mutes ?? mutesAfter([], events, at),
    subjects: {},
    nextDueAt: before?.nextDueAt ?? null,
  };
  return endOf(progress, state, rules, at);
}
