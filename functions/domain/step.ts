// One step of a site: what it was, and what was found, give what it is and what is to be said. Pure.
import { announce, type Announcement } from './announce.ts';
import { drillsTaken } from './drill/ask.ts';
import type { DrillWish } from './drill/drill.ts';
import { observeDrills } from './drill/observe-drill.ts';
import type { SiteEvent } from './event.ts';
import type { Facts } from './facts.ts';
import { fold, mutesAfter } from './fold.ts';
import { type Findings, gatherFacts, houseFacts } from './gather.ts';
import { emptyGlance } from './glance.ts';
import type { DayRollup } from './history/history.ts';
import { emptyHistory } from './history/rollup.ts';
import { type Incident, isOutage, type Subject, subjectKey } from './incident.ts';
import { judge } from './judge.ts';
import { keepNews, keepTick } from './keep.ts';
import type { Observation } from './machine.ts';
import { clearedAt, emptyWeek, type Memory, type Mute, type SiteState } from './memory.ts';
import { isPage } from './notice.ts';
import { observe, observeTarget } from './observe.ts';
import { observeOwn } from './observe-own.ts';
import type { OutboxRow } from './outbox.ts';
import type { SiteRules } from './policy.ts';
import { begin, orphans, type Progress, stepSubject } from './progress.ts';
import { isReportDue, reportRows } from './report.ts';
import { observeStandbys } from './standby/observe-standby.ts';
import { noLook, type StandbyLook } from './standby/standby-look.ts';
import { tellStandbys } from './standby/tell-standbys.ts';
import { observeTripwires } from './observe-tripwires.ts';
import type { Wanted } from './standby/want.ts';
import { isForProvision, remembered, toWrite, wantStandbys } from './standby/want-standbys.ts';
import { wishesTaken, type Wantings } from './standby/wish.ts';
import { type Heard, hearHouse } from './step-house.ts';
import type { Role } from './target.ts';
import { unsaid } from './unsaid.ts';
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
  /** Drills that somebody asked for. */
  readonly drills: readonly DrillWish[];
  /** One of them changed, or was asked for, in a way that `provision` has to act on. */
  readonly wakesProvision: boolean;
  /** Days of the history that are over. */
  readonly filed: readonly DayRollup[];
  /** Empty, but for a bug in what is kept for those who look: a sentence each. */
  readonly unkept: readonly string[];
};

/** The roles whose targets are subjects of their own; references and chains only bear witness. */
const speaks = (role: Role): boolean => role === 'inbound' || role === 'exit';

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

type End = {
  readonly rules: SiteRules;
  readonly at: number;
  /** What was known to be wanted before this step. */
  readonly earlier: Wantings;
  readonly look: StandbyLook;
  readonly drills: readonly DrillWish[];
  readonly report?: readonly OutboxRow[];
};

/** What is open goes on; a message that is due now wakes whoever delivers. */
function endOf(
  progress: Progress,
  state: SiteState,
  { rules, at, earlier, look, drills, report = [] }: End,
): Omit<Step, 'filed' | 'unkept'> {
  tellStandbys(progress, state.wanted, { at, look });
  const said = speak(progress, withMutes(rules, state.mutes), { at, facts: state.facts });
  const rows = [...said.rows, ...report];
  const wanted = toWrite(earlier, state.wanted, { look });
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
        wanted: remembered(state.wanted, earlier, { look, incidents: progress.incidents }),
        subjects: Object.fromEntries(progress.subjects),
        nextDueAt: rows.length === 0 ? state.nextDueAt : at,
      },
      incidents: Object.fromEntries(
        [...progress.incidents].filter(([, incident]) => incident.resolvedAt === null),
      ),
    },
    touched,
    rows,
    wanted,
    drills,
    wakesProvision: drills.length > 0 || isForProvision(earlier, wanted),
  };
}

/** A tick that saw nothing of the way in does not end a blackout: whatever else is missing still belongs to that. */
function isDark(progress: Progress, rules: SiteRules, { signals }: SiteState['judgement']): boolean {
  const site = progress.subjects.get(subjectKey({ kind: 'site', id: rules.id }));
  const isDown = site !== undefined && site.phase !== 'recovering';
  return isDown && isOutage(site.kind) && signals.life === 'none';
}

/** What a house that is dark makes of the rest of itself: its signers fall silent, and leases by which one could look at it end. */
const isOfOutage = ({ kind }: Subject, observation: Observation): boolean =>
  observation.status === 'bad' &&
  (kind === 'signer' || (kind === 'self' && observation.problem.kind === 'unknown'));

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
    const observation = unsaid(subject, rules, { pulse: heard.pulse, look: noLook });
    stepSubject(progress, subject, { observation, rules, at });
  }
  const wanted = wishesTaken(state.wanted, events, { rules, incidents: folded.memory.incidents });
  const drills = drillsTaken(events, rules);
  const earlier = state.wanted;
  const end = endOf(progress, { ...state, wanted }, { rules, at, earlier, look: noLook, drills });
  return { ...end, ...keepNews(end, { before: memory, rules, at, look: noLook }) };
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
    const isSpokenFor = isOfOutage(subject, observation) && isDark(progress, rules, judgement);
    take(subject, isSpokenFor ? { status: 'suppressed' } : observation);
  }
  const isSiteDown = progress.subjects.has(subjectKey({ kind: 'site', id: rules.id }));
  for (const target of facts.targets) {
    if (!speaks(target.role)) continue;
    take({ kind: 'target', id: target.id }, observeTarget(target, { rules, judgement, isSiteDown }));
  }
  const gapMs = before === undefined ? null : at - before.tick.at;
  const week = before?.week ?? emptyWeek(at);
  const earlier = before?.wanted ?? {};
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
    wanted: earlier,
    subjects: {},
    nextDueAt: before?.nextDueAt ?? null,
    history: before?.history ?? emptyHistory(at),
    glance: before?.glance ?? emptyGlance,
  };
  hearHouse(progress, findings, { rules, at, state, facts, take });
  const own = observeOwn(rules, { at, ticking: { latenessMs, gapMs }, delivery: findings.delivery });
  for (const { subject, observation } of own) take(subject, observation);
  const { standbys: look } = findings;
  const { subjects, incidents } = progress;
  const wished = wishesTaken(earlier, events, { rules, incidents: memory?.incidents ?? {} });
  const context = { rules: withMutes(rules, state.mutes), at, look, subjects, incidents };
  const ledger = state.signing;
  const wanted = wantStandbys(wished, { ...context, gapMs, facts, judgement, ledger });
  const clearing = (subject: Subject): number | null => clearedAt(state, subject);
  for (const { subject, observation } of observeTripwires(findings, { rules, clearedAt: clearing })) {
    take(subject, observation);
  }
  const standbys = observeStandbys(wanted, { ...context, clearedAt: clearing });
  for (const { subject, observation } of standbys) take(subject, observation);
  for (const { subject, observation } of observeDrills({ rules, at, look, clearedAt: clearing }))
    take(subject, observation);
  for (const subject of orphans(progress, seen)) {
    take(subject, unsaid(subject, rules, { pulse: findings.pulse, look }));
  }
  const isReporting = isReportDue(state.week.from, at, rules);
  const report = isReporting ? reportRows(state.week, rules, at) : [];
  const end = endOf(
    progress,
    { ...state, wanted, week: isReporting ? emptyWeek(at) : state.week },
    { rules, at, earlier, look, drills: drillsTaken(events, rules), report },
  );
  const { flags, delivery } = findings;
  const kept = keepTick(end, { before: remembered, rules, at, look, latenessMs, flags, delivery });
  return { ...end, ...kept };
}
