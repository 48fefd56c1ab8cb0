// One step of a site: what it was, and what was found, give what it is and what is to be said. Pure.
import { announce, type Announcement } from './announce.ts';
import type { SiteEvent } from './event.ts';
import type { Facts } from './facts.ts';
import { fold, mutesAfter } from './fold.ts';
import { type Findings, gatherFacts, houseFacts } from './gather.ts';
import { type Incident, type ProblemKind, type Subject, subjectKey } from './incident.ts';
import { judge } from './judge.ts';
import type { Observation } from './machine.ts';
import { emptyWeek, type Memory, type Mute, type SiteState } from './memory.ts';
import { isPage } from './notice.ts';
import { observe, observeTarget } from './observe.ts';
import { observeHouse } from './observe-house.ts';
import { observeOwn } from './observe-own.ts';
import type { OutboxRow } from './outbox.ts';
import type { SiteRules } from './policy.ts';
import { begin, orphans, type Progress, stepSubject } from './progress.ts';
import type { Pulse } from './pulse.ts';
import { isReportDue, reportRows } from './report.ts';
import type { Wanted } from './standby/want.ts';
import type { Role } from './target.ts';
import { waitingCosts } from './waiting-cost.ts';

export type StepInput = {
  readonly rules: SiteRules;
  readonly findings: Findings;
  readonly scheduledAt: number;
  /** How long after its time the tick came; 0 by default. */
  readonly latenessMs?: number;
  /** What people said since the last tick; nothing by default. */
  readonly events?: readonly SiteEvent[];
};

/** `touched` are the incidents that must be written, among them those that are resolved and no longer in `memory`. */
export type Step = {
  readonly memory: Memory;
  readonly touched: readonly Incident[];
  readonly rows: readonly OutboxRow[];
  /** Wantings of standbys that are new or changed. */
  readonly wanted: readonly Wanted[];
};

/** The roles whose targets are subjects of their own; references and chains only bear witness. */
const speaks = (role: Role): boolean => role === 'inbound' || role === 'exit';

/**
 * What it means that this tick says nothing of a subject that is remembered. Of every target, the site and the watcher each tick says
 * something: when it does not, they are not configured. An alert that is not sent any more is over, unless there are too many to know.
 */
function unsaid({ kind, id }: Subject, rules: SiteRules, pulse: Pulse | null): Observation {
  const isStillThere = (isConfigured: boolean): Observation => ({
    status: isConfigured ? 'unknown' : 'gone',
  });
  switch (kind) {
    case 'signer':
    case 'fence':
    case 'standby':
      return isStillThere(rules.signers.some((signer) => signer.id === id));
    case 'chain':
      return isStillThere(rules.signers.some((signer) => signer.chain === id));
    case 'source':
      return isStillThere(rules.heartbeats.some(({ source }) => source === id));
    case 'power':
    case 'address':
    case 'orphan':
      return { status: 'unknown' };
    case 'alert':
      return { status: pulse === null || pulse.moreAlerts > 0 ? 'unknown' : 'good' };
    case 'channel':
    case 'ticks':
    case 'outbox':
    case 'target':
    case 'site':
    case 'self':
      return { status: 'gone' };
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
function endOf(
  progress: Progress,
  state: SiteState,
  {
    rules,
    at,
    report = [],
  }: { readonly rules: SiteRules; readonly at: number; readonly report?: OutboxRow[] },
): Step {
  const said = speak(progress, withMutes(rules, state.mutes), { at, facts: state.facts });
  const rows = [...said.rows, ...report];
  const touched = [...progress.touched.values()];
  const { week } = state;
  return {
    memory: {
      state: {
        ...state,
        week: {
          ...week,
          opened: week.opened + touched.filter(({ openedAt }) => openedAt === at).length,
          pages: week.pages + rows.filter(({ notice }) => isPage(notice.kind)).length,
        },
        subjects: Object.fromEntries(progress.subjects),
        nextDueAt: rows.length === 0 ? state.nextDueAt : at,
      },
      incidents: Object.fromEntries(
        [...progress.incidents].filter(([, incident]) => incident.resolvedAt === null),
      ),
    },
    touched,
    rows,
    wanted: [],
  };
}

const isOutage = (kind: ProblemKind): boolean => kind === 'dark' || kind === 'vpn-down';

/** A tick that saw nothing of the way in does not end a blackout: whatever else is missing still belongs to that. */
function isDark(progress: Progress, rules: SiteRules, { signals }: SiteState['judgement']): boolean {
  const site = progress.subjects.get(subjectKey({ kind: 'site', id: rules.id }));
  const isDown = site !== undefined && site.phase !== 'recovering';
  return isDown && isOutage(site.kind) && signals.life === 'none';
}

type Heard = Pick<Findings, 'pulse' | 'refused'>;

/** Takes in what the house says of itself; nothing when it could not be read. */
function hearHouse(
  progress: Progress,
  { pulse, refused }: Heard,
  context: {
    readonly rules: SiteRules;
    readonly at: number;
    readonly state: SiteState;
    readonly facts: Pick<Facts, 'power' | 'heartbeats'>;
    readonly take: (subject: Subject, observation: Observation) => void;
  },
): void {
  if (pulse === null) return;
  const { rules, at, facts, state, take } = context;
  const site = progress.subjects.get(subjectKey({ kind: 'site', id: rules.id }));
  const observed = observeHouse(pulse, {
    rules,
    at,
    facts,
    refused,
    isSiteDown: site !== undefined,
    isDark: site !== undefined && isOutage(site.kind),
    clearedAt: (subject) => state.cleared[subjectKey(subject)] ?? null,
  });
  for (const { subject, observation } of observed) take(subject, observation);
}

/**
 * Between two ticks: takes in what people and the house said, and says what is to be said of it. Nothing was looked at, so what is judged
 * by looking stays as it was.
 */
export function stepEvents(
  memory: Memory,
  input: {
    readonly rules: SiteRules;
    readonly events: readonly SiteEvent[];
    readonly heard: Heard;
    readonly at: number;
  },
): Step {
  const { rules, events, heard, at } = input;
  const folded = fold(memory, events, { at, policy: rules.policy });
  const { state } = folded.memory;
  const progress = begin(folded.memory, folded.touched);
  const facts = houseFacts(state, heard, rules);
  const seen = new Set<string>();
  hearHouse(progress, heard, {
    rules,
    at,
    state,
    facts,
    take: (subject, observation) => {
      seen.add(subjectKey(subject));
      stepSubject(progress, subject, { observation, rules, at });
    },
  });
  for (const subject of orphans(progress, seen)) {
    if (subject.kind !== 'alert') continue;
    stepSubject(progress, subject, { observation: unsaid(subject, rules, heard.pulse), rules, at });
  }
  return endOf(progress, state, { rules, at });
}

/**
 * Takes one tick in. It changes nothing in its arguments; the same arguments give the same result. Never opens two incidents for
 * one subject, and writes no message without a change of an incident, but for the weekly report.
 */
export function step(remembered: Memory | null, input: StepInput): Step {
  const { rules, findings, scheduledAt, latenessMs = 0, events = [] } = input;
  const { at } = findings;
  const folded = remembered === null ? null : fold(remembered, events, { at, policy: rules.policy });
  const memory = folded?.memory ?? null;
  const before = memory?.state;
  const facts = gatherFacts(before ?? null, findings, rules);
  const judgement = judge(facts, rules.policy);
  const progress = begin(memory, folded?.touched ?? []);
  const seen = new Set<string>();
  const take = (subject: Subject, observation: Observation): void => {
    seen.add(subjectKey(subject));
    stepSubject(progress, subject, { observation, rules, at });
  };

  for (const { subject, observation } of observe(facts, judgement, rules)) {
    const isSpokenFor =
      subject.kind === 'signer' && observation.status === 'bad' && isDark(progress, rules, judgement);
    take(subject, isSpokenFor ? { status: 'suppressed' } : observation);
  }
  const isSiteDown = progress.subjects.has(subjectKey({ kind: 'site', id: rules.id }));
  for (const target of facts.targets) {
    if (!speaks(target.role)) continue;
    take({ kind: 'target', id: target.id }, observeTarget(target, { rules, judgement, isSiteDown }));
  }
  const gapMs = before === undefined ? null : at - before.tick.at;
  const week = before?.week ?? emptyWeek(at);
  const state: SiteState = {
    site: rules.id,
    createdAt: before?.createdAt ?? at,
    tick: { scheduledAt, at, count: (before?.tick.count ?? 0) + 1 },
    facts,
    judgement,
    signing: findings.signing.ledger,
    verdictSince: before?.judgement.verdict === judgement.verdict ? before.verdictSince : at,
    week: {
      ...week,
      ticks: week.ticks + 1,
      worstLatenessMs: Math.max(week.worstLatenessMs, latenessMs),
      worstGapMs: Math.max(week.worstGapMs, gapMs ?? 0),
    },
    mutes: before?.mutes ?? mutesAfter([], events, at),
    cleared: before?.cleared ?? {},
    wanted: before?.wanted ?? {},
    subjects: {},
    nextDueAt: before?.nextDueAt ?? null,
  };
  hearHouse(progress, findings, { rules, at, state, facts, take });
  const own = observeOwn(rules, { at, ticking: { latenessMs, gapMs }, delivery: findings.delivery });
  for (const { subject, observation } of own) take(subject, observation);
  for (const subject of orphans(progress, seen)) {
    take(subject, unsaid(subject, rules, findings.pulse));
  }
  if (!isReportDue(state.week.from, at, rules)) return endOf(progress, state, { rules, at });
  const report = reportRows(state.week, rules, at);
  return endOf(progress, { ...state, week: emptyWeek(at) }, { rules, at, report });
}
